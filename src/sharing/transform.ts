/** What becomes of a cell on its way out. Pure. */
import type { ReleaseRule } from './schema.ts'

/**
 * Rounding steps one after the other, or a pseudonym, which always stands for the value as it was stored: rounding a
 * pseudonym, or hashing a rounded value, would only hide less or match nothing.
 */
export type Transform =
  | { kind: 'round'; steps: readonly number[] }
  | { kind: 'pseudonym'; period: 'day' | 'month' }

/** A column's rule of a list; undefined when the list leaves it as it is. `drop` is not asked here. */
export function transformOf(rules: readonly ReleaseRule[], column: string): Transform | undefined {
  let transform: Transform | undefined
  for (const rule of rules) {
    if (rule.rule === 'round' && rule.column === column)
      transform = coarser(transform, { kind: 'round', steps: [rule.step] })
    if (rule.rule === 'pseudonym' && rule.column === column)
      transform = coarser(transform, { kind: 'pseudonym', period: rule.period })
  }
  return transform
}

/** Both, one after the other. */
export function coarser(first: Transform | undefined, then: Transform | undefined): Transform | undefined {
  if (!first || !then) return first ?? then
  if (first.kind === 'round' && then.kind === 'round')
    return { kind: 'round', steps: [...first.steps, ...then.steps] }
  const pseudonyms = [first, then].filter((transform) => transform.kind === 'pseudonym')
  const period = pseudonyms.some((transform) => transform.period === 'day') ? 'day' : 'month'
  return { kind: 'pseudonym', period }
}

/** Smaller tells more: untransformed, then rounded by growing step, then a pseudonym of a month, then of a day. */
export function coarseness(transform: Transform | undefined): number {
  if (!transform) return 0
  if (transform.kind === 'round') return Math.min(Math.max(...transform.steps), 1e15)
  return transform.period === 'month' ? 1e16 : 2e16
}

export const dropped = (rules: readonly ReleaseRule[]): string[] =>
  rules.flatMap((rule) => (rule.rule === 'drop' ? [rule.column] : []))

/** The longest delay of a list, seconds; 0 for none. */
export const delayOf = (rules: readonly ReleaseRule[]): number =>
  Math.max(0, ...rules.map((rule) => (rule.rule === 'delay' ? rule.seconds : 0)))

/** Whole parts of a unit in a step, such as 100 for 0.01: a multiplication by it rounds without noise in the last digits. */
export function partsOf(step: number): number | undefined {
  const parts = Math.round(1 / step)
  return step < 1 && Math.abs(parts * step - 1) < 1e-9 ? parts : undefined
}
