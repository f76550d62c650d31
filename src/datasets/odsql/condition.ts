/** Conditions. Logic has two values: a comparison with null is false, and `not` turns it into true. */
import { and, call, column, type Expression, instant, not, or, value } from '../../engines/columnar/query.ts'
import { type Period, readDate } from './instants.ts'
import { Malformed } from './malformed.ts'
import {
  inBox,
  isPlaceNull,
  isPointLiteral,
  lengthM,
  type PlaceRelation,
  type Point,
  relates,
  type Shape,
  withinDistance,
} from './places.ts'
import { literalText, meaningOf, momentScalar, numberOf, takeArguments } from './scalar.ts'
import { fieldValue, findField, type Scope } from './scope.ts'
import {
  hasPrefix,
  hasWords,
  isNear,
  type Searched,
  type SearchedText,
  startsWith,
  wordsOf,
} from './search.ts'
import type { ComparisonOperator, Literal, Node } from './syntax.ts'
import { describe, isDate, isNumber, type Scalar, type Value } from './value.ts'

type Call = Node & { kind: 'call' }

/** Throws Malformed where names, types or arguments do not fit. */
export function conditionOf(node: Node, scope: Scope): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, of: node.of.map((part) => conditionOf(part, scope)) }
    case 'not':
      return not(conditionOf(node.of, scope))
    case 'text':
      return hasWords(searchedIn(allTexts(scope), scope), wordsOf(node.value, node))
    case 'boolean':
      return node.value ? and() : or()
    case 'compare':
      return comparison(node, scope)
    case 'like': {
      const of = meaningOf(node.of, scope)
      if (!isSearchable(of))
        throw new Malformed(`“like” looks into texts, not ${describe(of)}.`, node.of, ['a text'])
      return hasWords(
        searchedIn([searchedText(of, node.of, scope)], scope),
        wordsOf(node.text.value, node.text),
      )
    }
    case 'is':
      return isCondition(node, scope)
    case 'in-list': {
      const of = meaningOf(node.of, scope)
      const values = node.values.map((literal) => ({ literal, value: meaningOf(literal, scope) }))
      return anyElement(of, (one) => isAmong(one, values, node, scope))
    }
    case 'in-range': {
      const of = meaningOf(node.of, scope)
      const [from, to] = [meaningOf(node.from, scope), meaningOf(node.to, scope)]
      return anyElement(of, (one) =>
        and(
          compareValues(one, node.opensAfter ? '>' : '>=', from, node.from, scope),
          compareValues(one, node.endsBefore ? '<' : '<=', to, node.to, scope),
        ),
      )
    }
    case 'in-field': {
      const of = meaningOf(node.of, scope)
      if (of.kind !== 'list')
        throw new Malformed(`“in” looks into a field of several values, not ${describe(of)}.`, node.of)
      return anyElement(of, (one) => compareValues(one, '=', meaningOf(node.value, scope), node.value, scope))
    }
    case 'call':
      if (Object.hasOwn(predicates, node.fn)) return predicates[node.fn]!(node, scope)
      // distance(f, geom, 10km) is the old name of within_distance.
      if (node.fn === 'distance' && node.args.length === 3) return predicates.within_distance!(node, scope)
      if (node.fn === 'bbox' && node.args.length === 5) return predicates.in_bbox!(node, scope)
      return booleanOf(node, scope)
    default:
      return booleanOf(node, scope)
  }
}

function booleanOf(node: Node, scope: Scope): Expression {
  const found = meaningOf(node, scope)
  if (found.kind !== 'scalar' || found.type !== 'boolean')
    throw new Malformed(`${describe(found)} stands where a condition is expected.`, node, ['a condition'])
  return call('=', found.expression, value(true))
}

function comparison(node: Node & { kind: 'compare' }, scope: Scope): Expression {
  const [left, right] = [meaningOf(node.left, scope), meaningOf(node.right, scope)]
  const { operator } = node
  if (
    right.kind === 'list' ||
    (left.kind === 'period' && right.kind === 'scalar') ||
    (isBareText(left) && right.kind === 'scalar' && isDate(right))
  )
    return anyElement(right, (one) => compareValues(one, mirrored[operator], left, node.left, scope))
  if (left.kind === 'list' && operator === '!=')
    return and(
      not(call('is-null', left.column)),
      not(anyElement(left, (one) => compareValues(one, '=', right, node.right, scope))),
    )
  return anyElement(left, (one) => compareValues(one, operator, right, node.right, scope))
}

const mirrored: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const isBareText = (of: Value) => of.kind === 'scalar' && of.literal?.kind === 'text'

/** The condition on a value, or on one element of a list. */
function anyElement(of: Value, condition: (one: Value) => Expression): Expression {
  if (of.kind !== 'list') return condition(of)
  const element: Scalar = { kind: 'scalar', type: of.type, expression: column('__element') }
  return { kind: 'any', list: of.list, as: '__element', where: condition(element) }
}

