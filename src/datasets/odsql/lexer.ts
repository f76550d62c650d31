import { limits } from './limits.ts'
import { Malformed, type Span } from './malformed.ts'

export type Token = Span & {
  /** `quoted`: a name between back quotes. `word`: a name, a keyword, or digits with letters (`10km`). */
  kind: 'word' | 'quoted' | 'number' | 'text' | 'symbol' | 'end'
  /** Contents without quotes; of a word or a symbol, as written. */
  text: string
}

const blank = /\s+/uy
const number = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_]|\.\d)/uy
const word = /[\p{L}\p{N}_]+(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy
const decimalBeforeUnit = /\d+\.\d+/uy
const symbol = /\.\.|!=|<=|>=|[=:<>+\-*/(),[\]]/uy

/** Cuts the text of a clause into tokens, one when asked for: a bomb costs no more than what is read of it. */
export class Lexer {
  readonly source: string
  #at = 0

  constructor(source: string) {
    this.source = source
  }

  /** Throws Malformed for a quote that is not closed and for a character that means nothing. */
  next(): Token {
    this.#match(blank)
    const start = this.#at
    const { source } = this
    if (start >= source.length) return { kind: 'end', text: '', start, end: start }
    const first = source[start]!
    if (first === '"' || first === "'") return this.#quoted(first, 'text')
    if (first === '`') return this.#quoted(first, 'quoted')
    for (const [kind, pattern] of patterns) {
      const text = this.#match(pattern)
      if (text !== undefined) return { kind, text, start, end: this.#at }
    }
    const character = String.fromCodePoint(source.codePointAt(start)!)
    throw new Malformed(`“${character}” has no meaning here.`, { start, end: start + character.length })
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.source)?.[0]
    if (text !== undefined) this.#at += text.length
    return text
  }

  /** Escapes of JSON are decoded; any other character after a backslash stands for itself. */
  #quoted(quote: string, kind: 'text' | 'quoted'): Token {
    const { source } = this
    const start = this.#at
    const parts: string[] = []
    let from = start + 1
    for (let at = from; at < source.length; at++) {
      const character = source[at]!
      if (character === quote) {
        parts.push(source.slice(from, at))
        this.#at = at + 1
        return { kind, text: checkUnicode(parts.join(''), { start, end: at + 1 }), start, end: at + 1 }
      }
      if (character !== '\\') continue
      parts.push(source.slice(from, at))
      const escaped = source[at + 1] ?? ''
      const code = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 2, at + 6))?.[0] : undefined
      parts.push(
        code === undefined ? (controls[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(code, 16)),
      )
      at += code === undefined ? 1 : 5
      from = at + 1
    }
    throw new Malformed('a quote is not closed.', { start, end: source.length }, [quote])
  }
}

const patterns: [Token['kind'], RegExp][] = [
  ['number', number],
  // `5.8km`: the number ends where its unit begins.
  ['number', decimalBeforeUnit],
  ['word', word],
  ['symbol', symbol],
]

const controls: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** Engines would replace half a character or cut at U+0000: then `=` would no longer be exact. */
function checkUnicode(text: string, at: Span): string {
  if (text.includes('\u0000') || /\p{Surrogate}/u.test(text))
    throw new Malformed('a text holds something that is no Unicode character.', at)
  return text
}

/** Throws Malformed for a text longer than a literal may be. */
export function checkTextLength(token: Token): Token {
  if (token.text.length > limits.textLength)
    throw new Malformed(`a text has more than ${limits.textLength} characters.`, token)
  return token
}
