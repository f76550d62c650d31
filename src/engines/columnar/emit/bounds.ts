import type { Expression } from '../query.ts'
import type { DayBounds } from './dialect.ts'

/**
 * The least span of instants that every row passing `where` has in `column`: what lets whole days be skipped. Only
 * the conjuncts that compare the column with a literal count. Undefined when nothing is bounded.
 */
export function timeBounds(where: Expression | undefined, column: string): DayBounds | undefined {
  const bounds = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
  for (const conjunct of conjuncts(where)) {
    if (conjunct.kind !== 'call' || conjunct.args.length !== 2) continue
    const [a, b] = conjunct.args as [Expression, Expression]
    const mirrored = b.kind === 'column'
    const [of, literal] = mirrored ? [b, a] : [a, b]
    if (of.kind !== 'column' || of.name !== column || literal.kind !== 'value') continue
    const ms = typeof literal.value === 'string' ? Date.parse(literal.value) : Number.NaN
    if (Number.isNaN(ms)) continue
    const fn = conjunct.fn
    if (fn === '=' || fn === (mirrored ? '<' : '>') || fn === (mirrored ? '<=' : '>='))
      bounds.fromMs = Math.max(bounds.fromMs, ms)
    if (fn === '=' || fn === (mirrored ? '>' : '<') || fn === (mirrored ? '>=' : '<='))
      bounds.toMs = Math.min(bounds.toMs, ms)
  }
  return bounds.fromMs === Number.NEGATIVE_INFINITY && bounds.toMs === Number.POSITIVE_INFINITY
    ? undefined
    : bounds
}

function conjuncts(where: Expression | undefined): Expression[] {
  if (!where) return []
  return where.kind === 'and' ? where.of.flatMap(conjuncts) : [where]
}
