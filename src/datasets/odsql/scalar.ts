/** Expressions with a value: fields, literals, arithmetic and the functions of one row. */
import type { Cell } from '../../engines/columnar/columnar.ts'
import { call, type DatePart, type Expression, value } from '../../engines/columnar/query.ts'
import { dateFormat } from './date-pattern.ts'
import { geometryLiteral } from './geometry-literal.ts'
import { dateLiteral, momentPeriod } from './instants.ts'
import { Malformed } from './malformed.ts'
import { momentOf } from './now.ts'
import { distanceTo, isPointLiteral } from './places.ts'
import { fieldValue, findField, type Scope } from './scope.ts'
import type { Node, TextLiteral } from './syntax.ts'
import { describe, isDate, isNumber, isText, type Scalar, type Value } from './value.ts'

type Call = Node & { kind: 'call' }

const scalar = (type: Scalar['type'], expression: Expression): Scalar => ({
  kind: 'scalar',
  type,
  expression,
})

/** Throws Malformed for unknown names, wrong arguments, and what gives no value (a condition). */
export function meaningOf(node: Node, scope: Scope): Value {
  const given = scope.given?.(node)
  if (given) return given
  switch (node.kind) {
    case 'text':
      return { ...scalar('text', value(node.value)), literal: node }
    case 'number':
      return {
        ...scalar(Number.isSafeInteger(node.value) ? 'integer' : 'double', value(node.value)),
        literal: node,
      }
    case 'boolean':
      return { ...scalar('boolean', value(node.value)), literal: node }
    case 'null':
      return { ...scalar('null', value(null)), literal: node }
    case 'date':
      return { kind: 'period', period: dateLiteral(node.text, scope.zone, node) }
    case 'geometry':
      return { kind: 'geometry', ...geometryLiteral(node.text, node) }
    case 'name':
      return fieldValue(findField(scope.fields, node))
    case 'negate':
      return scalar('double', call('-', numberOf(node.of, scope)))
    case 'arithmetic':
      return scalar('double', call(node.operator, numberOf(node.left, scope), numberOf(node.right, scope)))
    case 'call':
      return callOf(node, scope)
    case 'star':
      throw new Malformed('“*” has no value here.', node)
    case 'quantity':
      throw new Malformed('a number with a unit has no meaning here.', node)
    default:
      throw new Malformed('a condition stands where a value is expected.', node, ['a value'])
  }
}

/** A value as one column: what can be compared, grouped, sorted. Throws Malformed for lists and places. */
export function scalarOf(node: Node, scope: Scope): Scalar {
  const found = meaningOf(node, scope)
  if (found.kind === 'scalar') return found
  if (found.kind === 'period') return momentScalar(found.period.bounds('datetime').fromMs)
  throw new Malformed(`${describe(found)} cannot stand here.`, node)
}

export const momentScalar = (ms: number): Scalar =>
  scalar('datetime', { kind: 'value', value: new Date(ms).toISOString(), type: 'timestamp' })

export function numberOf(node: Node, scope: Scope): Expression {
  const found = scalarOf(node, scope)
  if (!isNumber(found))
    throw new Malformed(`${describe(found)} stands where a number is expected.`, node, ['a number'])
  return found.expression
}

function textOf(node: Node, scope: Scope): Expression {
  const found = scalarOf(node, scope)
  if (!isText(found))
    throw new Malformed(`${describe(found)} stands where a text is expected.`, node, ['a text'])
  return found.expression
}

export function literalText(node: Node): TextLiteral {
  if (node.kind !== 'text') throw new Malformed('a text between quotes is expected.', node, ['a text'])
  return node
}

/** The arguments of a call. Throws Malformed when they are too few or too many. */
export function takeArguments(node: Call, least: number, most = least): Node[] {
  if (node.args.length >= least && node.args.length <= most) return node.args
  const count = least === most ? `${least}` : `${least} to ${most}`
  throw new Malformed(`${node.fn}() takes ${count} argument${count === '1' ? '' : 's'}.`, node)
}

const dateParts: Record<string, DatePart> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  day: 'day',
  dayofweek: 'day-of-week',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
  millisecond: 'millisecond',
}

function dateOf(node: Node, scope: Scope): Scalar {
  const found = scalarOf(node, scope)
  if (!isDate(found) && found.type !== 'null')
    throw new Malformed(`${describe(found)} stands where a date is expected.`, node, ['a date'])
  return found
}

/** A date has no zone: it is read as it stands. */
const zoneOf = (date: Scalar, scope: Scope) => (date.type === 'datetime' ? scope.zone : undefined)