/** `at` is where the right side stands. */
function compareValues(
  left: Value,
  operator: ComparisonOperator,
  right: Value,
  at: Node,
  scope: Scope,
): Expression {
  const wrong = () =>
    new Malformed(`${describe(left)} cannot be compared with ${describe(right)} by “${operator}”.`, at, [
      describe(left),
    ])
  if (left.kind === 'period') {
    const moment = momentScalar(left.period.bounds('datetime').fromMs)
    return compareValues(moment, operator, right, at, scope)
  }
  if (left.kind !== 'scalar') throw wrong()
  if (isDate(left)) {
    const period = right.kind === 'period' ? right.period : dateText(right, at, scope)
    if (period) return comparePeriod(left, operator, period)
  }
  if (right.kind !== 'scalar') throw wrong()
  const read = readAs(right, left)
  const other = readAs(left, read)
  const isSame =
    other.type === read.type ||
    (isNumber(other) && isNumber(read)) ||
    (isDate(other) && isDate(read)) ||
    other.type === 'null' ||
    read.type === 'null'
  if (!isSame || /^(json|file)$/.test(other.type)) throw wrong()
  if (other.type === 'boolean' && operator !== '=' && operator !== '!=') throw wrong()
  return call(operator, other.expression, read.expression)
}

/** A text beside a date is read as one. */
function dateText(of: Value, at: Node, scope: Scope): Period | undefined {
  if (of.kind !== 'scalar' || of.literal?.kind !== 'text') return undefined
  const period = readDate(of.literal.value, scope.zone)
  if (!period) throw new Malformed(`“${of.literal.value.slice(0, 40)}” is no date.`, at, ["date'2017-04-03'"])
  return period
}

/** A literal as the kind it meets: portals' clients write `code = 13` and `population > "1000"`. */
function readAs(literal: Scalar, beside: Scalar): Scalar {
  const written = literal.literal
  if (written?.kind === 'number' && beside.type === 'text')
    return { kind: 'scalar', type: 'text', expression: value(written.text) }
  if (written?.kind === 'text' && isNumber(beside) && beside.type !== 'null') {
    const number = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(written.value) ? Number(written.value) : Number.NaN
    if (Number.isFinite(number)) return { kind: 'scalar', type: 'double', expression: value(number) }
  }
  return literal
}

/** A period is compared by its start or its end, whichever the operator means. */
function comparePeriod(left: Scalar, operator: ComparisonOperator, period: Period): Expression {
  const { fromMs, toMs } = period.bounds(left.type === 'date' ? 'date' : 'datetime')
  const [from, to] = [instant(new Date(fromMs)), instant(new Date(toMs))]
  const of = left.expression
  switch (operator) {
    case '=':
      return and(call('>=', of, from), call('<', of, to))
    case '!=':
      return or(call('<', of, from), call('>=', of, to))
    case '<':
    case '>=':
      return call(operator, of, from)
    case '<=':
      return call('<', of, to)
    case '>':
      return call('>=', of, to)
  }
}

function isAmong(
  one: Value,
  values: { literal: Literal; value: Value }[],
  node: Node,
  scope: Scope,
): Expression {
  if (one.kind === 'scalar' && !isDate(one) && values.length > 8) {
    const plain = values.map(({ literal, value: other }) => {
      // Refuses what cannot be compared, one by one.
      compareValues(one, '=', other, literal, scope)
      return readAs(other as Scalar, one).expression
    })
    if (plain.every((e) => e.kind === 'value'))
      return {
        kind: 'in',
        of: one.expression,
        values: plain.flatMap((e) => (e.kind === 'value' ? [e.value] : [])),
      }
  }
  if (values.length > 500) throw new Malformed('such a list has at most 500 values.', node)
  return or(...values.map(({ literal, value: other }) => compareValues(one, '=', other, literal, scope)))
}

function isCondition(node: Node & { kind: 'is' }, scope: Scope): Expression {
  const of = meaningOf(node.of, scope)
  let holds: Expression
  if (node.what === 'null') holds = isNull(of, node.of)
  else {
    if (of.kind !== 'scalar' || of.type !== 'boolean')
      throw new Malformed(`“is ${node.what}” needs a boolean, not ${describe(of)}.`, node.of, ['a boolean'])
    holds = call('=', of.expression, value(node.what === 'true'))
  }
  return node.isNot ? not(holds) : holds
}

function isNull(of: Value, at: Node): Expression {
  if (of.kind === 'scalar') return call('is-null', of.expression)
  if (of.kind === 'list') return call('is-null', of.column)
  if (of.kind === 'point' || of.kind === 'shape') return isPlaceNull(of)
  throw new Malformed('only a field or an expression may be null.', at)
}

