/** The patterns of date_format, cut into symbols and turned into an expression. */
import { call, type DatePart, type Expression, value } from '../../engines/columnar/query.ts'
import { Malformed, type Span } from './malformed.ts'

type Piece =
  | { text: string }
  | { part: DatePart; style: 'short-year' | 'weekday' | 'short-weekday' | 'month' | number }

const symbols: Record<string, Piece> = {
  yy: { part: 'year', style: 'short-year' },
  yyyy: { part: 'year', style: 4 },
  xx: { part: 'iso-year', style: 'short-year' },
  xxxx: { part: 'iso-year', style: 4 },
  w: { part: 'week', style: 1 },
  ww: { part: 'week', style: 2 },
  e: { part: 'day-of-week', style: 1 },
  E: { part: 'day-of-week', style: 'short-weekday' },
  EEEE: { part: 'day-of-week', style: 'weekday' },
  D: { part: 'day-of-year', style: 1 },
  DDD: { part: 'day-of-year', style: 3 },
  M: { part: 'month', style: 1 },
  MM: { part: 'month', style: 2 },
  MMMM: { part: 'month', style: 'month' },
  d: { part: 'day', style: 1 },
  dd: { part: 'day', style: 2 },
  H: { part: 'hour', style: 1 },
  HH: { part: 'hour', style: 2 },
  m: { part: 'minute', style: 1 },
  mm: { part: 'minute', style: 2 },
  s: { part: 'second', style: 1 },
  ss: { part: 'second', style: 2 },
}
symbols.YY = symbols.yy!
symbols.YYYY = symbols.yyyy!

const maxPieces = 48

/** `'…'` is free text, `''` a quote; `? , . : / -` and space stand for themselves. Throws Malformed for the rest. */
function cut(pattern: string, at: Span): Piece[] {
  const pieces: Piece[] = []
  const expression = /''|'((?:[^']|'')*)'|([A-Za-z])\2*|[?,.:/\- ]+/uy
  let end = 0
  for (let match = expression.exec(pattern); match; match = expression.exec(pattern)) {
    const [whole, free, letter] = match
    end = expression.lastIndex
    if (letter !== undefined) {
      const symbol = Object.hasOwn(symbols, whole) ? symbols[whole] : undefined
      if (!symbol) throw new Malformed(`“${whole}” is no symbol of a date pattern.`, at, Object.keys(symbols))
      pieces.push(symbol)
    } else
      pieces.push({ text: whole === "''" ? "'" : free === undefined ? whole : free.replaceAll("''", "'") })
    if (pieces.length > maxPieces) throw new Malformed(`a date pattern has at most ${maxPieces} pieces.`, at)
  }
  if (end < pattern.length)
    throw new Malformed(
      `“${pattern.slice(end, end + 10)}” is no part of a date pattern.`,
      at,
      Object.keys(symbols),
    )
  return pieces
}

/** Text of a date in the words of `lang`; `zone` undefined reads it as it is (a date has none). */
export function dateFormat(
  date: Expression,
  pattern: string,
  lang: string,
  zone: string | undefined,
  at: Span,
): Expression {
  const pieces = cut(pattern, at).map((piece): Expression => {
    if ('text' in piece) return value(piece.text)
    const part: Expression = { kind: 'date-part', of: date, part: piece.part, ...(zone && { zone }) }
    switch (piece.style) {
      case 'short-year':
        return call('substring', call('digits', part, value(4)), value(3), value(2))
      case 'weekday':
      case 'short-weekday':
        return named(part, weekdays(lang, piece.style === 'weekday' ? 'long' : 'short'))
      case 'month':
        return named(part, months(lang))
      default:
        return call('digits', part, value(piece.style))
    }
  })
  const text = pieces.length === 0 ? value('') : call('concat', ...pieces)
  return { kind: 'case', when: [{ if: { kind: 'not', of: call('is-null', date) }, value: text }] }
}

const named = (part: Expression, words: string[]): Expression => ({
  kind: 'case',
  when: words.map((word, i) => ({ if: call('=', part, value(i + 1)), value: value(word) })),
})

/** From Monday on. */
function weekdays(lang: string, style: 'long' | 'short'): string[] {
  const format = new Intl.DateTimeFormat(lang, { weekday: style, timeZone: 'UTC' })
  // 5 January 1970 is a Monday.
  return Array.from({ length: 7 }, (_, i) => format.format(Date.UTC(1970, 0, 5 + i)))
}

function months(lang: string): string[] {
  const format = new Intl.DateTimeFormat(lang, { month: 'long', timeZone: 'UTC' })
  return Array.from({ length: 12 }, (_, i) => format.format(Date.UTC(1970, i, 1)))
}
