/** Types of expressions: every query is checked here before an engine sees it, so all engines refuse the same. */
import { invalidInput } from '../../errors.ts'
import type { ColumnType, TableSpec } from './columnar.ts'
import type { Aggregate, Expression, FunctionName, List, Literal } from './query.ts'
import { readGeoJson } from './spatial/geojson.ts'

/** `integer` is any whole number, `real` a 32-bit float column read as it is; arithmetic gives `double`. */
export type ValueType =
  | 'text'
  | 'json'
  | 'boolean'
  | 'integer'
  | 'real'
  | 'double'
  | 'timestamp'
  | 'date'
  | 'null'

/** Finds a column of the relation by name. */
export type TypeScope = (name: string) => ValueType | undefined

export const columnValueType = (type: ColumnType): ValueType =>
  type === 'tinyint' || type === 'smallint' || type === 'integer' || type === 'bigint' ? 'integer' : type

export const tableScope = (table: TableSpec): TypeScope => {
  const types = new Map(table.columns.map((column) => [column.name, columnValueType(column.type)]))
  return (name) => types.get(name)
}

export const isNumeric = (type: ValueType) => type === 'integer' || type === 'real' || type === 'double'
const isText = (type: ValueType) => type === 'text' || type === 'json'
const isTemporal = (type: ValueType) => type === 'timestamp' || type === 'date'

interface Signature {
  of: 'number' | 'text' | 'timestamp' | 'integer' | 'any'
  arity: [number, number]
  gives: ValueType
}
const signature = (of: Signature['of'], min: number, max: number, gives: ValueType): Signature => ({
  of,
  arity: [min, max],
  gives,
})
const realFunction = signature('number', 1, 1, 'double')
const textTest = signature('text', 2, 2, 'boolean')
const textFunction = signature('text', 1, 1, 'text')

/** Functions whose arguments are all of one kind; comparisons, choices and `substring` are apart. */
const plainFunctions: Partial<Record<FunctionName, Signature>> = {
  '+': signature('number', 2, 64, 'double'),
  '-': signature('number', 1, 2, 'double'),
  '*': signature('number', 2, 64, 'double'),
  '/': signature('number', 2, 2, 'double'),
  power: signature('number', 2, 2, 'double'),
  atan2: signature('number', 2, 2, 'double'),
  floor: realFunction,
  ceil: realFunction,
  round: realFunction,
  abs: realFunction,
  sqrt: realFunction,
  exp: realFunction,
  ln: realFunction,
  sin: realFunction,
  cos: realFunction,
  tan: realFunction,
  asin: realFunction,
  acos: realFunction,
  atan: realFunction,
  radians: realFunction,
  degrees: realFunction,
  lower: textFunction,
  upper: textFunction,
  fold: textFunction,
  md5: textFunction,
  length: signature('text', 1, 1, 'integer'),
  concat: signature('text', 1, 64, 'text'),
  contains: textTest,
  'starts-with': textTest,
  'ends-with': textTest,
  'edit-distance': signature('text', 2, 2, 'integer'),
  digits: signature('number', 2, 2, 'text'),
  'is-null': signature('any', 1, 1, 'boolean'),
  'epoch-ms': signature('timestamp', 1, 1, 'integer'),
  'from-epoch-ms': signature('number', 1, 1, 'timestamp'),
}
const comparisons = new Set<FunctionName>(['=', '!=', '<', '<=', '>', '>='])
export const isComparison = (fn: FunctionName) => comparisons.has(fn)

export const literalType = (literal: Literal): ValueType => {
  if (literal === null) return 'null'
  if (typeof literal === 'string') return 'text'
  if (typeof literal === 'boolean') return 'boolean'
  if (!Number.isFinite(literal)) throw invalidInput('A number in a query is not finite.')
  return Number.isSafeInteger(literal) ? 'integer' : 'double'
}

/** The type of both sides of a choice or comparison; undefined when they cannot meet. */
export function commonType(a: ValueType, b: ValueType): ValueType | undefined {
  if (a === b || b === 'null') return a
  if (a === 'null') return b
  if (isNumeric(a) && isNumeric(b)) return 'double'
  if (isText(a) && isText(b)) return 'text'
  if (isTemporal(a) && isTemporal(b)) return 'timestamp'
  return undefined
}

