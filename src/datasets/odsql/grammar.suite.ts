/** Random queries that are right, over a dataset with every type; literals are slots that can be filled twice. */
import fc from 'fast-check'
import { field, type TestRecord, testDataset } from './test-dataset.suite.ts'

const fields = [
  field('t', 'text', { facet: true }),
  field('u', 'text'),
  field('path', 'text', { hierarchical: '/', facet: true }),
  field('i', 'integer', { facet: true, disjunctive: true }),
  field('x', 'double'),
  field('b', 'boolean', { facet: true }),
  field('d', 'date', { facet: true }),
  field('at', 'timestamp'),
  field('p', 'geo_point_2d'),
  field('s', 'geo_shape'),
  field('tags', 'text', { multivalued: true, facet: true }),
  field('codes', 'integer', { multivalued: true }),
]

export const grammarDataset = (records: readonly TestRecord[]) => testDataset('grammar', fields, records)

const texts = [
  '',
  'a',
  'A',
  'b c',
  'é',
  'É',
  'école',
  'Ecole',
  "o'x",
  'say "x"',
  'back\\slash',
  '東京',
  '😀',
  'z-1',
  'a_b',
  '%',
]
const words = ['a', 'b', 'ecole', 'ECOLE', 'école', 'x', '東京', 'z', '1', 'say', 'slash']
const instants = [
  '2021-03-28T00:59:59.999Z',
  '2021-03-28T01:00:00.000Z',
  '2021-10-31T00:30:00.000Z',
  '2021-10-31T01:30:00.000Z',
  '2021-12-31T23:00:00.000Z',
  '2020-02-29T12:00:00.000Z',
  '1969-12-31T23:59:59.500Z',
  '1666-09-02T00:00:00.000Z',
]
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 4 })
const degree = fc.integer({ min: -40, max: 40 }).map((n) => n / 8)
const square = fc.tuple(degree, degree, fc.constantFrom(0.5, 1, 3)).map(([lon, lat, size]) => ({
  type: 'Polygon',
  coordinates: [
    [
      [lon, lat],
      [lon + size, lat],
      [lon + size, lat + size],
      [lon, lat + size],
      [lon, lat],
    ],
  ],
}))

export const randomRecords: fc.Arbitrary<TestRecord[]> = fc.array(
  fc.record({
    t: nullable(fc.constantFrom(...texts)),
    u: nullable(fc.constantFrom(...texts)),
    path: nullable(fc.constantFrom('fr', 'fr/13', 'fr/13/Fos', 'it/GE', 'france')),
    i: nullable(fc.integer({ min: -3, max: 12 })),
    x: nullable(fc.constantFrom(-1.5, -0.25, 0, 0.1, 0.2, 0.3, 1, 2.5, 10, 1e9)),
    b: nullable(fc.boolean()),
    d: nullable(fc.constantFrom('2021-03-28', '2021-10-31', '2020-02-29', '1970-01-01', '1666-09-02')),
    at: nullable(fc.constantFrom(...instants)),
    p: nullable(fc.record({ lon: degree, lat: degree })),
    s: nullable(
      fc.oneof(
        square,
        fc.tuple(degree, degree).map((coordinates) => ({ type: 'Point', coordinates })),
      ),
    ),
    tags: nullable(fc.array(fc.constantFrom(...texts), { maxLength: 3 })),
    codes: nullable(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })),
  }),
  { minLength: 3, maxLength: 12 },
)

/** A text whose `‹kind›` are slots for literals. */
export type Template = string

