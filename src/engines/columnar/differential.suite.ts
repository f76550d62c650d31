/** Random rows and queries for the differential test, as fast-check arbitraries. */
import fc from 'fast-check'
import type { Row, TableSpec } from './columnar.ts'
import {
  type Aggregate,
  call,
  column,
  type Expression,
  type FunctionName,
  type Output,
  type Query,
  table,
} from './query.ts'

export const randomTable: TableSpec = {
  name: 'random-rows',
  sortBy: ['i'],
  columns: [
    { name: 'n', type: 'bigint' },
    { name: 'i', type: 'integer' },
    { name: 'small', type: 'tinyint' },
    { name: 'd', type: 'double' },
    { name: 'r', type: 'real' },
    { name: 't', type: 'text' },
    { name: 'u', type: 'text' },
    { name: 'yes', type: 'boolean' },
    { name: 'at', type: 'timestamp' },
    { name: 'day', type: 'date' },
  ],
}

/** Few values, so that keys meet; with what breaks quoting, collation and counting of characters. */
const texts = [
  '',
  'a',
  'A',
  'É',
  'e\u0301',
  'zé',
  '渡船',
  '🚢',
  '\uffee',
  "a'b",
  'a\\b',
  'a\nb\tc',
  '%_',
  '{p1:String}',
  '$1',
  'NULL',
]
const instants = [
  '2021-10-30T23:30:00.000Z',
  '2021-10-31T00:15:00.000Z',
  '2021-10-31T01:15:00.250Z',
  '2021-10-31T02:00:00.000Z',
  '2021-03-28T00:59:59.999Z',
  '2021-03-28T01:00:00.000Z',
  '2024-02-29T12:00:00.000Z',
  '2024-12-31T23:59:59.000Z',
  '1969-12-31T23:59:59.500Z',
  '1966-07-01T10:00:00.000Z',
  '1850-05-05T05:05:05.005Z',
  '2018-11-04T02:30:00.000Z',
  '2018-11-04T03:00:00.000Z',
]
const days = ['2024-02-29', '2021-10-31', '1970-01-01', '1666-03-05', '2400-12-31']
export const zones = [
  undefined,
  'UTC',
  'Europe/Paris',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
]
const numbers = [0, 1, -1, 2.5, -2.5, 0.5, -0.5, 7, 1e-9, 123456.789, -43.296482, 1e15, 1e300]

const cell = <T extends string | number | boolean>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { freq: 4, nil: null })

export const randomRows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      i: cell(fc.integer({ min: -3, max: 4 })),
      small: cell(fc.integer({ min: -128, max: 127 })),
      d: cell(fc.constantFrom(...numbers)),
      r: cell(fc.constantFrom(0.1, 12.3, -5, 1024.5, 3.4e38)),
      t: cell(fc.constantFrom(...texts)),
      u: cell(fc.constantFrom(...texts.slice(0, 6))),
      yes: cell(fc.boolean()),
      at: cell(fc.constantFrom(...instants)),
      day: cell(fc.constantFrom(...days)),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((rows) => rows.map((row, n) => ({ n: n - 2 ** 52, ...row })))

const pick = <T>(...of: T[]) => fc.constantFrom(...of)
const columnOf = (...names: string[]) => pick(...names).map(column)
const literal = (value: string | number, type?: 'timestamp' | 'date'): Expression => ({
  kind: 'value',
  value,
  type,
})

/**
 * Expressions by type. Numbers here are of operations that IEEE 754 rounds in one way only, so that a comparison or a
 * floor falls on the same side everywhere; sines and logarithms are outputs of their own.
 */