const argumentFits = (type: ValueType, of: Signature['of']): boolean =>
  type === 'null' ||
  of === 'any' ||
  (of === 'number' && isNumeric(type)) ||
  (of === 'integer' && type === 'integer') ||
  (of === 'text' && isText(type)) ||
  (of === 'timestamp' && isTemporal(type))

/** A text literal beside an instant or a date is read as one. */
export function comparedTypes(args: readonly Expression[], scope: TypeScope): ValueType {
  const types = args.map((arg) => typeOf(arg, scope))
  const temporal = types.find(isTemporal)
  let common: ValueType | undefined = 'null'
  for (const [i, type] of types.entries()) {
    const arg = args[i] as Expression
    const read = temporal && type === 'text' && arg.kind === 'value' ? temporal : type
    common = commonType(common, read)
    if (!common) throw invalidInput(`A query puts ${types.join(' and ')} together.`)
  }
  return common
}

/** The type of an expression over the columns of `scope`. Throws `invalid_input` for an unknown name or a misuse. */
export function typeOf(expression: Expression, scope: TypeScope): ValueType {
  switch (expression.kind) {
    case 'column': {
      const type = scope(expression.name)
      if (!type) throw invalidInput(`There is no column “${String(expression.name)}” to query.`)
      return type
    }
    case 'value': {
      const type = literalType(expression.value)
      if (!expression.type || type === 'null')
        return expression.type === 'bigint' ? 'integer' : (expression.type ?? type)
      if (expression.type === 'bigint') return expect(type, 'integer', 'A bigint literal')
      return expect(type, 'text', `A ${expression.type} literal`) && expression.type
    }
    case 'call':
      return typeOfCall(expression.fn, expression.args, scope)
    case 'and':
    case 'or':
      for (const part of expression.of) expect(typeOf(part, scope), 'boolean', expression.kind)
      return 'boolean'
    case 'not':
      return expect(typeOf(expression.of, scope), 'boolean', 'not')
    case 'in': {
      const values = expression.values.filter((v) => v !== null)
      comparedTypes([expression.of, ...values.map((v): Expression => ({ kind: 'value', value: v }))], scope)
      return 'boolean'
    }
    case 'in-query':
      typeOf(expression.of, scope)
      return 'boolean'
    case 'any': {
      const element = elementType(expression.list, scope)
      const inner: TypeScope = (name) => (name === expression.as ? element : scope(name))
      return expect(typeOf(expression.where, inner), 'boolean', 'any')
    }
    case 'relates':
      for (const of of Object.values(expression.of))
        if (!argumentFits(typeOf(of, scope), 'shape' in expression.of ? 'text' : 'number'))
          throw invalidInput('A place is two numbers or a GeoJSON text.')
      if (!readGeoJson(expression.geometry)) throw invalidInput('A geometry of the query is no GeoJSON.')
      return 'boolean'
    case 'case':
      for (const branch of expression.when) expect(typeOf(branch.if, scope), 'boolean', 'case')
      return comparedTypes(caseValues(expression), scope)
    case 'time-bucket':
      if (!Number.isInteger(expression.count) || expression.count < 1 || expression.count > 1_000_000)
        throw invalidInput('The count of a time bucket is a whole number from 1 to 1,000,000.')
      return temporalOrNull(expression.of, scope, expression.zone) && 'timestamp'
    case 'date-part':
      return temporalOrNull(expression.of, scope, expression.zone) && 'integer'
    case 'grid':
      if (!(expression.size > 0) || !Number.isFinite(expression.size))
        throw invalidInput('The size of a grid cell is a positive number.')
      if (!argumentFits(typeOf(expression.of, scope), 'number')) throw invalidInput('A grid needs a number.')
      return 'double'
    default:
      throw invalidInput('A query holds an unknown kind of expression.')
  }
}

/** The type of a list's elements. Throws `invalid_input` when it is made of anything but text. */
export function elementType(list: List, scope: TypeScope): ValueType {
  const type = typeOf(list.of, scope)
  if (!argumentFits(type, 'text')) throw invalidInput(`A list is read from text, not ${type}.`)
  return list.kind === 'json' ? list.type : 'text'
}

