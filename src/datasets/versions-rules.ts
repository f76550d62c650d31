/** Which version of a dataset an `at` means, and which versions go. Pure. */
import type { TableSpec } from '../engines/columnar/columnar.ts'
import { invalidInput, LacydonError, notFound } from '../errors.ts'
import { tableOf } from './rules.ts'
import type { DatasetDefinition, DatasetVersion } from './schema.ts'

/** A past state as asked for: a version, or an instant. */
export type At = { kind: 'version'; version: number } | { kind: 'instant'; at: string }

const dayMs = 86_400_000
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * Reads `v12`, a day (as it was when that day ended, UTC) or an RFC 3339 instant with its offset. Throws
 * `invalid_input` with what to write.
 */
export function readAt(text: string): At {
  const version = /^v([1-9]\d{0,8})$/.exec(text)
  if (version) return { kind: 'version', version: Number(version[1]) }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  // A plus in an address is a space.
  const whole = text.replace(/ (\d{2}:\d{2})$/, '+$1')
  const ms = isDay || instantPattern.test(whole) ? Date.parse(whole) : Number.NaN
  const isReal = !Number.isNaN(ms) && (!isDay || new Date(ms).toISOString().startsWith(text))
  if (!isReal)
    throw invalidInput(
      `at is “${text}”: write a version such as v12, a day such as 2026-03-01, or an instant such as 2026-03-01T08:00:00Z.`,
    )
  return { kind: 'instant', at: new Date(isDay ? ms + dayMs - 1 : ms).toISOString() }
}

/** The version that was current at the instant: the last one made until then; undefined before the first. */
export function versionInForce<V extends DatasetVersion>(versions: readonly V[], at: string): V | undefined {
  let found: V | undefined
  for (const version of versions)
    if (version.state !== 'staged' && version.createdAt <= at && version.version > (found?.version ?? 0))
      found = version
  return found
}

/** The version that `at` means. Throws `not_found` when there was none, `gone` (410) when it is purged. */
export function versionAt<V extends DatasetVersion>(id: string, versions: readonly V[], at: At): V {
  const found =
    at.kind === 'instant'
      ? versionInForce(versions, at.at)
      : versions.find(({ version, state }) => version === at.version && state !== 'staged')
  const label = at.kind === 'instant' ? at.at : `v${at.version}`
  if (!found) throw notFound(`version of “${id}”`, label)
  if (found.state === 'purged')
    throw new LacydonError('gone', 410, `Version ${found.version} of “${id}” is no longer kept.`, {
      help: 'The list of versions tells which ones are.',
      details: { version: found.version },
    })
  return found
}

export interface VersionRetention {
  /** The last ones stay, however old. */
  keepLast: number
  /** Younger ones stay, however many. */
  keepDays: number
}

/** Versions past both limits, oldest first; never the current one. */
export function versionsToPurge(
  versions: readonly DatasetVersion[],
  current: number,
  { keepLast, keepDays }: VersionRetention,
  now: Date,
): number[] {
  const oldest = new Date(now.getTime() - keepDays * dayMs).toISOString()
  return versions
    .filter(({ state }) => state === 'kept')
    .sort((a, b) => b.version - a.version)
    .slice(Math.max(0, keepLast))
    .filter(({ version, createdAt }) => version !== current && createdAt < oldest)
    .map(({ version }) => version)
    .reverse()
}

/** The row number that every snapshot table has beside its fields, from 1 in the order of the load. */
export const rowNumberColumn = { name: '_n', type: 'bigint' } as const

/** The table a loaded dataset shows before its first version. */
export const emptyTable = (definition: DatasetDefinition): TableSpec => {
  const table = tableOf(definition)
  return definition.kind === 'snapshot' ? { ...table, columns: [...table.columns, rowNumberColumn] } : table
}