const trees = fc.letrec<{ number: Expression; text: Expression; boolean: Expression; time: Expression }>(
  (tie) => ({
    number: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      columnOf('i', 'small', 'd', 'r', 'n'),
      pick(0, 1, -2, 0.25, 10).map((v) => literal(v)),
      fc
        .tuple(pick<FunctionName>('+', '-', '*', '/'), tie('number'), tie('number'))
        .map(([fn, a, b]) => call(fn, a, b)),
      fc
        .tuple(pick<FunctionName>('floor', 'ceil', 'round', 'abs', '-', 'sqrt'), tie('number'))
        .map(([fn, a]) => call(fn, a)),
      fc
        .tuple(pick<FunctionName>('least', 'greatest', 'coalesce'), tie('number'), tie('number'))
        .map(([fn, a, b]) => call(fn, a, b)),
      fc.tuple(tie('boolean'), tie('number'), tie('number')).map(([c, a, b]) => call('if', c, a, b)),
      fc
        .tuple(tie('number'), pick(0.5, 10, 0.001))
        .map(([of, size]): Expression => ({ kind: 'grid', of, size })),
      tie('text').map((t) => call('length', t)),
      tie('time').map((t) => call('epoch-ms', t)),
      fc
        .tuple(
          tie('time'),
          pick(
            'year',
            'month',
            'week',
            'iso-year',
            'day',
            'day-of-week',
            'day-of-year',
            'hour',
            'minute',
            'second',
            'millisecond',
            'quarter',
          ),
          pick(...zones),
        )
        .map(([of, part, zone]) => ({ kind: 'date-part', of, part, zone }) as Expression),
    ),
    text: fc.oneof(
      { maxDepth: 2 },
      columnOf('t', 'u'),
      pick(...texts).map((v) => literal(v)),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => call('concat', a, b)),
      fc.tuple(pick<FunctionName>('lower', 'upper', 'md5'), tie('text')).map(([fn, a]) => call(fn, a)),
      fc
        .tuple(tie('text'), fc.integer({ min: -1, max: 3 }), fc.integer({ min: -1, max: 3 }))
        .map(([t, a, b]) => call('substring', t, literal(a), literal(b))),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => call('coalesce', a, b)),
      fc
        .tuple(tie('boolean'), tie('text'), tie('text'))
        .map(([c, a, b]): Expression => ({ kind: 'case', when: [{ if: c, value: a }], else: b })),
    ),
    boolean: fc.oneof(
      { maxDepth: 3 },
      columnOf('yes'),
      fc
        .tuple(
          pick<FunctionName>('=', '!=', '<', '<=', '>', '>='),
          fc.oneof(
            fc.tuple(tie('number'), tie('number')),
            fc.tuple(tie('text'), tie('text')),
            fc.tuple(tie('time'), tie('time')),
          ),
        )
        .map(([fn, [a, b]]) => call(fn, a, b)),
      fc
        .tuple(pick<FunctionName>('contains', 'starts-with', 'ends-with'), tie('text'), tie('text'))
        .map(([fn, a, b]) => call(fn, a, b)),
      fc
        .tuple(pick<'and' | 'or'>('and', 'or'), fc.array(tie('boolean'), { maxLength: 3 }))
        .map(([kind, of]): Expression => ({ kind, of })),
      tie('boolean').map((of): Expression => ({ kind: 'not', of })),
      fc.oneof(tie('number'), tie('text'), tie('time')).map((e) => call('is-null', e)),
      fc
        .tuple(columnOf('i', 'd'), fc.array(cell(pick(0, 1, 2.5, -3)), { maxLength: 4 }))
        .map(([of, values]): Expression => ({ kind: 'in', of, values })),
      fc
        .tuple(columnOf('t', 'u'), fc.array(cell(pick(...texts)), { maxLength: 20 }))
        .map(([of, values]): Expression => ({ kind: 'in', of, values })),
    ),
    time: fc.oneof(
      { maxDepth: 2 },
      columnOf('at', 'day'),
      pick(...instants).map((v) => literal(v, 'timestamp')),
      fc
        .tuple(
          tie('time'),
          pick('second', 'minute', 'hour', 'day', 'week', 'month', 'year'),
          pick(1, 2, 7, 15),
          pick(...zones),
        )
        .map(([of, unit, count, zone]) => ({ kind: 'time-bucket', of, unit, count, zone }) as Expression),
    ),
  }),
)

