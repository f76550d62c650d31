/** Use of a dataset, as its page sums it up. Pure. */
import type { UsageOfDay } from '../../../src/journal/schema.ts'

export interface UsageSum {
  accesses: number
  refusals: number
  rows: number
  bytes: number
}

export interface DayOfUse extends UsageSum {
  date: string
}

const nothing: UsageSum = { accesses: 0, refusals: 0, rows: 0, bytes: 0 }
const dayMs = 86_400_000

const plus = (a: UsageSum, b: UsageSum): UsageSum => ({
  accesses: a.accesses + b.accesses,
  refusals: a.refusals + b.refusals,
  rows: a.rows + b.rows,
  bytes: a.bytes + b.bytes,
})

export const sumOf = (days: readonly UsageSum[]): UsageSum => days.reduce(plus, nothing)

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** One entry for every day from the first to the last, with zeros where nothing was used. */
export function byDay(from: string, to: string, days: readonly UsageOfDay[]): DayOfUse[] {
  const found = grouped(days, ({ date }) => date)
  const all: DayOfUse[] = []
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += dayMs) {
    const date = new Date(ms).toISOString().slice(0, 10)
    all.push({ date, ...sumOf(found.get(date) ?? []) })
  }
  return all
}

/** Sums by action or by organisation, the most used first. */
export function groupedBy<Key extends 'action' | 'organisation'>(
  key: Key,
  days: readonly UsageOfDay[],
): { name: UsageOfDay[Key]; sum: UsageSum }[] {
  return [...grouped(days, (day) => day[key])]
    .map(([name, own]) => ({ name, sum: sumOf(own) }))
    .sort((a, b) => b.sum.accesses - a.sum.accesses || b.sum.refusals - a.sum.refusals)
}