const fillers: Record<string, fc.Arbitrary<string>> = {
  n: fc.integer({ min: -20, max: 20 }).map(String),
  // Whether a number is whole is a matter of type: it never changes between two fillings.
  f: fc.constantFrom('0.5', '2.5', '-1.5', '0.1', '1.25e1'),
  k: fc.integer({ min: 1, max: 5 }).map(String),
  t: fc.constantFrom(...texts).map((text) => JSON.stringify(text)),
  w: fc.constantFrom(...words).map((word) => JSON.stringify(word)),
  d: fc.constantFrom(
    ...[
      '2021',
      '2021-03',
      '2021/10/31',
      '2021-10-31T02',
      '2021-10-31T02:30',
      '2021-03-28T03:00:00',
      '1666-09-02',
      ...instants,
    ].map((text) => `date'${text}'`),
  ),
  p: fc.tuple(degree, degree).map(([lon, lat]) => `geom'POINT(${lon} ${lat})'`),
  g: square.map((shape) => `geom'${JSON.stringify(shape)}'`),
}

/** The same template with other literals. */
export const fill = (template: Template): fc.Arbitrary<string> => {
  const parts = template.split(/‹(\w)›/)
  const slots = parts.filter((_, i) => i % 2 === 1).map((kind) => fillers[kind]!)
  return fc
    .tuple(...slots)
    .map((values) => parts.map((part, i) => (i % 2 === 1 ? values[(i - 1) / 2]! : part)).join(''))
}

const slot = (kind: string) => fc.constant(`‹${kind}›`)
const template = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((list) => list.join(''))

const grammar = fc.letrec<{ number: string; text: string; condition: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom('i', 'x', 'I'),
    slot('n'),
    slot('f'),
    template('length(', tie('text'), ')'),
    template('year(', fc.constantFrom('d', 'at'), ')'),
    template(
      fc.constantFrom('month', 'day', 'hour', 'minute', 'second', 'quarter', 'dayofweek'),
      '(',
      fc.constantFrom('at', 'd'),
      ')',
    ),
    template('(', tie('number'), fc.constantFrom(' + ', ' - ', '*', ' / '), tie('number'), ')'),
    template('-(', tie('number'), ')'),
    template('ifnull(', tie('number'), ', ', tie('number'), ')'),
  ),
  text: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.constantFrom('t', 'u', '`path`'),
    slot('t'),
    template(fc.constantFrom('lower', 'UPPER'), '(', tie('text'), ')'),
    template('ifnull(', tie('text'), ', ', slot('t'), ')'),
    template('date_format(', fc.constantFrom('at', 'd'), ", 'EEEE dd/MM/YYYY xxxx ww HH:mm')"),
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    template(tie('number'), fc.constantFrom(' = ', ':', ' != ', '<', ' <= ', '>', '>='), tie('number')),
    template(tie('text'), fc.constantFrom(' = ', ' != '), tie('text')),
    template(
      fc.constantFrom('d', 'at'),
      fc.constantFrom(' = ', ' != ', ' < ', ' <= ', ' > ', ' >= '),
      slot('d'),
    ),
    template(slot('d'), fc.constantFrom(' = ', ' < ', ' >= '), fc.constantFrom('d', 'at')),
    fc.constantFrom('b', 'b is true', 'b is not false', 'b: FALSE', 'true'),
    template(
      fc.constantFrom('t', 'i', 'd', 'at', 'p', 's', 'tags'),
      fc.constantFrom(' is null', ' is not null'),
    ),
    template(fc.constantFrom('t', 'tags'), ' like ', slot('w')),
    template('search(', fc.constantFrom('*, ', '', 't, ', 't, tags, '), slot('w'), ')'),
    template('suggest(', fc.constantFrom('*, ', 'u, '), slot('w'), ')'),
    template('startswith(', fc.constantFrom('t', 'path', 'tags'), ', ', slot('t'), ')'),
    slot('w'),
    template(fc.constantFrom('i', 'codes'), ' in (', slot('n'), ', ', slot('n'), ')'),
    template(fc.constantFrom('t', 'tags'), ' in (', slot('t'), ', ', slot('t'), ')'),
    template(
      fc.constantFrom('i', 'x', 'codes'),
      fc.constantFrom(' in [', ' in ]'),
      slot('n'),
      '..',
      slot('n'),
      fc.constantFrom('[', ']'),
    ),
    template(fc.constantFrom('d', 'at'), ' in [', slot('d'), ' TO ', slot('d'), fc.constantFrom('[', ']')),
    template(slot('t'), ' in tags'),
    template(slot('k'), ' in codes'),
    template('codes', fc.constantFrom(' = ', ' != ', ' > '), slot('n')),
    template(
      'within_distance(',
      fc.constantFrom('p', 's'),
      ', ',
      slot('p'),
      ', ',
      fc.constantFrom('300km', '50 mi'),
      ')',
    ),
    template(
      'in_bbox(',
      fc.constantFrom('p', 's'),
      ', ',
      slot('n'),
      ', ',
      slot('n'),
      ', ',
      slot('n'),
      ', ',
      slot('n'),
      ')',
    ),
    template(
      fc.constantFrom('intersects', 'disjoint', 'within'),
      '(',
      fc.constantFrom('p', 's'),
      ', ',
      slot('g'),
      ')',
    ),
    template('not ', tie('condition')),
    template('(', tie('condition'), fc.constantFrom(' and ', ' or ', ' AND NOT '), tie('condition'), ')'),
  ),
}))

