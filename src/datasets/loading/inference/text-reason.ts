/** Why a column stays text, in words. */
import type { Shape } from '../csv/evidence.ts'
import type { Kind } from './kinds.ts'

const kindWords: Record<Kind, string> = {
  'null-text': 'no value',
  integer: 'whole numbers',
  decimal: 'numbers with a point',
  'decimal-comma': 'numbers with a comma',
  'grouped-comma': 'numbers with marks between thousands',
  'grouped-point': 'numbers with marks between thousands',
  'comma-group': 'numbers with marks between thousands',
  code: 'codes',
  'not-finite': 'NaN or infinity',
  'word-boolean': 'yes or no',
  'date-plain': 'days',
  'instant-plain': 'instants',
  date: 'days',
  'date-day-month': 'days',
  position: 'positions',
  wkt: 'WKT',
  geojson: 'GeoJSON',
  json: 'JSON',
  text: 'text',
}
const mostNamed = 3

/** `text`, or what its cells are: `mixed: 99 % numbers with a comma; 1 % text`. */
export function reasonOfText(shapes: readonly Shape[], total: number): string {
  const counts = new Map<string, number>()
  for (const { kind, count } of shapes)
    counts.set(kindWords[kind], (counts.get(kindWords[kind]) ?? 0) + count)
  if (counts.size === 1) return 'text'
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, mostNamed)
  // What is there at all is told, however little it is.
  const share = (count: number) => Math.max(1, Math.round((count / total) * 100))
  return `mixed: ${most.map(([words, count]) => `${share(count)} % ${words}`).join('; ')}`
}
