/** The order_by clause; ties end in an order of their own, so that pages never repeat or skip a row. */
import { call, type Expression, type Ordering, value } from '../../engines/columnar/query.ts'
import { inClause, Malformed } from './malformed.ts'
import { isAggregate, scalarOf, takeArguments } from './scalar.ts'
import type { Scope } from './scope.ts'
import type { Node, OrderItem } from './syntax.ts'
import type { Scalar } from './value.ts'

/** Columns that break ties, with their types where a random order needs them as text. */
export interface Ties {
  of: readonly Expression[]
  /** The row as a text, for random(): the same on every engine. */
  text(): Expression
}

/** Throws `odsql_error`. `isOfGroups`: aggregates come before fields. */
export function orderOf(
  items: readonly OrderItem[],
  scope: Scope,
  ties: Ties,
  aggregateLabels?: Set<string>,
): Ordering[] {
  return inClause('order_by', () => {
    const ordering: Ordering[] = []
    let sawField = false
    for (const item of items) {
      const { of, descending } = item
      if (of.kind === 'call' && of.fn === 'random') {
        ordering.push({ by: randomKey(of, ties) })
        continue
      }
      if (aggregateLabels) {
        const isOfAggregate = hasAggregate(of) || (of.kind === 'name' && aggregateLabels.has(of.name))
        if (isOfAggregate && sawField) throw new Malformed('aggregates come before fields in an order.', item)
        sawField ||= !isOfAggregate
      }
      const { type, expression } = scalarOf(of, scope)
      if (type === 'json' || type === 'file') throw new Malformed(`a ${type} has no order.`, item)
      ordering.push({ by: expression, descending })
    }
    return [...ordering, ...ties.of.map((by) => ({ by }))]
  })
}

export function hasAggregate(node: Node): boolean {
  if (isAggregate(node)) return true
  if (node.kind === 'call') return node.args.some(hasAggregate)
  if (node.kind === 'arithmetic') return hasAggregate(node.left) || hasAggregate(node.right)
  return node.kind === 'negate' && hasAggregate(node.of)
}

function randomKey(node: Node & { kind: 'call' }, ties: Ties): Expression {
  const [seed] = takeArguments(node, 1) as [Node]
  if (seed.kind !== 'number' || !Number.isSafeInteger(seed.value))
    throw new Malformed('the seed of random() is a whole number.', seed, ['a whole number'])
  return call('md5', call('concat', value(`${seed.value}:`), ties.text()))
}

/** Something of a value that is text on every engine; equal values give equal texts. */
export function keyText({ type, expression }: Scalar): Expression {
  const text = (of: Expression) => call('coalesce', of, value(''))
  const digits = (of: Expression) =>
    text(
      call(
        'concat',
        call('if', call('<', of, value(0)), value('-'), value('')),
        call('digits', call('abs', of), value(1)),
      ),
    )
  if (type === 'integer') return digits(expression)
  if (type === 'double') return digits(call('*', expression, value(1000)))
  if (type === 'boolean') return call('if', call('=', expression, value(true)), value('t'), value('f'))
  if (type === 'date' || type === 'datetime') return digits(call('epoch-ms', expression))
  return text(expression)
}
