/** Records of a dataset: pages, groups, walks by cursor, one record. */

import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import { notFound } from '../../errors.ts'
import type { Access } from '../../http/access.ts'
import type { ExportWriters } from '../exports/writers.ts'
import { planQuery } from '../odsql/compile.ts'
import { hasAggregate } from '../odsql/ordering.ts'
import type { OutputColumn } from '../odsql/output.ts'
import type { Ask } from '../odsql/plan.ts'
import { type ParsedQuery, parseQuery } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { runPlan } from '../odsql/run.ts'
import { checkPlace, keysetQuery, type Place, placeOf, queryHashOf, writeCursor } from './cursor.ts'
import { both, datasetAddress, pageLinks, recordLinks } from './links.ts'
import { invalidParameter, type Parameters, pageOf, queryTextOf } from './parameters.ts'
import { withRecordId } from './record-id.ts'
import type { Secured } from './relation.ts'

export interface Asking {
  columnar: Columnar
  writers: ExportWriters
  /** Where the use of a dataset is noted. */
  access?: Access | null
  secret: string
  now: Date
  /** Of the address people use, without a slash at the end. */
  base: string
  signal: AbortSignal
}

export interface RecordsAnswer {
  total_count: number
  results: Record<string, unknown>[]
  next_cursor?: string | null
  [links: string]: unknown
}

const maxWalkPage = 10_000
const defaultWalkPage = 1_000

export const askOf =
  ({ columnar, signal }: Pick<Asking, 'columnar' | 'signal'>): Ask =>
  (query, maxRows) =>
    columnar.query(query, { signal, ...(maxRows && { maxRows }) })

export const isGrouped = ({ groupBy, select }: ParsedQuery): boolean =>
  groupBy.length > 0 || select.some((item) => item.kind === 'expression' && hasAggregate(item.of))

/** Whether a clause may name `_id`: only then is it computed. */
const namesRecordId = (parameters: Parameters) =>
  ['select', 'where', 'order_by', 'group_by'].some((clause) =>
    /\b_id\b/.test(parameters.all(clause).join(' ')),
  )

/** Throws `odsql_error`, 400 for parameters, what the engine throws. */
export async function readRecords(
  secured: Secured,
  parameters: Parameters,
  asking: Asking,
): Promise<RecordsAnswer> {
  const parsed = parseQuery(queryTextOf(parameters))
  const withLinks = parameters.flag('include_links', false)
  const withId = withLinks || namesRecordId(parameters)
  const relation = withId ? withRecordId(secured.relation, secured.source, asking.secret) : secured.relation
  const grouped = isGrouped(parsed)
  if (parameters.text('cursor') !== undefined) {
    if (grouped) throw invalidParameter('cursor', parameters.text('cursor')!, 'no group_by beside it')
    throw new Error('a walk was asked for as a page')
  }
  const page = pageOf(parameters, grouped ? 'groups' : 'rows')
  const plan = planQuery({ ...parsed, ...page }, relation, { now: asking.now })
  const { totalCount, results } = await runPlan(plan, askOf(asking))
  const { id } = secured.source.definition
  const answer: RecordsAnswer = { total_count: totalCount, results }
  if (withId && !grouped) linkRecords(results, id, asking.base, parameters, withLinks)
  if (withLinks) {
    const address = `${datasetAddress(asking.base, id)}/records`
    Object.assign(
      answer,
      both(pageLinks(address, parameters.toString(), page.offset, page.limit, totalCount)),
    )
  }
  return answer
}

/** `_id` stays where it was asked for by name; `*` does not mean it. */
function linkRecords(
  results: Record<string, unknown>[],
  id: string,
  base: string,
  parameters: Parameters,
  withLinks: boolean,
): void {
  const isSelected = /\b_id\b/.test(parameters.list('select') ?? '')
  for (const record of results) {
    const recordId = record._id
    if (withLinks && typeof recordId === 'string') {
      const links = recordLinks(base, id, recordId)
      Object.assign(record, both(links))
    } else if (!isSelected) delete record._id
  }
}

/** One page of a walk. `place` was read from the cursor, undefined for `cursor=*`. */
export async function walkRecords(
  secured: Secured,
  parameters: Parameters,
  place: Place | undefined,
  asking: Asking,
): Promise<RecordsAnswer> {
  const parsed = parseQuery(queryTextOf(parameters))
  const cursor = parameters.text('cursor')!
  if (isGrouped(parsed)) throw invalidParameter('cursor', cursor, 'no aggregate beside it')
  const offset = parameters.whole('offset', 0, Number.MAX_SAFE_INTEGER) ?? 0
  if (place && offset > 0)
    throw invalidParameter('offset', String(offset), 'an offset beside cursor=* only, where a walk begins')
  const asked = parameters.whole('limit', -1, maxWalkPage) ?? defaultWalkPage
  const limit = asked === -1 ? maxWalkPage : asked
  const { definition, moment } = secured.source
  const { fingerprint } = secured.visible
  const mine = { dataset: definition.id, fingerprint, queryHash: walkHash(parameters) }
  if (place) checkPlace(place, mine)
  const relation: Relation = namesRecordId(parameters)
    ? withRecordId(secured.relation, secured.source, asking.secret)
    : secured.relation
  const plan = planQuery(parsed, relation, { now: asking.now })
  const walked = keysetQuery(plan.query, place?.after ?? null, limit)
  const query = offset > 0 ? { ...walked, offset } : walked
  const ask = askOf(asking)
  const rows = await ask(query)
  const total = await ask(plan.total)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next =
    rows.length > limit && last
      ? writeCursor(
          { ...mine, moment: place ? place.moment : moment, after: placeOf(last, query) },
          asking.secret,
          asking.now,
        )
      : null
  return {
    total_count: Number(total[0]?.n ?? 0),
    results: shown.map((row) => recordOf(row, plan.columns)),
    next_cursor: next,
  }
}

const walkHash = (parameters: Parameters) =>
  queryHashOf(
    ['select', 'where', 'order_by', 'refine', 'exclude', 'timezone', 'lang', 'at'].map((name) =>
      parameters.all(name),
    ),
  )

const recordOf = (row: Row, columns: readonly OutputColumn[]): Record<string, unknown> =>
  Object.fromEntries(columns.map((column) => [column.label, column.read(row)]))

/** One record, found by its identity. Throws `not_found`. */
export async function readRecord(
  secured: Secured,
  recordId: string,
  parameters: Parameters,
  asking: Asking,
): Promise<Record<string, unknown>> {
  const { id, receiveTime } = secured.source.definition
  if (!/^[0-9a-f]{40}$/.test(recordId)) throw notFound('record', recordId)
  const relation = withRecordId(secured.relation, secured.source, asking.secret)
  const text = queryTextOf(parameters)
  const parsed = parseQuery({ ...text, where: `_id = "${recordId}"`, groupBy: undefined, orderBy: undefined })
  if (isGrouped(parsed)) throw invalidParameter('select', text.select ?? '', 'no aggregate of one record')
  const plan = planQuery({ ...parsed, limit: 1 }, relation, { now: asking.now, order: 'physical' })
  const [row] = await askOf(asking)(plan.query)
  if (!row) throw notFound('record', recordId)
  const { _id: _, ...fields } = recordOf(row, plan.columns)
  const received = receiveTime ? fields[receiveTime] : undefined
  const timestamp = received ?? secured.source.modifiedAt
  return {
    _id: recordId,
    ...(timestamp && { _timestamp: timestamp }),
    _size: Buffer.byteLength(JSON.stringify(fields)),
    ...both(recordLinks(asking.base, id, recordId)),
    ...fields,
  }
}
