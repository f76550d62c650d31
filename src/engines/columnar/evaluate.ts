/** Expressions of the query AST in memory: the predicate of live streams, and the third opinion in the tests. */
import { createHash } from 'node:crypto'
import { invalidInput } from '../../errors.ts'
import { bucketStartMs, datePart } from './calendar.ts'
import type { Cell, Row } from './columnar.ts'
import type { Expression, FunctionName, List, Literal } from './query.ts'
import { spatialTest } from './spatial/relate.ts'
import {
  caseValues,
  comparedTypes,
  elementType,
  isComparison,
  type TypeScope,
  typeOf,
  type ValueType,
} from './typing.ts'

/** Instants and dates are milliseconds inside. */
export type Value = string | number | boolean | null
type Getter = (row: Row) => Value

/**
 * A function that tells whether a row passes. Cells are as `Columnar.query` gives them. Throws `invalid_input` for names
 * or types that do not fit `scope`, and for `in-query`, which needs an engine.
 */
export function compilePredicate(expression: Expression, scope: TypeScope): (row: Row) => boolean {
  const type = typeOf(expression, scope)
  if (type !== 'boolean' && type !== 'null') throw invalidInput(`A condition is needed, not ${type}.`)
  const get = compile(expression, scope)
  return (row) => get(row) === true
}

export function toValue(cell: Cell | undefined, type: ValueType): Value {
  if (cell === null || cell === undefined) return null
  if (type === 'timestamp' || type === 'date') return Date.parse(String(cell))
  // What a 32-bit column holds is near the decimal it shows.
  if (type === 'real') return Math.fround(Number(cell))
  return cell
}

export function toCell(value: Value, type: ValueType): Cell {
  if (value === null) return null
  if (type === 'timestamp') return new Date(Number(value)).toISOString()
  if (type === 'date') return new Date(Number(value)).toISOString().slice(0, 10)
  if (type === 'real') return shortest(Number(value))
  return value
}

/** The shortest decimal that reads back as the same 32-bit float. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** By code point, as the bytes of UTF-8 compare; JavaScript compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue
    return a.codePointAt(i)! - b.codePointAt(i)!
  }
  return a.length - b.length
}

export function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return Number(a) - Number(b)
}

const finite = (value: Value): Value => {
  if (typeof value !== 'number') return value
  if (!Number.isFinite(value)) return null
  return value === 0 ? 0 : value
}

/** The value where it is used: not an intermediate of arithmetic. */
export function compile(e: Expression, scope: TypeScope): Getter {
  const type = typeOf(e, scope)
  const get = compileRaw(e, scope)
  return type === 'double' ? (row) => finite(get(row)) : get
}

function literal(value: Literal, type: ValueType): Value {
  return value !== null && (type === 'timestamp' || type === 'date') ? Date.parse(String(value)) : value
}

/** A literal read as the type it meets. */
function compileAs(e: Expression, type: ValueType, scope: TypeScope): Getter {
  if (e.kind !== 'value') return compile(e, scope)
  const value = literal(e.value, type)
  return () => value
}

function compileRaw(e: Expression, scope: TypeScope): Getter {
  switch (e.kind) {
    case 'column': {
      const type = typeOf(e, scope)
      return (row) => toValue(row[e.name], type)
    }
    case 'value': {
      const value = literal(e.value, typeOf(e, scope))
      return () => value
    }
    case 'and':
    case 'or': {
      const parts = e.of.map((part) => compile(part, scope))
      return e.kind === 'and'
        ? (row) => parts.every((part) => part(row) === true)
        : (row) => parts.some((part) => part(row) === true)
    }
    case 'not': {
      const of = compile(e.of, scope)
      return (row) => of(row) !== true
    }
    case 'in': {
      const values = e.values.filter((v) => v !== null)
      const literals = values.map((v): Expression => ({ kind: 'value', value: v }))
      const type = comparedTypes([e.of, ...literals], scope)
      const set = new Set(values.map((v) => literal(v, type)))
      const of = compileAs(e.of, type, scope)
      return (row) => {
        const value = of(row)
        return value !== null && set.has(value)
      }
    }
    case 'case': {
      const type = comparedTypes(caseValues(e), scope)
      const branches = e.when.map((b) => ({
        if: compile(b.if, scope),
        value: compileAs(b.value, type, scope),
      }))
      const otherwise = e.else ? compileAs(e.else, type, scope) : () => null
      return (row) => (branches.find((b) => b.if(row) === true)?.value ?? otherwise)(row)
    }
    case 'time-bucket': {
      const of = compileAs(e.of, 'timestamp', scope)
      return (row) => {
        const at = of(row)
        return at === null ? null : bucketStartMs(Number(at), e.unit, e.count, e.zone)
      }
    }
    case 'date-part': {
      const of = compileAs(e.of, 'timestamp', scope)
      return (row) => {
        const at = of(row)
        return at === null ? null : datePart(Number(at), e.part, e.zone)
      }
    }
    case 'grid': {
      const of = compileRaw(e.of, scope)
      return (row) => {
        const value = of(row)
        return value === null ? null : Math.floor(Number(value) / e.size)
      }
    }
    case 'call':
      return compileCall(e, scope)
    case 'in-query':
      throw invalidInput('A stream cannot look into another table.')
    case 'any': {
      const element = elementType(e.list, scope)
      const inner: TypeScope = (name) => (name === e.as ? element : scope(name))
      const elements = compileList(e.list, scope)
      const where = compile(e.where, inner)
      return (row) => elements(row).some((value) => where({ ...row, [e.as]: value }) === true)
    }
    case 'relates':
      return compileRelation(e, scope)
  }
}

