/** Relations with the columns that a question needs: what is not read is neither planned nor written out. */
import type { From } from '../../engines/columnar/query.ts'

/**
 * The relation without outputs whose names are nowhere in what is asked of it. Only plain selections are narrowed: what
 * groups, sorts or cuts may need columns that it does not show.
 */
export function narrowed(from: From, asked: unknown): From {
  if (from.kind !== 'query') return from
  const { from: inner, where, select, ...rest } = from.query
  if (!select || Object.keys(rest).length > 0) return from
  const texts = new Set<string>()
  collectTexts(asked, texts)
  // A literal that is written as a column keeps it: one column too many is no harm.
  const kept = select.filter(({ as }) => texts.has(as))
  if (kept.length === 0 || kept.length === select.length) return from
  return { kind: 'query', query: { from: inner, ...(where && { where }), select: kept } }
}

function collectTexts(node: unknown, into: Set<string>): void {
  if (typeof node === 'string') into.add(node)
  else if (typeof node === 'object' && node !== null)
    for (const child of Object.values(node)) collectTexts(child, into)
}
