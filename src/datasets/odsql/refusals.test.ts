/** What is refused, and where it says so. */
import { describe, expect, it } from 'vitest'
import { LacydonError } from '../../errors.ts'
import { dataset, now } from './calls-dataset.suite.ts'
import { planQuery } from './compile.ts'
import { parseQuery, type QueryText } from './query-text.ts'

const refusal = (text: QueryText) => {
  try {
    planQuery(parseQuery(text), dataset.relation, { now })
  } catch (error) {
    expect(error).toBeInstanceOf(LacydonError)
    return (error as LacydonError).details as { clause: string; position: number; message: string }
  }
  throw new Error(`${JSON.stringify(text)} was not refused`)
}

describe('refusals', () => {
  const hidden = { ...dataset.relation, fields: dataset.fields.filter(({ name }) => name !== 'crew') }
  it('do not tell a hidden field from one that does not exist', () => {
    const messageOf = (name: string, clause: (name: string) => QueryText) => {
      try {
        planQuery(parseQuery(clause(name)), hidden, { now })
      } catch (error) {
        return JSON.stringify((error as LacydonError).details).replaceAll(name, 'NAME')
      }
      return 'accepted'
    }
    for (const clause of [
      (name: string) => ({ where: `${name} > 3` }),
      (name: string) => ({ select: `sum(${name})` }),
      (name: string) => ({ groupBy: name }),
      (name: string) => ({ orderBy: `-${name}` }),
      (name: string) => ({ refine: [`${name}:3`] }),
    ]) {
      expect(messageOf('crew', clause)).toContain('no field')
      expect(messageOf('crew', clause)).toBe(messageOf('nope', clause))
    }
    expect(planQuery(parseQuery({}), hidden, { now }).columns.map(({ label }) => label)).not.toContain('crew')
    expect(
      JSON.stringify(planQuery(parseQuery({ where: '"x"', orderBy: 'random(1)' }), hidden, { now })),
    ).not.toContain('crew')
  })

  it.each([
    [{ where: 'ship > 3 + "x"' }, 'where', 11],
    [{ where: 'crew = "many"' }, 'where', 7],
    [{ where: 'ship' }, 'where', 0],
    [{ where: 'tanker > true' }, 'where', 9],
    [{ where: 'position = 1' }, 'where', 11],
    [{ where: 'notes = "x"' }, 'where', 8],
    [{ where: 'length(crew) > 1' }, 'where', 7],
    [{ where: 'length(ship, ship) > 1' }, 'where', 0],
    [{ where: "arrivedAt = date'2021-02-30'" }, 'where', 12],
    [{ where: "arrivedAt = 'soon'" }, 'where', 12],
    [{ where: 'count(*) > 1' }, 'where', 0],
    [{ where: "within_distance(position, geom'POINT(1 1)', 10)" }, 'where', 44],
    [{ where: "within_distance(position, geom'POINT(1 1)', 10 parsec)" }, 'where', 44],
    [{ where: "intersects(position, geom'POINT(1)')" }, 'where', 21],
    [{ where: "intersects(ship, geom'POINT(1 1)')" }, 'where', 11],
    [{ select: 'crew > 3' }, 'select', 0],
    [{ select: 'sum(ship)' }, 'select', 4],
    [{ select: 'percentile(crew, 101)' }, 'select', 17],
    [{ select: 'crew as a, ship as a' }, 'select', 11],
    [{ select: 'ship', groupBy: 'flag' }, 'select', 0],
    [{ select: 'range(crew, 5)' }, 'select', 0],
    [{ select: "date_format(arrivedAt, 'qq')" }, 'select', 23],
    [{ groupBy: 'position' }, 'group_by', 0],
    [{ groupBy: 'range(crew, 9, 3)' }, 'group_by', 15],
    [{ groupBy: 'range(crew, 0)' }, 'group_by', 12],
    [{ groupBy: 'range(arrivedAt, 2 months)' }, 'group_by', 17],
    [{ groupBy: 'range(arrivedAt, 1 D)' }, 'group_by', 17],
    [{ groupBy: 'geo_cluster(position, 26)' }, 'group_by', 22],
    [{ groupBy: 'flag', orderBy: 'flag, count(*)' }, 'order_by', 6],
    [{ orderBy: 'notes' }, 'order_by', 0],
    [{ orderBy: 'cargo' }, 'order_by', 0],
    [{ refine: ['position:1'] }, 'refine', 0],
    [{ refine: ['tanker:maybe'] }, 'refine', 0],
    [{ exclude: ['arrivedAt:soon'] }, 'exclude', 0],
  ] as [QueryText, string, number][])('%j', (text, clause, position) => {
    expect(refusal(text)).toMatchObject({ clause, position })
  })

  it('come before an engine is asked for too much', () => {
    const where = `search(${Array(64).fill('ship').join(', ')}, "${Array(32).fill('x').join(' ')}")`
    expect(refusal({ where })).toMatchObject({ clause: 'where', error_code: 'ODSQLError' })
  })
})
