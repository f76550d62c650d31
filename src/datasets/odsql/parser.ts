/**
 * Expressions by operator precedence (Pratt): one loop reads all operators, so that `(a + b) > 3` and `(a or b) and c`
 * need no guess about what a parenthesis begins. Types are checked later: `a and 3` is read here, refused there.
 */
import { checkTextLength, Lexer, type Token } from './lexer.ts'
import { limits } from './limits.ts'
import { Malformed } from './malformed.ts'
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Literal,
  Name,
  NamedArgument,
  Node,
  NumberLiteral,
} from './syntax.ts'

const reserved = new Set(
  `and as asc avg by count date_format day dayofweek desc distinct equi false group hour ifnull or limit lower max
  millisecond min minute month not null quarter range search second select sum top true upper where year`.split(
    /\s+/,
  ),
)

/** Functions whose later arguments may be a number with a unit. */
const takesQuantity = new Set(['within_distance', 'distance', 'range'])

const power = { or: 1, and: 2, not: 3, comparison: 4, sum: 5, product: 6, sign: 7 }

const comparisons: Record<string, ComparisonOperator> = {
  '=': '=',
  ':': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

export class Parser {
  readonly source: string
  readonly #lexer: Lexer
  readonly #ahead: Token[] = []
  #depth = 0
  #nodes = 0
  #end = 0
  /** Labels may be called like a reserved word (`count(*) as count`): order_by refers to them bare. */
  readonly #mayNameReserved: boolean

  constructor(source: string, { mayNameReserved = false } = {}) {
    if (source.length > limits.clauseLength)
      throw new Malformed(`it has more than ${limits.clauseLength} characters.`, {
        start: 0,
        end: source.length,
      })
    this.source = source
    this.#lexer = new Lexer(source)
    this.#mayNameReserved = mayNameReserved
  }

  peek(ahead = 0): Token {
    while (this.#ahead.length <= ahead) this.#ahead.push(this.#lexer.next())
    return this.#ahead[ahead]!
  }

  take(): Token {
    const token = this.peek()
    this.#ahead.shift()
    this.#end = token.end
    return token
  }

  /** Where the last taken token ended. */
  get end(): number {
    return this.#end
  }

  /** Takes the symbol or the keyword when it is next. */
  takes(text: string): boolean {
    if (!isAt(this.peek(), text)) return false
    this.take()
    return true
  }

  expect(text: string): Token {
    if (isAt(this.peek(), text)) return this.take()
    throw this.unexpected(text)
  }

  unexpected(...expected: string[]): Malformed {
    const token = this.peek()
    const found =
      token.kind === 'end' ? 'it ends' : `there is “${shorten(this.source.slice(token.start, token.end))}”`
    return new Malformed(`${found} where ${expected.join(' or ')} is expected.`, token, expected)
  }

  expectEnd(...also: string[]): void {
    if (this.peek().kind !== 'end') throw this.unexpected(...also, 'the end')
  }

  /** Counts a level of nesting around `read`. */
  #nested<T>(read: () => T): T {
    if (++this.#depth > limits.depth)
      throw new Malformed(`it is nested more than ${limits.depth} levels deep.`, this.peek())
    const result = read()
    this.#depth--
    return result
  }

  #count<const T extends Node>(node: T): T {
    if (++this.#nodes > limits.nodes)
      throw new Malformed(`it has more than ${limits.nodes} parts.`, { start: node.start, end: node.end })
    return node
  }

  expression(least = 0): Node {
    return this.#nested(() => {
      let left = this.#prefix()
      let length = 0
      for (;;) {
        const next = this.#infix(left, least)
        if (!next) return left
        // A chain `a + b + c …` is as deep a tree as it is long.
        if (next.kind === 'arithmetic' && ++length > limits.depth)
          throw new Malformed(`a sum or product has more than ${limits.depth} terms.`, this.peek())
        left = next
      }
    })
  }

  #prefix(): Node {
    const token = this.peek()
    const { start } = token
    if (this.takes('not'))
      return this.#count({ kind: 'not', of: this.expression(power.not), start, end: this.#end })
    if (this.takes('-')) {
      const of = this.expression(power.sign)
      if (of.kind === 'number') return { ...negated(of), start }
      return this.#count({ kind: 'negate', of, start, end: this.#end })
    }
    if (this.takes('(')) {
      const of = this.expression()
      this.expect(')')
      return of
    }
    return this.#literal() ?? this.#nameOrCall()
  }

  /** Undefined when what follows is no literal. */
  #literal(): Literal | (Node & { kind: 'geometry' }) | undefined {
    const token = this.peek()
    const { start, end } = token
    if (token.kind === 'text')
      return this.#count({ kind: 'text', value: checkTextLength(this.take()).text, start, end })
    if (token.kind === 'number') {
      this.take()
      const value = Number(token.text)
      if (!Number.isFinite(value)) throw new Malformed('a number is too large.', token)
      return this.#count({ kind: 'number', value, text: token.text, start, end })
    }
    if (token.kind !== 'word') return undefined
    const keyword = token.text.toLowerCase()
    if ((keyword === 'date' || keyword === 'geom') && this.peek(1).kind === 'text') {
      this.take()
      const { text, end: to } = this.take()
      return this.#count({ kind: keyword === 'date' ? 'date' : 'geometry', text, start, end: to })
    }
    if (keyword === 'true' || keyword === 'false') {
      this.take()
      return this.#count({ kind: 'boolean', value: keyword === 'true', start, end })
    }
    if (keyword === 'null') {
      this.take()
      return this.#count({ kind: 'null', start, end })
    }
    return undefined
  }

  /** A literal of a list or a range, with its sign. */
  literal(): Literal {
    const { start } = this.peek()
    const isNegative = this.takes('-')
    const literal = this.#literal()
    if (!literal || literal.kind === 'geometry' || (isNegative && literal.kind !== 'number'))
      throw literal ? new Malformed('such a value cannot stand here.', literal) : this.unexpected('a value')
    if (literal.kind !== 'number' || !isNegative) return literal
    return { ...negated(literal), start }
  }

  name(): Name {
    const token = this.peek()
    const isWord = token.kind === 'word' && (this.#mayNameReserved || !reserved.has(token.text.toLowerCase()))
    if (token.kind === 'quoted' || isWord) {
      this.take()
      return this.#count({ kind: 'name', name: token.text, start: token.start, end: token.end })
    }
    if (token.kind === 'word')
      throw new Malformed(
        `“${token.text}” is a reserved word: a field of this name stands between back quotes.`,
        token,
        [`\`${token.text}\``],
      )
    throw this.unexpected('a field', 'a value', 'a function')
  }

  #nameOrCall(): Node {
    const token = this.peek()
    if (token.kind !== 'word' || !isAt(this.peek(1), '(')) return this.name()
    this.take()
    this.take()
    const fn = token.text.toLowerCase()
    return this.#nested(() => {
      const call = {
        kind: 'call' as const,
        fn,
        isDistinct: false,
        args: [] as Node[],
        named: [] as NamedArgument[],
      }
      if (fn === 'count') call.isDistinct = this.takes('distinct')
      if (!isAt(this.peek(), ')'))
        do {
          if (fn === 'now') call.named.push(this.#namedArgument())
          else call.args.push(this.#argument(fn, call.args.length))
        } while (this.takes(','))
      if (!isAt(this.peek(), ')')) throw this.unexpected(',', ')')
      this.take()
      return this.#count({ ...call, start: token.start, end: this.#end })
    })
  }

  #argument(fn: string, index: number): Node {
    const token = this.peek()
    const { start, end } = token
    if (isAt(token, '*') && (isAt(this.peek(1), ',') || isAt(this.peek(1), ')'))) {
      this.take()
      return this.#count({ kind: 'star', start, end })
    }
    if (index > 0 && takesQuantity.has(fn)) {
      const after = this.peek(1)
      const glued = token.kind === 'word' ? /^(\d+)(\p{L}+)$/u.exec(token.text) : null
      if (glued) {
        this.take()
        return this.#count({ kind: 'quantity', amount: Number(glued[1]), unit: glued[2]!, start, end })
      }
      if (token.kind === 'number' && after.kind === 'word') {
        this.take()
        this.take()
        return this.#count({
          kind: 'quantity',
          amount: Number(token.text),
          unit: after.text,
          start,
          end: after.end,
        })
      }
    }
    return this.expression()
  }

  #namedArgument(): NamedArgument {
    const name = this.take()
    if (name.kind !== 'word')
      throw new Malformed('now() takes arguments such as days=-1.', name, ['a part of a date'])
    this.expect('=')
    const sign = this.takes('-') ? -1 : 1
    if (sign === 1) this.takes('+')
    const amount = this.take()
    if (amount.kind !== 'number' || !/^\d{1,9}$/.test(amount.text))
      throw new Malformed('now() takes whole numbers.', amount, ['a whole number'])
    return {
      name: name.text.toLowerCase(),
      value: sign * Number(amount.text),
      start: name.start,
      end: amount.end,
    }
  }

  /** The tree with the next operator applied, undefined when none binds as much as `least`. */
  #infix(left: Node, least: number): Node | undefined {
    const token = this.peek()
    const { start } = left
    const operator =
      token.kind === 'word' ? token.text.toLowerCase() : token.kind === 'symbol' ? token.text : ''
    if (operator === 'and' || operator === 'or') {
      const own = power[operator]
      if (own < least) return undefined
      const of = [left]
      while (this.takes(operator)) of.push(this.expression(own + 1))
      return this.#count({ kind: operator, of, start, end: this.#end })
    }
    if (operator === '+' || operator === '-') return this.#arithmetic(left, operator, power.sum, least)
    if (operator === '*' || operator === '/') return this.#arithmetic(left, operator, power.product, least)
    if (least > power.comparison) return undefined
    const comparison = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
    if (comparison) {
      this.take()
      const right = this.expression(power.comparison + 1)
      return this.#count({ kind: 'compare', operator: comparison, left, right, start, end: this.#end })
    }
    if (operator === 'like') {
      this.take()
      const text = this.literal()
      if (text.kind !== 'text') throw new Malformed('“like” compares with a text.', text, ['a text'])
      return this.#count({ kind: 'like', of: left, text, start, end: this.#end })
    }
    if (operator === 'is') return this.#is(left)
    if (operator === 'in') return this.#in(left)
    return undefined
  }

  #arithmetic(left: Node, operator: ArithmeticOperator, own: number, least: number): Node | undefined {
    if (own < least) return undefined
    this.take()
    const right = this.expression(own + 1)
    return this.#count({ kind: 'arithmetic', operator, left, right, start: left.start, end: this.#end })
  }

  #is(of: Node): Node {
    this.take()
    const isNot = this.takes('not')
    for (const what of ['null', 'true', 'false'] as const)
      if (this.takes(what))
        return this.#count({ kind: 'is', of, isNot, what, start: of.start, end: this.#end })
    throw this.unexpected(...(isNot ? [] : ['not']), 'null', 'true', 'false')
  }

  #in(of: Node): Node {
    this.take()
    const { start } = of
    if (this.takes('(')) {
      const values: Literal[] = []
      do {
        const before = this.#nodes
        const value = this.literal()
        this.#nodes = before
        if (values.push(value) > limits.listValues)
          throw new Malformed(`a list has more than ${limits.listValues} values.`, value)
      } while (this.takes(','))
      if (!isAt(this.peek(), ')')) throw this.unexpected(',', ')')
      this.take()
      return this.#count({ kind: 'in-list', of, values, start, end: this.#end })
    }
    const opens = this.peek()
    if (isAt(opens, '[') || isAt(opens, ']')) {
      this.take()
      const from = this.literal()
      if (!this.takes('..') && !this.takes('to')) throw this.unexpected('..', 'to')
      const to = this.literal()
      const closes = this.peek()
      if (!isAt(closes, '[') && !isAt(closes, ']')) throw this.unexpected(']', '[')
      this.take()
      const range = { from, to, opensAfter: opens.text === ']', endsBefore: closes.text === '[' }
      return this.#count({ kind: 'in-range', of, ...range, start, end: this.#end })
    }
    if (opens.kind !== 'word' && opens.kind !== 'quoted') throw this.unexpected('(', '[', ']', 'a field')
    const isValue = /^(text|number|date|boolean)$/.test(of.kind)
    if (!isValue) throw new Malformed('only a value can be looked for in a field.', of, ['a value'])
    return this.#count({ kind: 'in-field', value: of as Literal, of: this.name(), start, end: this.#end })
  }
}

const negated = (literal: NumberLiteral): NumberLiteral => ({
  ...literal,
  value: -literal.value || 0,
  text: literal.text.startsWith('-') ? literal.text.slice(1) : `-${literal.text}`,
})

export const isAt = (token: Token, text: string) =>
  (token.kind === 'symbol' && token.text === text) ||
  (token.kind === 'word' && token.text.toLowerCase() === text)

const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
