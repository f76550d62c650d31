/** What a live stream asks of the engine, and what its readers asked of it. Pure. */
import { and, call, column, type Expression, or, type Query, value } from '../../engines/columnar/query.ts'
import { invalidInput } from '../../errors.ts'
import { planQuery } from '../odsql/compile.ts'
import { parseQuery } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { type RowFilter, rowFilter } from '../odsql/row-filter.ts'
import { columnName, provenanceColumns } from '../rules.ts'
import type { DatasetDefinition } from '../schema.ts'
import { streamKey } from './stream-key.ts'
import type { SpoolPart } from './watermark.ts'

export interface StreamText {
  select: string | undefined
  where: readonly string[]
  timezone: string | undefined
  lang: string | undefined
}

/** One question that any number of readers share. */
export interface StreamQuestion {
  relation: Relation
  filter: RowFilter
  /** The condition, as the engine reads it. */
  where: Expression | undefined
  /** Columns of which the last row is sent; empty: every row is. */
  keys: string[]
  /** Order of rows about one thing: the latest in time, then the last received. */
  eventTime: string
}

const [sourceColumn, positionColumn] = provenanceColumns.map(({ name }) => name) as [string, string]

/** Throws `invalid_input` for a dataset that is no stream, `odsql_error`. */
export function streamQuestion(
  definition: DatasetDefinition,
  relation: Relation,
  text: StreamText,
  now: Date,
): StreamQuestion {
  if (definition.kind !== 'stream' || !definition.eventTime)
    throw invalidInput(
      `“${definition.id}” is no stream: its rows change by versions.`,
      `Follow /api/v1/datasets/${definition.id}/changes, or its feed.`,
    )
  if (/\bnow\s*\(/i.test([text.select, ...text.where].join(' ')))
    throw invalidInput('now() has no meaning in a stream: its rows are of the moment they come.')
  const parsed = parseQuery({
    select: text.select,
    where: text.where,
    timezone: text.timezone,
    lang: text.lang,
  })
  const filter = rowFilter(parsed, relation, now)
  const plan = planQuery(parsed, relation, { now, order: 'physical' })
  return {
    relation,
    filter,
    where: plan.query.where,
    keys: streamKey(definition, relation.fields),
    eventTime: columnName(definition.eventTime),
  }
}

const inPart = ({ source, lo, hi }: SpoolPart): Expression =>
  and(
    call('=', column(sourceColumn), value(source)),
    call('>=', column(positionColumn), value(lo)),
    call('<', column(positionColumn), value(hi)),
  )

/** Every row of the parts, in the order of the spool. */
export const newRows = (
  { relation }: Pick<StreamQuestion, 'relation'>,
  parts: SpoolPart[],
  limit: number,
): Query => ({
  from: relation.from,
  where: or(...parts.map(inPart)),
  orderBy: [{ by: column(positionColumn) }, { by: column(sourceColumn) }],
  limit,
})

/** The rows of the parts that answer a question: the last of each key, else the last ones. */
export function missedRows(
  { relation, where, keys, eventTime }: StreamQuestion,
  parts: SpoolPart[],
  limit: number,
): Query {
  const inParts = or(...parts.map(inPart))
  return {
    from: relation.from,
    where: where ? and(inParts, where) : inParts,
    ...(keys.length > 0 && { latestBy: { keys, by: eventTime, tieBreak: positionColumn } }),
    orderBy: [{ by: column(positionColumn), descending: true }],
    limit,
  }
}

/** Whether `next` tells more recent news of the same thing. */
export const isNewer =
  (eventTime: string) => (next: Record<string, unknown>, known: Record<string, unknown>) =>
    String(next[eventTime] ?? '') >= String(known[eventTime] ?? '')
