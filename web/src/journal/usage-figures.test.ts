import { expect, it } from 'vitest'
import { byDay, groupedBy, sumOf } from './usage-figures.ts'

const use = (date: string, action: string, organisation: string | null, accesses: number, refusals = 0) => ({
  date,
  action,
  organisation,
  accesses,
  refusals,
  rows: accesses * 10,
  bytes: accesses * 100,
})
const days = [
  use('2026-11-22', 'query', null, 3),
  use('2026-11-24', 'query', 'ferry', 5),
  use('2026-11-24', 'export', 'ferry', 1, 2),
]

it('every day has its place, those without use as well', () => {
  const all = byDay('2026-11-21', '2026-11-24', days)
  expect(all.map(({ date }) => date)).toEqual(['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'])
  expect(all.map(({ accesses }) => accesses)).toEqual([0, 3, 0, 6])
  expect(sumOf(all)).toEqual(sumOf(days))
})

it('groups add up to the whole, the most used first', () => {
  const groups = groupedBy('organisation', days)
  expect(groups.map(({ name }) => name)).toEqual(['ferry', null])
  expect(sumOf(groups.map(({ sum }) => sum))).toEqual(sumOf(days))
  expect(groupedBy('action', days)[0]).toEqual({ name: 'query', sum: sumOf(days.slice(0, 2)) })
})