export const caseValues = (expression: Expression & { kind: 'case' }): Expression[] => [
  ...expression.when.map((branch) => branch.value),
  ...(expression.else ? [expression.else] : []),
]

function expect<T extends ValueType>(type: ValueType, wanted: T, where: string): T {
  if (type !== wanted && type !== 'null') throw invalidInput(`${where} needs ${wanted}, not ${type}.`)
  return wanted
}

function temporalOrNull(of: Expression, scope: TypeScope, zone: string | undefined): true {
  const type = typeOf(of, scope)
  if (!isTemporal(type) && type !== 'null') throw invalidInput(`A time is needed, not ${type}.`)
  if (zone !== undefined) checkZone(zone)
  return true
}

/** Making a format costs more than all the rest of checking a query. There are some hundred zones. */
const knownZones = new Set<string>()

/** Throws `invalid_input` unless the runtime knows the IANA zone. */
export function checkZone(zone: string): void {
  if (knownZones.has(zone)) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    // Any case is understood: only the usual writing is kept, or their number would have no bound.
    if (/^[A-Z][\w+/-]{2,40}$/.test(zone) && knownZones.size < 1_000) knownZones.add(zone)
  } catch {
    throw invalidInput(`There is no time zone “${zone}”.`, 'Write an IANA name such as Europe/Paris.')
  }
}

function typeOfCall(fn: FunctionName, args: Expression[], scope: TypeScope): ValueType {
  const arity = (min: number, max: number) => {
    if (args.length < min || args.length > max)
      throw invalidInput(`“${fn}” has the wrong number of arguments.`)
  }
  const plain = Object.hasOwn(plainFunctions, fn) ? plainFunctions[fn] : undefined
  if (plain) {
    arity(...plain.arity)
    for (const arg of args) {
      const type = typeOf(arg, scope)
      if (!argumentFits(type, plain.of)) throw invalidInput(`“${fn}” needs ${plain.of}, not ${type}.`)
    }
    return plain.gives
  }
  if (isComparison(fn)) {
    arity(2, 2)
    comparedTypes(args, scope)
    return 'boolean'
  }
  switch (fn) {
    case 'least':
    case 'greatest':
    case 'coalesce':
      arity(1, 64)
      return comparedTypes(args, scope)
    case 'if':
      arity(3, 3)
      expect(typeOf(args[0]!, scope), 'boolean', 'if')
      return comparedTypes(args.slice(1), scope)
    case 'substring':
      arity(2, 3)
      if (!argumentFits(typeOf(args[0]!, scope), 'text')) throw invalidInput('“substring” needs text.')
      for (const arg of args.slice(1))
        if (!argumentFits(typeOf(arg, scope), 'integer'))
          throw invalidInput('“substring” needs whole positions.')
      return 'text'
    default:
      throw invalidInput(`There is no function “${String(fn)}”.`)
  }
}

/** The type of an aggregate over the columns of `scope`. Throws `invalid_input`. */
export function typeOfAggregate(aggregate: Aggregate, scope: TypeScope): ValueType {
  if (aggregate.where) expect(typeOf(aggregate.where, scope), 'boolean', 'where')
  if (!aggregate.of) return expect('integer', 'integer', aggregate.fn)
  const type = typeOf(aggregate.of, scope)
  switch (aggregate.fn) {
    case 'count':
    case 'count-distinct':
      return 'integer'
    case 'min':
    case 'max':
      return type
    case 'first':
    case 'last':
      typeOf(aggregate.by, scope)
      if (aggregate.tieBreak) typeOf(aggregate.tieBreak, scope)
      return type
    case 'percentile':
      if (!(aggregate.p >= 0 && aggregate.p <= 1)) throw invalidInput('A percentile is a number from 0 to 1.')
      break
    case 'sum':
    case 'avg':
    case 'stddev':
      break
    default:
      throw invalidInput('A query holds an unknown aggregate.')
  }
  if (!argumentFits(type, 'number')) throw invalidInput(`“${aggregate.fn}” needs a number, not ${type}.`)
  return 'double'
}
