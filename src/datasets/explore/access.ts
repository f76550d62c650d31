/** Who sees what. Issue of rights: the one place where a decision enters the API. */
import { createHash } from 'node:crypto'
import type { ColumnSpec } from '../../engines/columnar/columnar.ts'
import type { Expression, From } from '../../engines/columnar/query.ts'
import { LacydonError } from '../../errors.ts'
import type { Action, Principal } from '../../http/principal.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import type { Source } from './sources.ts'

/** What a request shows of who asks. */
export interface Asker {
  /** `Authorization`, or what `apikey` and `access_token` stand for. */
  credential: string | null
  principal: Principal
}

export interface Visible {
  /** The only fields there are, for this asker. */
  fields: readonly DatasetField[]
  /** Rows the asker may see; absent: all. */
  where?: Expression
  /** Equal for equal decisions only: answers are kept by it. */
  fingerprint: string
  /** Anybody sees the same: answers may be kept by caches on the way. */
  isPublic: boolean
  /** False: its record may be seen, its rows may not. Default true. */
  holdsRows?: boolean
  /** Nothing is withheld. Where `secure` is absent, its absence and that of `where` say so. */
  isWhole?: boolean
  /** Nothing was withheld before either: fields that are gone may be shown with the rows that had them. */
  seesPast?: boolean
  /** Other rows are seen as time goes by: no answer stays true. */
  movesWithTime?: boolean
  /** Rows and cells there are, and nothing else; absent: all of them. */
  secure?(source: Source): Promise<{
    from: From
    fields: readonly DatasetField[]
    rowOrder: readonly ColumnSpec[]
    /** Names of the fields that are as they were stored, in every row. */
    unchanged: ReadonlySet<string>
  }>
  /** For an answer that takes its time: aborts when the right to it ends. */
  watch?(): { signal: AbortSignal; end(): void }
}

/**
 * The decision on a dataset; undefined when the asker may not know that it exists. Throws 401 for a credential that is
 * wrong, 403 for what is known and not allowed.
 */
export type VisibleFields = (
  dataset: DatasetDefinition,
  asker: Asker,
  action: Action,
  context?: { zoom?: number },
) => Visible | undefined | Promise<Visible | undefined>

/** Whether counts made of all rows and fields are counts of what the asker sees. */
export const seesWhole = (
  { secure, isWhole, where, fields, holdsRows }: Visible,
  of: DatasetDefinition,
): boolean =>
  holdsRows !== false &&
  (secure ? isWhole === true : where === undefined && fields.length === of.fields.length)

/** Everybody sees everything; nobody has a key yet, so whoever sends one is told that it is wrong. */
export const everythingVisible: VisibleFields = (dataset, { credential }) => {
  if (credential !== null)
    throw new LacydonError('unauthorized', 401, 'The key or token is not known here.', {
      help: 'Ask without it: what is public needs none.',
    })
  return {
    fields: dataset.fields,
    fingerprint: fieldsFingerprint(dataset.fields),
    isPublic: true,
    seesPast: true,
  }
}

const fingerprints = new WeakMap<readonly DatasetField[], string>()

/** Lists of fields are never changed in place: each is hashed once. */
export function fieldsFingerprint(fields: readonly DatasetField[]): string {
  const known = fingerprints.get(fields)
  if (known !== undefined) return known
  const made = createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 16)
  fingerprints.set(fields, made)
  return made
}