export const randomCondition: fc.Arbitrary<Template> = grammar.condition

export interface QueryTemplate {
  select: Template
  where: Template
  groupBy: Template
  orderBy: Template
  timezone: string
}

const timezone = fc.constantFrom('UTC', 'Europe/Paris', 'US/Eastern', 'Asia/Kolkata')

/** Rows: fields and expressions, in any order. */
const rowQuery: fc.Arbitrary<QueryTemplate> = fc.record({
  select: template(
    fc.constantFrom('*, ', '', 'include(t*), ', 'p, tags, at, d, '),
    grammar.number,
    ' as n1, ',
    grammar.text,
    ' as t1',
  ),
  where: grammar.condition,
  groupBy: fc.constant(''),
  orderBy: fc.oneof(
    fc.constantFrom(
      '',
      'n1 desc, t',
      '-t1',
      'at, d desc',
      'random(7)',
      'b desc, i asc',
      'distance(p, geom"POINT(1 1)")',
    ),
    // A sign in front would be a direction.
    template('i + ', grammar.number),
  ),
  timezone,
})

/** Groups: every kind of key, aggregates, and arithmetic of aggregates. */
const groupQuery: fc.Arbitrary<QueryTemplate> = fc.record({
  select: fc.constantFrom(
    'count(*) as n',
    'count(*) as n, sum(x) as total, avg(i)',
    'count(*) as n, min(at), max(d), min(x), max(i)',
    'count(t) as n, count(distinct u), count(distinct ifnull(u, ‹t›))',
    'median(x) as n, percentile(i, 90)',
    'count(*) as n, sum(i) / count(*) as mean, bbox(p), envelope(p) as hull',
  ),
  where: fc.oneof(fc.constant('true'), grammar.condition),
  groupBy: fc.constantFrom(
    '',
    't',
    'i as code',
    't, b',
    'year(at) as y, month(at)',
    'at',
    'd',
    'lower(t)',
    'ifnull(t, ‹t›)',
    "date_format(at, 'YYYY-MM-dd HH')",
    'range(x, ‹k›)',
    'range(i, *, 0, 5, *)',
    'range(i, 0, 3, 9)',
    'range(at, 1 day)',
    'range(at, 6h), b',
    'range(at, 1M)',
    'range(d, 1 year)',
    "range(at, *, date'1970', date'2021-06-01')",
    'tags',
    'codes, b',
    'geo_cluster(p, 7)',
    'geo_cluster(p, 4, 80), b',
  ),
  orderBy: fc.constantFrom('', 'n desc', 'count(*)', 'n, random(3)'),
  timezone,
})

export const randomQuery = fc.oneof(rowQuery, groupQuery)
