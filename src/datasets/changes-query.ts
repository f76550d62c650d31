/** What differs between two versions, as one query that every engine answers. Pure. */
import type { ColumnSpec, Row } from '../engines/columnar/columnar.ts'
import {
  column,
  type Expression,
  type From,
  type Output,
  type Query,
  value,
} from '../engines/columnar/query.ts'
import { columnsOf, tableOf } from './rules.ts'
import type { DatasetDefinition } from './schema.ts'

export interface VersionSide {
  from: From
  definition: DatasetDefinition
}

/** The plan of a comparison: outputs are `c0`, `c1`… and `n`, how many times a row came (above 0) or went. */
export interface ChangesQuery {
  query: Query
  /** Name of each output `c<i>`, and the sides that have it. */
  columns: { name: string; inOld: boolean; inNew: boolean }[]
  /** Outputs that tell which row it is; none when no field is annotated `id`. */
  keys: number[]
}

/** Columns that hold the fields of a row. */
export const rowColumns = (definition: DatasetDefinition) =>
  tableOf(definition).columns.filter(({ name }) => !name.startsWith('_'))

const isComparable = (a: ColumnSpec, b: ColumnSpec) => {
  const group = ({ type }: ColumnSpec) =>
    /int|real|double/.test(type) ? 'number' : type === 'json' ? 'text' : type
  return group(a) === group(b)
}

/**
 * Rows of both versions are counted together, the old ones as −1: what does not cancel out has changed. NULLs are equal,
 * repeated rows count, and no key is needed.
 */
export function changesQuery(before: VersionSide, after: VersionSide): ChangesQuery {
  const olds = new Map(rowColumns(before.definition).map((spec) => [spec.name, spec]))
  const news = new Map(rowColumns(after.definition).map((spec) => [spec.name, spec]))
  const columns: ChangesQuery['columns'] = []
  for (const [name, spec] of news) {
    const old = olds.get(name)
    columns.push({ name, inOld: old !== undefined && isComparable(old, spec), inNew: true })
  }
  for (const [name] of olds)
    if (!columns.some((known) => known.name === name && known.inOld))
      columns.push({ name, inOld: true, inNew: false })
  const side = (of: VersionSide, which: 'inOld' | 'inNew', sign: number): Query => ({
    from: of.from,
    select: [
      ...columns.map(
        (known, i): Output => ({ as: `c${i}`, value: known[which] ? column(known.name) : value(null) }),
      ),
      { as: 'sign', value: value(sign) },
    ],
  })
  const names = columns.map((_, i) => column(`c${i}`))
  const keyNames = new Set(
    after.definition.fields
      .filter(({ annotations }) => annotations?.id)
      .flatMap(columnsOf)
      .map(({ name }) => name),
  )
  const keys = columns.flatMap((known, i) =>
    keyNames.has(known.name) && known.inOld && known.inNew ? [i] : [],
  )
  const isKeyed = keys.length > 0 && keys.length === keyNames.size
  const count: Expression = column('n')
  return {
    columns,
    keys: isKeyed ? keys : [],
    query: {
      from: { kind: 'union', of: [side(before, 'inOld', -1), side(after, 'inNew', 1)] },
      select: [
        ...columns.map((_, i): Output => ({ as: `c${i}`, value: names[i]! })),
        { as: 'n', value: { kind: 'aggregate', fn: 'sum', of: column('sign') } },
      ],
      groupBy: names,
      having: { kind: 'call', fn: '!=', args: [count, value(0)] },
      ...(isKeyed && { orderBy: [...keys.map((i) => ({ by: names[i]! })), { by: count }] }),
    },
  }
}

export type Change = {
  op: 'insert' | 'update' | 'delete'
  /** The row as it is now; for a delete, as it was. */
  row: Row
  /** Names of the columns that an update changed. */
  changed?: string[]
}

/** The operations that make the old rows the new ones, from the answer of the query, in its order. */
export async function* changesOf(plan: ChangesQuery, rows: AsyncIterable<Row>): AsyncGenerator<Change> {
  let key = ''
  let gone: Row[] = []
  const deletes = function* (): Generator<Change> {
    for (const row of gone) yield { op: 'delete', row: rowOf(plan, row, 'inOld') }
    gone = []
  }
  for await (const row of rows) {
    const times = Math.abs(Number(row.n))
    const isGone = Number(row.n) < 0
    if (plan.keys.length === 0) {
      const op = isGone ? 'delete' : 'insert'
      for (let i = 0; i < times; i++) yield { op, row: rowOf(plan, row, isGone ? 'inOld' : 'inNew') }
      continue
    }
    const nextKey = JSON.stringify(plan.keys.map((i) => row[`c${i}`]))
    if (nextKey !== key) {
      yield* deletes()
      key = nextKey
    }
    for (let i = 0; i < times; i++) {
      if (isGone) gone.push(row)
      else {
        const old = gone.shift()
        yield old
          ? { op: 'update', row: rowOf(plan, row, 'inNew'), changed: changedColumns(plan, old, row) }
          : { op: 'insert', row: rowOf(plan, row, 'inNew') }
      }
    }
  }
  yield* deletes()
}

function rowOf({ columns }: ChangesQuery, row: Row, side: 'inOld' | 'inNew'): Row {
  const shaped: Row = {}
  for (const [i, known] of columns.entries()) if (known[side]) shaped[known.name] = row[`c${i}`] ?? null
  return shaped
}

const changedColumns = ({ columns }: ChangesQuery, before: Row, after: Row) => [
  ...new Set(columns.flatMap(({ name }, i) => (before[`c${i}`] === after[`c${i}`] ? [] : [name]))),
]
