/** A tree as text that reads back as the same tree: what compares expressions, and what the tests turn round. */
import type { Literal, Node } from './syntax.ts'

const quote = (text: string, mark: string) =>
  `${mark}${text
    .replaceAll('\\', '\\\\')
    .replaceAll(mark, `\\${mark}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')}${mark}`

/** Names are always quoted: no keyword can be taken for one. */
const nameText = (name: string) => quote(name, '`')

function literalText(node: Literal): string {
  switch (node.kind) {
    case 'text':
      return quote(node.value, '"')
    case 'number':
      return node.text
    case 'date':
      return `date${quote(node.text, "'")}`
    case 'boolean':
      return String(node.value)
    case 'null':
      return 'null'
  }
}

/** What may stand beside an operator without parentheses. */
const isTight = (node: Node) =>
  /^(text|number|date|boolean|null|name|geometry|call|star|quantity)$/.test(node.kind)
const operand = (node: Node): string => (isTight(node) ? print(node) : `(${print(node)})`)

export function print(node: Node): string {
  switch (node.kind) {
    case 'name':
      return nameText(node.name)
    case 'geometry':
      return `geom${quote(node.text, "'")}`
    case 'quantity':
      return `${node.amount} ${node.unit}`
    case 'star':
      return '*'
    case 'call': {
      const named = node.named.map(({ name, value }) => `${name}=${value}`)
      const distinct = node.isDistinct ? 'distinct ' : ''
      return `${node.fn}(${distinct}${[...node.args.map(print), ...named].join(', ')})`
    }
    case 'negate':
      return `-${operand(node.of)}`
    case 'arithmetic':
      return `${operand(node.left)} ${node.operator} ${operand(node.right)}`
    case 'compare':
      return `${operand(node.left)} ${node.operator} ${operand(node.right)}`
    case 'like':
      return `${operand(node.of)} like ${literalText(node.text)}`
    case 'is':
      return `${operand(node.of)} is ${node.isNot ? 'not ' : ''}${node.what}`
    case 'in-list':
      return `${operand(node.of)} in (${node.values.map(literalText).join(', ')})`
    case 'in-range': {
      const [opens, closes] = [node.opensAfter ? ']' : '[', node.endsBefore ? '[' : ']']
      return `${operand(node.of)} in ${opens}${literalText(node.from)} .. ${literalText(node.to)}${closes}`
    }
    case 'in-field':
      return `${literalText(node.value)} in ${nameText(node.of.name)}`
    case 'and':
    case 'or':
      return node.of.map(operand).join(` ${node.kind} `)
    case 'not':
      return `not ${operand(node.of)}`
    default:
      return literalText(node)
  }
}
