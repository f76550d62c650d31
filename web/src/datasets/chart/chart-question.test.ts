import { describe, expect, it } from 'vitest'
import type { Field } from '../explore-answers.ts'
import { chartPlan, chartQuestion, figuresOf, findingOf, groupInstant } from './chart-question.ts'

const field = (name: string, type: Field['type'], annotations: Field['annotations'] = {}): Field => ({
  name,
  label: name,
  type,
  description: null,
  annotations,
})
const fields = [
  field('id', 'text', { id: [] }),
  field('kind', 'text', { facet: [] }),
  field('at', 'datetime'),
  field('depth', 'double'),
]

describe('a chart', () => {
  it('begins with the rows by the first facet', () => {
    const plan = chartPlan({}, fields)
    expect(chartQuestion(plan)).toEqual({
      select: 'count(*) as y, count(*) as n',
      group_by: 'kind as x',
      order_by: 'y desc',
      limit: 20,
    })
  })
  it('follows time by step', () => {
    expect(
      chartQuestion(chartPlan({ chart: 'line', y: 'depth', measure: 'max', step: 'month' }, fields)),
    ).toEqual({
      select: 'max(depth) as y, count(*) as n',
      group_by: "date_format(at, 'yyyy-MM') as x",
      order_by: 'x',
      limit: 2000,
    })
  })
  it('is one number', () => {
    expect(chartQuestion(chartPlan({ chart: 'number', y: 'depth' }, fields))).toEqual({
      select: 'avg(depth) as y, count(*) as n',
    })
  })
  it('leaves out fields that are not there', () => {
    expect(chartPlan({ x: 'gone', y: 'gone' }, fields)).toMatchObject({
      x: fields[1],
      y: undefined,
      measure: 'count',
    })
    expect(chartPlan({}, [])).toMatchObject({ x: undefined })
  })
})

describe('what figures say', () => {
  const figures = figuresOf([
    { x: 'a', y: 6, n: 6 },
    { x: null, y: 2, n: 2 },
    { x: 'c', y: null, n: 0 },
    { x: true, y: 1, n: 1 },
  ])
  it('keeps groups that have a measure', () => expect(figures.map(({ x }) => x)).toEqual(['a', null, 'true']))
  it('is the largest group, with its share of all rows', () =>
    expect(findingOf(chartPlan({}, fields), figures, 10)).toMatchObject({ kind: 'largest', share: 0.6 }))
  it('is the way of a line', () =>
    expect(findingOf(chartPlan({ chart: 'line' }, fields), figures, 10)).toMatchObject({
      kind: 'trend',
      from: { y: 6 },
      to: { y: 1 },
      peak: { y: 6 },
    }))
  it('is nothing without figures', () =>
    expect(findingOf(chartPlan({}, fields), [], 0)).toEqual({ kind: 'none' }))
})

it.each([
  ['2026', '2026-01-01T00:00:00.000Z'],
  ['2026-03', '2026-03-01T00:00:00.000Z'],
  ['2026-03-04', '2026-03-04T00:00:00.000Z'],
  ['2026-03-04 14', '2026-03-04T14:00:00.000Z'],
])('the group %s begins at %s', (text, iso) => expect(new Date(groupInstant(text)).toISOString()).toBe(iso))