const functions: Record<string, (node: Call, scope: Scope) => Value> = {
  length: (node, scope) => scalar('integer', call('length', textOf(takeArguments(node, 1)[0]!, scope))),
  lower: (node, scope) => scalar('text', call('lower', textOf(takeArguments(node, 1)[0]!, scope))),
  upper: (node, scope) => scalar('text', call('upper', textOf(takeArguments(node, 1)[0]!, scope))),
  ifnull(node, scope) {
    const [of, instead] = takeArguments(node, 2).map((arg) => scalarOf(arg, scope)) as [Scalar, Scalar]
    const isSame =
      of.type === instead.type ||
      of.type === 'null' ||
      instead.type === 'null' ||
      (isNumber(of) && isNumber(instead)) ||
      (isDate(of) && isDate(instead))
    if (!isSame)
      throw new Malformed(`ifnull() mixes ${describe(of)} and ${describe(instead)}.`, node.args[1]!, [
        describe(of),
      ])
    const type =
      of.type === 'null' || (instead.type !== 'null' && of.type !== instead.type)
        ? wider(of, instead)
        : of.type
    const expression = call('coalesce', of.expression, instead.expression)
    return { ...scalar(type, expression), ...(of.precision && { precision: of.precision }) }
  },
  now: (node, scope) => {
    const ms = momentOf(node.named, scope.nowMs, scope.zone, node)
    return { kind: 'period', period: momentPeriod(ms, scope.zone) }
  },
  date_format(node, scope) {
    const [date, pattern, lang] = takeArguments(node, 2, 3) as [Node, Node, Node | undefined]
    const of = dateOf(date, scope)
    const words = lang ? checkLang(literalText(lang)) : scope.lang
    const text = literalText(pattern)
    return scalar('text', dateFormat(of.expression, text.value, words, zoneOf(of, scope), text))
  },
  json_format(node, scope) {
    const [of, fallback] = takeArguments(node, 1, 2) as [Node, Node | undefined]
    const found = scalarOf(of, scope)
    if (!isText(found) && found.type !== 'json')
      throw new Malformed(`${describe(found)} stands where a text is expected.`, of, ['a text'])
    if (fallback && fallback.kind !== 'null' && fallback.kind !== 'text')
      throw new Malformed('the fallback of json_format() is a text or null.', fallback, ['a text', 'null'])
    const instead = (text: Cell) => (fallback?.kind === 'text' ? fallback.value : fallback ? null : text)
    return { ...scalar('text', found.expression), shown: (cell) => parsedOr(cell, instead) }
  },
  distance(node, scope) {
    const [of, to] = takeArguments(node, 2) as [Node, Node]
    const place = meaningOf(of, scope)
    if (place.kind !== 'point')
      throw new Malformed(`${describe(place)} stands where a point is expected.`, of, ['a point'])
    const centre = meaningOf(to, scope)
    if (centre.kind !== 'geometry' || !isPointLiteral(centre))
      throw new Malformed('distance() is measured to a point.', to, ["geom'POINT(lon lat)'"])
    return scalar('double', distanceTo(place, centre.geometry.points[0]!))
  },
}
for (const [name, part] of Object.entries(dateParts))
  functions[name] = (node, scope) => {
    const date = dateOf(takeArguments(node, 1)[0]!, scope)
    const zone = zoneOf(date, scope)
    return scalar('integer', { kind: 'date-part', of: date.expression, part, ...(zone && { zone }) })
  }

function parsedOr(cell: Cell, instead: (text: Cell) => unknown): unknown {
  if (typeof cell !== 'string') return cell
  try {
    return JSON.parse(cell)
  } catch {
    return instead(cell)
  }
}

const wider = (a: Scalar, b: Scalar): Scalar['type'] => {
  if (a.type === 'null') return b.type
  return isDate(a) ? 'datetime' : 'double'
}

const aggregates = new Set(['avg', 'count', 'max', 'median', 'min', 'percentile', 'sum', 'bbox', 'envelope'])
const conditions = new Set(
  'search suggest startswith within_distance in_bbox intersects disjoint within geometry polygon'.split(' '),
)
export const isAggregate = (node: Node): boolean => node.kind === 'call' && aggregates.has(node.fn)

function callOf(node: Call, scope: Scope): Value {
  const { fn } = node
  const apply = Object.hasOwn(functions, fn) ? functions[fn] : undefined
  if (apply) return apply(node, scope)
  if (aggregates.has(fn)) {
    const found = scope.aggregate?.(node)
    if (found) return found
    throw new Malformed(`${fn}() summarises rows and cannot stand here.`, node)
  }
  if (conditions.has(fn)) throw new Malformed(`${fn}() is a condition: it stands in where.`, node)
  if (fn === 'range' || fn === 'geo_cluster') throw new Malformed(`${fn}() stands in group_by only.`, node)
  if (fn === 'random') throw new Malformed('random() stands in order_by only.', node)
  throw new Malformed(`there is no function “${fn.slice(0, 64)}”.`, node)
}

const langs = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/

/** Throws Malformed when it cannot name a language. */
export function checkLang(node: TextLiteral): string {
  if (!langs.test(node.value))
    throw new Malformed(`“${node.value.slice(0, 20)}” is no language.`, node, ['fr', 'en'])
  return node.value
}