/** The elements of a list of one row. */
export function compileList(list: List, scope: TypeScope): (row: Row) => Value[] {
  const of = compile(list.of, scope)
  if (list.kind === 'words') return (row) => wordsOf(of(row))
  const jsonType = list.type === 'text' ? 'string' : list.type === 'boolean' ? 'boolean' : 'number'
  return (row) => {
    const text = of(row)
    let elements: unknown
    try {
      elements = text === null ? [] : JSON.parse(String(text))
    } catch {
      return []
    }
    if (!Array.isArray(elements)) return []
    return elements.map((element): Value => (typeof element === jsonType ? (element as Value) : null))
  }
}

const wordsOf = (text: Value) =>
  text === null
    ? []
    : fold(String(text))
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word !== '')

function compileRelation(e: Expression & { kind: 'relates' }, scope: TypeScope): Getter {
  typeOf(e, scope)
  const test = spatialTest(e.relation, e.geometry)!
  if ('shape' in e.of) {
    const shape = compile(e.of.shape, scope)
    return (row) => {
      const text = shape(row)
      return text !== null && test.shape(String(text))
    }
  }
  const [lon, lat] = [compile(e.of.lon, scope), compile(e.of.lat, scope)]
  return (row) => {
    const [x, y] = [lon(row), lat(row)]
    return x !== null && y !== null && test.point(Number(x), Number(y))
  }
}

function compileCall(e: Expression & { kind: 'call' }, scope: TypeScope): Getter {
  const { fn } = e
  if (isComparison(fn)) {
    const type = comparedTypes(e.args, scope)
    const [a, b] = e.args.map((arg) => compileAs(arg, type, scope)) as [Getter, Getter]
    const holds = comparisons[fn]!
    return (row) => {
      const left = a(row)
      const right = b(row)
      return left !== null && right !== null && holds(compareValues(left, right))
    }
  }
  const type = typeOf(e, scope)
  if (fn === 'if') {
    const [condition, value, otherwise] = e.args as [Expression, Expression, Expression]
    return compileRaw({ kind: 'case', when: [{ if: condition, value }], else: otherwise }, scope)
  }
  if (fn === 'coalesce' || fn === 'least' || fn === 'greatest') {
    const args = e.args.map((arg) => compileAs(arg, type, scope))
    return (row) => {
      const values = args.map((arg) => arg(row)).filter((v) => v !== null)
      if (values.length === 0) return null
      if (fn === 'coalesce') return values[0]!
      const sign = fn === 'least' ? 1 : -1
      return values.reduce((best, v) => (sign * compareValues(v, best) < 0 ? v : best))
    }
  }
  if (fn === 'is-null') {
    const of = compile(e.args[0]!, scope)
    return (row) => of(row) === null
  }
  // Arithmetic stays in infinities until its result is used.
  const args = e.args.map((arg) => (type === 'double' ? compileRaw(arg, scope) : compile(arg, scope)))
  const apply = functions[fn]
  if (!apply) throw invalidInput(`There is no function “${fn}”.`)
  const values = fn === 'epoch-ms' ? [compileAs(e.args[0]!, 'timestamp', scope)] : args
  return (row) => {
    const given = values.map((arg) => arg(row))
    if (given.includes(null)) return type === 'boolean' ? false : null
    return apply(...(given as never[]))
  }
}

const comparisons: Partial<Record<FunctionName, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

const fold = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')

function editDistance(a: string, b: string): number {
  const [from, to] = [Buffer.from(a), Buffer.from(b)]
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)))
    row = next
  }
  return row[to.length]!
}

const characters = (text: string) => [...text]

const functions: Partial<Record<FunctionName, (...args: never[]) => Value>> = {
  '+': (...args: number[]) => args.reduce((sum, x) => sum + x),
  '-': (a: number, b?: number) => (b === undefined ? -a : a - b),
  '*': (...args: number[]) => args.reduce((product, x) => product * x),
  '/': (a: number, b: number) => a / b,
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  round: (x: number) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5),
  abs: (x: number) => Math.abs(x),
  sqrt: (x: number) => Math.sqrt(x),
  exp: (x: number) => Math.exp(x),
  ln: (x: number) => Math.log(x),
  power: (x: number, y: number) => x ** y,
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  tan: (x: number) => Math.tan(x),
  asin: (x: number) => Math.asin(x),
  acos: (x: number) => Math.acos(x),
  atan: (x: number) => Math.atan(x),
  atan2: (y: number, x: number) => Math.atan2(y, x),
  radians: (x: number) => (x * Math.PI) / 180,
  degrees: (x: number) => (x * 180) / Math.PI,
  lower: (text: string) => text.toLowerCase(),
  upper: (text: string) => text.toUpperCase(),
  fold,
  md5: (text: string) => createHash('md5').update(text).digest('hex'),
  length: (text: string) => characters(text).length,
  concat: (...texts: string[]) => texts.join(''),
  substring: (text: string, start: number, length?: number) => {
    const from = Math.max(start, 1) - 1
    return characters(text)
      .slice(from, length === undefined ? undefined : from + Math.max(length, 0))
      .join('')
  },
  contains: (text: string, part: string) => text.includes(part),
  'starts-with': (text: string, part: string) => text.startsWith(part),
  'ends-with': (text: string, part: string) => text.endsWith(part),
  'edit-distance': editDistance,
  digits: (n: number, width: number) => (n >= 0 ? String(Math.trunc(n)).padStart(width, '0') : null),
  'epoch-ms': (at: number) => at,
  'from-epoch-ms': (ms: number) => Math.floor(ms),
}