const curved = fc
  .tuple(
    pick<FunctionName>('sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'exp', 'ln', 'radians', 'degrees'),
    columnOf('i', 'd', 'small'),
  )
  .map(([fn, a]) => call(fn, a))
const anything = fc.oneof(
  trees.number,
  trees.text,
  trees.boolean,
  trees.time,
  curved,
  columnOf('r', 'day', 'yes'),
)

const outputs = (of: fc.Arbitrary<Output['value']>, prefix: string, maxLength: number) =>
  fc
    .array(of, { minLength: 1, maxLength })
    .map((values) => values.map((value, i): Output => ({ as: `${prefix}${i}`, value })))

const where = fc.option(trees.boolean, { nil: undefined, freq: 1 })
const n = column('n')
const from = table(randomTable.name)

const aggregate: fc.Arbitrary<Aggregate> = fc.oneof(
  where.map((w): Aggregate => ({ kind: 'aggregate', fn: 'count', where: w })),
  fc
    .tuple(
      pick('count', 'count-distinct', 'min', 'max'),
      fc.oneof(columnOf('i', 'd', 'r', 't', 'u', 'yes', 'at', 'day'), trees.text, trees.time),
      where,
    )
    .map(([fn, of, w]) => ({ kind: 'aggregate', fn, of, where: w }) as Aggregate),
  // Of values that add up without rounding, so that the order of addition does not show.
  fc
    .tuple(pick('sum', 'avg', 'stddev'), columnOf('i', 'small'), where)
    .map(([fn, of, w]) => ({ kind: 'aggregate', fn, of, where: w }) as Aggregate),
  fc
    .tuple(columnOf('i', 'd', 'small'), pick(0, 0.1, 0.5, 0.95, 1), where)
    .map(([of, p, w]): Aggregate => ({ kind: 'aggregate', fn: 'percentile', of, p, where: w })),
  fc
    .tuple(pick('first', 'last'), columnOf('t', 'd', 'yes', 'at'), columnOf('i', 'at', 'u'), where)
    .map(([fn, of, by, w]) => ({ kind: 'aggregate', fn, of, by, tieBreak: n, where: w }) as Aggregate),
)

const groupKey = fc.oneof(
  columnOf('i', 'd', 't', 'u', 'yes', 'at', 'day'),
  trees.time,
  trees.boolean,
  trees.text,
  fc
    .tuple(columnOf('d', 'small'), pick(0.5, 10))
    .map(([of, size]): Expression => ({ kind: 'grid', of, size })),
)

const plain: fc.Arbitrary<Query> = fc
  .record({
    where,
    select: outputs(anything, 'x', 4),
    descending: fc.boolean(),
    limit: fc.option(fc.nat(30), { nil: undefined }),
    offset: fc.option(fc.nat(5), { nil: undefined }),
  })
  .map(({ where: w, select, descending, limit, offset }) => ({
    from,
    where: w,
    select,
    orderBy: [{ by: n, descending }],
    limit,
    offset,
  }))

const sorted: fc.Arbitrary<Query> = fc
  .record({
    where,
    by: fc.array(fc.tuple(fc.oneof(columnOf('t', 'u', 'i', 'd', 'yes', 'at'), trees.time), fc.boolean()), {
      maxLength: 2,
    }),
  })
  .map(({ where: w, by }) => ({
    from,
    where: w,
    orderBy: [...by.map(([e, descending]) => ({ by: e, descending })), { by: n }],
  }))

const grouped: fc.Arbitrary<Query> = fc
  .record({
    where,
    keys: fc.array(groupKey, { maxLength: 2 }),
    aggregates: outputs(aggregate, 'a', 4),
    having: fc.boolean(),
  })
  .map(({ where: w, keys, aggregates, having }) => {
    const keyOutputs = keys.map((value, i): Output => ({ as: `k${i}`, value }))
    return {
      from,
      where: w,
      groupBy: keys,
      select: [...keyOutputs, ...aggregates, { as: 'total', value: { kind: 'aggregate', fn: 'count' } }],
      having: having ? call('>', column('total'), literal(1)) : undefined,
      orderBy: keyOutputs.map((o) => ({ by: column(o.as) })),
    }
  })

const latest: fc.Arbitrary<Query> = fc
  .record({ where, keys: fc.subarray(['i', 't', 'yes', 'at']), by: pick('at', 'd', 'u', 'small') })
  .map(({ where: w, keys, by }) => ({
    from,
    where: w,
    latestBy: { keys, by, tieBreak: 'n' },
    orderBy: [{ by: n }],
  }))

const joined: fc.Arbitrary<Query> = fc
  .record({
    left: where,
    right: where,
    kind: pick<'inner' | 'left' | 'as-of'>('inner', 'left', 'as-of'),
    on: pick<[string, string]>(['i', 'i'], ['t', 'u'], ['u', 't'], ['yes', 'yes']),
  })
  .map(({ left, right, kind, on }) => ({
    from: { kind: 'query', query: { from, where: left } },
    join: {
      kind,
      from: { kind: 'query', query: { from, where: right } },
      on: [on],
      time: ['at', 'at'],
      tieBreak: 'n',
      take: [
        { column: 'n', as: 'm' },
        { column: 't', as: 'text' },
        { column: 'day', as: 'when' },
      ],
    },
    orderBy: [{ by: n }, { by: column('m') }],
  }))

const distinct: fc.Arbitrary<Query> = fc
  .record({ where, select: outputs(groupKey, 'x', 2) })
  .map(({ where: w, select }) => ({
    from,
    where: w,
    distinct: true,
    select,
    orderBy: select.map((o) => ({ by: column(o.as) })),
  }))

/** Every query has a total order, so that answers are compared row by row. */
export const randomQuery: fc.Arbitrary<Query> = fc.oneof(
  plain,
  plain,
  sorted,
  grouped,
  grouped,
  latest,
  joined,
  distinct,
)