const isSearchable = (of: Value): of is SearchedText['of'] =>
  (of.kind === 'scalar' && of.type === 'text') || (of.kind === 'list' && of.type === 'text')

const searchedIn = (texts: readonly SearchedText[], { words }: Scope): Searched => ({
  texts,
  ...(words && { index: words }),
})

/** The text with the name of its field, where it is one as it is. */
const searchedText = (of: SearchedText['of'], node: Node, scope: Scope): SearchedText =>
  node.kind === 'name' ? { of, field: findField(scope.fields, node).name } : { of }

const allTexts = (scope: Scope): SearchedText[] =>
  scope.fields.flatMap((field) => {
    const of = fieldValue(field)
    return isSearchable(of) ? [{ of, field: field.name }] : []
  })

/** The fields a search looks into, and what it looks for: `search(f, g, "x")`, `search(*, "x")`, `search("x")`. */
function searchParts(node: Call, scope: Scope): { texts: SearchedText[]; text: string } {
  const fields = node.args.slice(0, -1)
  const last = node.args.at(-1)
  if (!last) throw new Malformed(`${node.fn}() needs a text to look for.`, node, ['a text'])
  const { value: text } = literalText(last)
  if (fields.length === 0 || (fields.length === 1 && fields[0]!.kind === 'star'))
    return { texts: allTexts(scope), text }
  const texts = fields.map((field) => {
    const found = meaningOf(field, scope)
    if (field.kind === 'name' && isSearchable(found)) return searchedText(found, field, scope)
    throw new Malformed(`${node.fn}() looks into fields of text.`, field, ['a field of text', '*'])
  })
  return { texts, text }
}

const search = (match: (searched: Searched, words: string[]) => Expression) => (node: Call, scope: Scope) => {
  const { texts, text } = searchParts(node, scope)
  return match(searchedIn(texts, scope), wordsOf(text, node))
}

function placeOf(node: Node, scope: Scope): Point | Shape {
  const found = meaningOf(node, scope)
  if (found.kind === 'point' || found.kind === 'shape') return found
  throw new Malformed(`${describe(found)} stands where a geographical field is expected.`, node, [
    'a point',
    'a shape',
  ])
}

function geometryOf(node: Node, scope: Scope) {
  const found = meaningOf(node, scope)
  if (found.kind === 'geometry') return found
  throw new Malformed(`${describe(found)} stands where a geometry is expected.`, node, ["geom'…'"])
}

const relation = (name: PlaceRelation) => (node: Call, scope: Scope) => {
  const [place, geometry] = takeArguments(node, 2) as [Node, Node]
  return relates(placeOf(place, scope), name, geometryOf(geometry, scope))
}

const predicates: Record<string, (node: Call, scope: Scope) => Expression> = {
  search: search(isNear),
  suggest: search(hasPrefix),
  startswith(node, scope) {
    const { texts, text } = searchParts(node, scope)
    return startsWith({ texts }, text)
  },
  within_distance(node, scope) {
    const [place, centre, radius] = takeArguments(node, 3) as [Node, Node, Node]
    const point = geometryOf(centre, scope)
    if (!isPointLiteral(point))
      throw new Malformed('the centre is a point.', centre, ["geom'POINT(lon lat)'"])
    if (radius.kind !== 'quantity') throw new Malformed('a distance has a unit.', radius, ['10km'])
    const radiusM = lengthM(radius.amount, radius.unit, radius)
    return withinDistance(placeOf(place, scope), point.geometry.points[0]!, radiusM)
  },
  in_bbox(node, scope) {
    const [place, ...corners] = takeArguments(node, 5) as [Node, Node, Node, Node, Node]
    const [lat1, lon1, lat2, lon2] = corners.map((corner) => {
      const expression = numberOf(corner, scope)
      if (expression.kind === 'value' && typeof expression.value === 'number') return expression.value
      throw new Malformed('a corner is given by numbers.', corner, ['a number'])
    }) as [number, number, number, number]
    return inBox(placeOf(place, scope), {
      west: Math.min(lon1, lon2),
      south: Math.min(lat1, lat2),
      east: Math.max(lon1, lon2),
      north: Math.max(lat1, lat2),
    })
  },
  intersects: relation('intersects'),
  disjoint: relation('disjoint'),
  within: relation('within'),
  polygon: relation('within'),
  geometry(node, scope) {
    const [place, geometry, mode] = takeArguments(node, 2, 3) as [Node, Node, Node | undefined]
    const name = mode === undefined ? 'intersects' : mode.kind === 'name' ? mode.name.toLowerCase() : ''
    if (name !== 'intersects' && name !== 'disjoint' && name !== 'within')
      throw new Malformed('geometry() does not know this relation.', mode!, [
        'INTERSECTS',
        'DISJOINT',
        'WITHIN',
      ])
    return relates(placeOf(place, scope), name, geometryOf(geometry, scope))
  },
}
