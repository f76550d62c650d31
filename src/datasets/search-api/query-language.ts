/** The query language of the Search API v1, written again as ODSQL. Pure. */
import { LacydonError } from '../../errors.ts'
import type { DatasetField } from '../schema.ts'

type Token =
  | { kind: 'text'; text: string; isQuoted: boolean }
  | { kind: 'operator'; text: string }
  | { kind: 'end' }

const malformed = (why: string) =>
  new LacydonError('InvalidRESTParameterError', 400, `The query q cannot be understood: ${why}.`, {
    details: { parameter: 'q' },
  })

const maxLength = 8_192
const maxDepth = 32
const operators = ['>=', '<=', '==', '!=', '(', ')', '[', ']', ':', '>', '<', '=', ',', '#']

function tokensOf(query: string): Token[] {
  if (query.length > maxLength) throw malformed(`it has more than ${maxLength} characters`)
  const tokens: Token[] = []
  for (let i = 0; i < query.length; ) {
    const character = query[i]!
    if (/\s/.test(character)) {
      i++
      continue
    }
    if (character === '"' || character === "'") {
      let text = ''
      let end = i + 1
      for (; end < query.length && query[end] !== character; end++) {
        if (query[end] === '\\' && end + 1 < query.length) end++
        text += query[end]
      }
      if (end >= query.length) throw malformed('a quote is not closed')
      tokens.push({ kind: 'text', text, isQuoted: true })
      i = end + 1
      continue
    }
    // A minus in front of a word or a group is a NOT; in front of a digit it is a sign.
    if (character === '-' && /^-[^\s\d.]/.test(query.slice(i)) && /^$|[\s(]/.test(query[i - 1] ?? '')) {
      tokens.push({ kind: 'text', text: '-', isQuoted: false })
      i++
      continue
    }
    const operator = operators.find((known) => query.startsWith(known, i))
    if (operator) {
      tokens.push({ kind: 'operator', text: operator })
      i += operator.length
      continue
    }
    const [word] = /^[^\s"'()[\]:><=,#]+/.exec(query.slice(i)) ?? [character]
    tokens.push({ kind: 'text', text: word, isQuoted: false })
    i += word.length
  }
  return [...tokens, { kind: 'end' }]
}

const quoted = (text: string) => JSON.stringify(text)
export const fieldName = (name: string) => `\`${name.replaceAll('`', '')}\``

/** The where clause of ODSQL that means the same; undefined for an empty query. Throws 400. */
export function whereOf(query: string, fields: readonly DatasetField[], now: Date): string | undefined {
  if (query.trim() === '') return undefined
  return new QueryReader(tokensOf(query), fields, now).whole()
}

class QueryReader {
  readonly #tokens: Token[]
  readonly #fields: readonly DatasetField[]
  readonly #now: Date
  #at = 0
  #depth = 0

  constructor(tokens: Token[], fields: readonly DatasetField[], now: Date) {
    this.#tokens = tokens
    this.#fields = fields
    this.#now = now
  }

  whole(): string {
    const condition = this.#or()
    if (this.#next().kind !== 'end') throw malformed('a parenthesis is closed that was not opened')
    return condition
  }

  #next(offset = 0): Token {
    return this.#tokens[Math.min(this.#at + offset, this.#tokens.length - 1)]!
  }

  #is(text: string, offset = 0): boolean {
    const token = this.#next(offset)
    return token.kind === 'operator' && token.text === text
  }

  #isWord(word: string): boolean {
    const token = this.#next()
    return token.kind === 'text' && !token.isQuoted && token.text === word
  }

  #expect(text: string): void {
    if (!this.#is(text)) throw malformed(`“${text}” is expected`)
    this.#at++
  }

  #or(): string {
    if (++this.#depth > maxDepth) throw malformed('it is nested too deeply')
    const parts = [this.#and()]
    while (this.#isWord('OR')) {
      this.#at++
      parts.push(this.#and())
    }
    this.#depth--
    return parts.length > 1 ? `(${parts.join(' or ')})` : parts[0]!
  }

  #and(): string {
    const parts = [this.#not()]
    for (;;) {
      if (this.#isWord('AND')) this.#at++
      else if (this.#next().kind === 'end' || this.#is(')') || this.#isWord('OR')) break
      parts.push(this.#not())
    }
    return parts.length > 1 ? `(${parts.join(' and ')})` : parts[0]!
  }

  #not(): string {
    const token = this.#next()
    const isMinus = token.kind === 'text' && !token.isQuoted && token.text === '-'
    if (!this.#isWord('NOT') && !isMinus) return this.#term()
    this.#at++
    return `not ${this.#term()}`
  }

  #term(): string {
    if (this.#is('(')) {
      this.#at++
      const inner = this.#or()
      this.#expect(')')
      return `(${inner})`
    }
    if (this.#is('#')) return this.#function()
    const token = this.#next()
    if (token.kind !== 'text') throw malformed('a word is expected')
    this.#at++
    const operator = this.#next()
    const isField = !token.isQuoted && this.#fields.some(({ name }) => name === token.text)
    if (isField && operator.kind === 'operator' && /^(:|=|==|!=|<=?|>=?)$/.test(operator.text)) {
      this.#at++
      return this.#comparison(token.text, operator.text)
    }
    // Words that look like a comparison with what is no field are words.
    if (operator.kind === 'operator' && /^(:|=)$/.test(operator.text)) {
      this.#at++
      return `(${quoted(token.text)} and ${this.#term()})`
    }
    return quoted(token.text)
  }

  #comparison(name: string, operator: string): string {
    const field = this.#fields.find((known) => known.name === name)!
    if (this.#is('[')) return this.#range(field)
    const value = this.#value(field)
    if (operator === ':' && field.type === 'text') return `${fieldName(name)} like ${value}`
    const written = operator === ':' || operator === '==' ? '=' : operator
    return `${fieldName(name)} ${written} ${value}`
  }

  #range(field: DatasetField): string {
    this.#expect('[')
    const from = this.#value(field)
    if (!this.#isWord('TO')) throw malformed('“TO” is expected in a range')
    this.#at++
    const to = this.#value(field)
    this.#expect(']')
    return `${fieldName(field.name)} in [${from} to ${to}]`
  }

  /** A literal of the type of the field. */
  #value(field: DatasetField): string {
    if (this.#is('#')) {
      this.#at++
      if (!this.#isWord('now')) throw malformed('only #now() is a value')
      this.#at++
      this.#expect('(')
      while (!this.#is(')') && this.#next().kind !== 'end') this.#at++
      this.#expect(')')
      return `date'${this.#now.toISOString()}'`
    }
    const token = this.#next()
    if (token.kind !== 'text') throw malformed('a value is expected')
    this.#at++
    return literalOf(token.text, field)
  }

  /** `#exact(field, "value")` and its like. */
  #function(): string {
    this.#expect('#')
    const token = this.#next()
    if (token.kind !== 'text') throw malformed('a function is expected after #')
    this.#at++
    this.#expect('(')
    const given: string[] = []
    while (!this.#is(')')) {
      const argument = this.#next()
      if (argument.kind === 'end') throw malformed('a parenthesis is not closed')
      if (argument.kind === 'text') given.push(argument.text)
      this.#at++
    }
    this.#at++
    return callOf(token.text, given)
  }
}

function literalOf(text: string, { type, name }: DatasetField): string {
  if (/^(tinyint|smallint|integer|bigint|real|double)$/.test(type)) {
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text))
      throw malformed(`“${text.slice(0, 40)}” is no number for ${name}`)
    return text
  }
  if (type === 'timestamp' || type === 'date') return `date'${text.replaceAll("'", '')}'`
  if (type === 'boolean') return /^(true|1|yes)$/i.test(text) ? 'true' : 'false'
  return quoted(text)
}

function callOf(name: string, given: string[]): string {
  const [first = '', ...rest] = given
  const field = fieldName(first)
  switch (name.toLowerCase()) {
    case 'null':
      return `${field} is null`
    case 'exact':
      return `${field} = ${quoted(rest.join(' '))}`
    case 'search':
      return rest.length > 0
        ? `search(${[first, ...rest.slice(0, -1)].map(fieldName).join(', ')}, ${quoted(rest.at(-1)!)})`
        : `search(*, ${quoted(first)})`
    case 'startswith':
      return `startswith(${field}, ${quoted(rest.join(' '))})`
    case 'distance': {
      const numbers = rest.flatMap((part) => part.split(',')).map((part) => part.trim())
      return distanceWhere(first, numbers)
    }
    case 'polygon':
      return polygonWhere(first, rest.join(','))
    case 'geometry':
      return geometryWhere(first, rest)
    default:
      throw malformed(`there is no function #${name.slice(0, 20)}`)
  }
}

const isNumber = (text: string | undefined) => text !== undefined && /^-?\d+(\.\d+)?$/.test(text)

/** Within so many metres of latitude, longitude. */
export function distanceWhere(field: string, [lat, lon, metres]: readonly string[]): string {
  if (!isNumber(lat) || !isNumber(lon) || !isNumber(metres))
    throw malformed('a distance is latitude, longitude and metres')
  return `within_distance(${fieldName(field)}, geom'POINT(${lon} ${lat})', ${metres}m)`
}

/** `(lat,lon),(lat,lon)…`, closed or not. */
export function polygonWhere(field: string, text: string): string {
  const positions = [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)/g)].map(
    ([, lat, lon]) => `${lon} ${lat}`,
  )
  if (positions.length < 3) throw malformed('a polygon has three corners: (lat,lon),(lat,lon),(lat,lon)')
  if (positions[0] !== positions.at(-1)) positions.push(positions[0]!)
  return `intersects(${fieldName(field)}, geom'POLYGON((${positions.join(', ')}))')`
}

function geometryWhere(field: string, [geometry = '', mode = 'intersects']: readonly string[]): string {
  const relation = { intersects: 'intersects', within: 'within', disjoint: 'disjoint' }[mode.toLowerCase()]
  if (!relation) throw malformed('a geometry is compared by intersects, within or disjoint')
  return `${relation}(${fieldName(field)}, geom'${geometry.replaceAll("'", '')}')`
}
