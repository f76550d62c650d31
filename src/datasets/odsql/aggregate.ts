/** Functions that summarise the rows of a group. */
import type { Aggregate, Expression } from '../../engines/columnar/query.ts'
import { Malformed } from './malformed.ts'
import type { Point } from './places.ts'
import { meaningOf, takeArguments } from './scalar.ts'
import type { Scope } from './scope.ts'
import type { Node } from './syntax.ts'
import { describe, isDate, isNumber, type Scalar, type Value } from './value.ts'

type Call = Node & { kind: 'call' }

/** Where aggregates are computed: each gives the name of its column. */
export interface AggregateColumns {
  add(aggregate: Aggregate): Expression
  /** Gives the index of the hull of the points. */
  addHull(of: Point): number
}

/** The value of an aggregate over rows in `scope`. Throws Malformed for what it cannot summarise. */
export function aggregateOf(node: Call, scope: Scope, columns: AggregateColumns): Value {
  const scalar = (type: Scalar['type'], aggregate: Aggregate): Scalar => ({
    kind: 'scalar',
    type,
    expression: columns.add(aggregate),
  })
  switch (node.fn) {
    case 'count': {
      const [of] = takeArguments(node, 1) as [Node]
      if (of.kind === 'star') {
        if (node.isDistinct) throw new Malformed('count(distinct …) needs a field.', of, ['a field'])
        return scalar('integer', { kind: 'aggregate', fn: 'count' })
      }
      const expression = countable(meaningOf(of, scope), of)
      return scalar('integer', {
        kind: 'aggregate',
        fn: node.isDistinct ? 'count-distinct' : 'count',
        of: expression,
      })
    }
    case 'avg':
    case 'sum':
      return scalar('double', {
        kind: 'aggregate',
        fn: node.fn,
        of: number(takeArguments(node, 1)[0]!, scope),
      })
    case 'min':
    case 'max': {
      const [of] = takeArguments(node, 1) as [Node]
      const found = meaningOf(of, scope)
      if (found.kind !== 'scalar' || !(isNumber(found) || isDate(found)))
        throw new Malformed(`${node.fn}() needs a number or a date, not ${describe(found)}.`, of, [
          'a number',
          'a date',
        ])
      const aggregate: Aggregate = { kind: 'aggregate', fn: node.fn, of: found.expression }
      return { ...scalar(found.type, aggregate), ...(found.precision && { precision: found.precision }) }
    }
    case 'median': {
      const of = number(takeArguments(node, 1)[0]!, scope)
      return scalar('double', { kind: 'aggregate', fn: 'percentile', of, p: 0.5 })
    }
    case 'percentile': {
      const [of, p] = takeArguments(node, 2) as [Node, Node]
      if (p.kind !== 'number' || p.value < 0 || p.value > 100)
        throw new Malformed('a percentile goes from 0 to 100.', p, ['a number from 0 to 100'])
      return scalar('double', {
        kind: 'aggregate',
        fn: 'percentile',
        of: number(of, scope),
        p: p.value / 100,
      })
    }
    case 'bbox': {
      const [of] = takeArguments(node, 1) as [Node]
      const place = meaningOf(of, scope)
      if (place.kind !== 'point' && place.kind !== 'shape') throw needsPlace(place, of)
      const { west, south, east, north } =
        place.kind === 'shape'
          ? place.box
          : { west: place.lon, south: place.lat, east: place.lon, north: place.lat }
      const extreme = (fn: 'min' | 'max', side: Expression) =>
        columns.add({ kind: 'aggregate', fn, of: side })
      return {
        kind: 'box',
        west: extreme('min', west),
        south: extreme('min', south),
        east: extreme('max', east),
        north: extreme('max', north),
      }
    }
    case 'envelope': {
      const [of] = takeArguments(node, 1) as [Node]
      const place = meaningOf(of, scope)
      if (place.kind !== 'point') throw needsPlace(place, of)
      return { kind: 'hull', index: columns.addHull(place) }
    }
    default:
      throw new Malformed(`there is no function “${node.fn}”.`, node)
  }
}

const needsPlace = (found: Value, at: Node) =>
  new Malformed(`${describe(found)} stands where a geographical field is expected.`, at, [
    'a geographical field',
  ])

function number(node: Node, scope: Scope): Expression {
  const found = meaningOf(node, scope)
  if (found.kind === 'scalar' && isNumber(found)) return found.expression
  throw new Malformed(`${describe(found)} stands where a number is expected.`, node, ['a number'])
}

/** What says whether a row has a value, and which. */
function countable(of: Value, at: Node): Expression {
  if (of.kind === 'scalar') return of.expression
  if (of.kind === 'list') return of.column
  if (of.kind === 'point') return of.lon
  if (of.kind === 'shape') return of.text
  throw new Malformed(`${describe(of)} cannot be counted.`, at)
}
