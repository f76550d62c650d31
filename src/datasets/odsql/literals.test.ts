/** Literals are parameters: they never become part of a statement. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TableSpec } from '../../engines/columnar/columnar.ts'
import { duckDbDialect, identifier } from '../../engines/columnar/duckdb/dialect.ts'
import { guardRead } from '../../engines/columnar/duckdb/sql-guard.ts'
import type { Dialect } from '../../engines/columnar/emit/dialect.ts'
import { emitQuery } from '../../engines/columnar/emit/emit.ts'
import type { Query } from '../../engines/columnar/query.ts'
import { LacydonError } from '../../errors.ts'
import { planQuery } from './compile.ts'
import { fill, grammarDataset, randomQuery } from './grammar.suite.ts'
import { parseQuery, type QueryText } from './query-text.ts'

const { relation, spec } = grammarDataset([])
const dialect: Dialect = { ...duckDbDialect, relation: (table: TableSpec) => identifier(table.name) }
const now = new Date('2021-10-31T00:30:00.000Z')
const sqlOf = (query: Query) => emitQuery(query, () => spec, dialect).sql
const compile = (text: QueryText) => planQuery(parseQuery(text), relation, { now })

describe('two queries that differ in literals', () => {
  it('are one statement', () => {
    const pair = randomQuery
      .filter(({ groupBy }) => !groupBy.startsWith('geo_cluster'))
      .chain((query) => {
        const filled = () =>
          fc.record({
            select: fill(query.select),
            where: fill(query.where),
            groupBy: fill(query.groupBy),
            orderBy: fill(query.orderBy),
          })
        return fc.tuple(filled(), filled())
      })
    fc.assert(
      fc.property(pair, ([a, b]) => {
        // Labels are shown, never sent: an expression without one is called by its text.
        const [x, y] = [compile(a), compile(b)]
        if (x.prepare) return
        expect(sqlOf(x.query)).toBe(sqlOf(y.query))
        expect(sqlOf(x.total)).toBe(sqlOf(y.total))
        expect(() => guardRead(sqlOf(x.query))).not.toThrow()
      }),
      { numRuns: 150 },
    )
  })

  it('differ when a name does', () => {
    expect(sqlOf(compile({ where: 't = "a"' }).query)).not.toBe(sqlOf(compile({ where: 'u = "a"' }).query))
  })
})

describe('injections', () => {
  const hostile = [
    "x' OR '1'='1",
    "'; DROP TABLE grammar; --",
    '"; select 1',
    '\\',
    "\\' OR 1=1 --",
    '`',
    '$1',
    '$$a$$',
    '{p1:String}',
    "x') UNION ALL SELECT * FROM duckdb_settings() --",
    '/*',
    '%',
  ]

  it.each(hostile)('%j stays a value', (text) => {
    const plain = sqlOf(compile({ where: 't = "a"' }).query)
    expect(sqlOf(compile({ where: `t = ${JSON.stringify(text)}` }).query)).toBe(plain)
    const refined = (value: string) => sqlOf(compile({ refine: [`t:${value}`] }).query)
    expect(refined(text)).toBe(refined('a'))
    const labelled = compile({ select: `t as \`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\`` })
    expect(labelled.columns[0]!.label).toBe(text)
    expect(sqlOf(labelled.query)).toBe(sqlOf(compile({ select: 't as a' }).query))
  })

  const queries: QueryText[] = [
    { where: "name='x' OR 1=1--" },
    { where: '"\\\\\' OR 1=1 --' },
    { select: 't as "x"); DROP TABLE t"' },
    { orderBy: '(select 1)' },
    { groupBy: '1;select 1' },
    { refine: ["zz:x' OR '1'='1"] },
    { select: '`t``u`' },
    { where: "within(p, geom'POINT(0 0)'')')" },
    { where: "t = 'a' union select 1" },
    { where: 'read_csv("/etc/passwd")' },
    { select: 'version()' },
    { select: 't, (select 1)' },
    { orderBy: 'random(1);' },
    { timezone: "UTC'; --" },
    { timezone: '+02:00' },
    { lang: 'xx' },
    { where: 't in (select t)' },
    { where: '__cell = 1' },
    { where: 'n_ = 1' },
    { where: 'i = i = 1' },
    { where: 'in (1)' },
    { select: 'p_lon' },
    { select: 's_west' },
    { where: 'constructor = 1' },
    { where: 'toString()' },
    { groupBy: '__proto__' },
  ]
  it.each(queries.map((query) => [JSON.stringify(query), query] as const))('%s is refused', (_, query) => {
    expect(() => compile(query)).toThrow(LacydonError)
    try {
      compile(query)
    } catch (error) {
      expect(error).toMatchObject({ status: 400, details: { error_code: 'ODSQLError' } })
    }
  })
})
