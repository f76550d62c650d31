/** The clauses of a query, each from its own text. All throw `odsql_error` with the clause and the position. */
import { limits } from './limits.ts'
import { type Clause, inClause, Malformed } from './malformed.ts'
import { isAt, Parser } from './parser.ts'
import type { FacetChoice, FacetRequest, FacetSort, GroupKey, Node, OrderItem, SelectItem } from './syntax.ts'

/** Reads a clause whole: items with commas between them. An empty clause has none. */
function readList<T>(
  clause: Clause,
  source: string,
  most: number,
  read: (parser: Parser) => T,
  also: string[] = [],
): T[] {
  return inClause(clause, () => {
    const parser = new Parser(source, { mayNameReserved: clause === 'order_by' })
    const items: T[] = []
    if (parser.peek().kind === 'end') return items
    do {
      if (items.length >= most) throw new Malformed(`it has more than ${most} parts.`, parser.peek())
      items.push(read(parser))
    } while (parser.takes(','))
    parser.expectEnd(',', ...also)
    return items
  })
}

/** An expression and its label: the one given by `as`, else its text as written. */
function labelled(parser: Parser): {
  of: Node
  label: string
  isLabelled: boolean
  start: number
  end: number
} {
  const { start } = parser.peek()
  const of = parser.expression()
  const text = parser.source.slice(start, parser.end).trim()
  const written = of.kind === 'name' ? of.name : text
  if (!parser.takes('as')) return { of, label: written, isLabelled: false, start, end: parser.end }
  const token = parser.peek()
  if (token.kind !== 'word' && token.kind !== 'quoted') throw parser.unexpected('a label')
  parser.take()
  if (token.text.length === 0 || token.text.length > 256)
    throw new Malformed('a label has 1 to 256 characters.', token)
  return { of, label: token.text, isLabelled: true, start, end: token.end }
}

export function parseSelect(source: string): SelectItem[] {
  return readList('select', source, limits.selectItems, readSelectItem, ['as'])
}

function readSelectItem(parser: Parser): SelectItem {
  const token = parser.peek()
  const after = parser.peek(1)
  const { start } = token
  if (isAt(token, '*') && (after.kind === 'end' || isAt(after, ','))) {
    parser.take()
    return { kind: 'all', start, end: token.end }
  }
  const keeps = isAt(token, 'include')
  if (!(keeps || isAt(token, 'exclude')) || !isAt(after, '('))
    return { kind: 'expression', ...labelled(parser) }
  parser.take()
  parser.take()
  const names: { name: string; isPrefix: boolean }[] = []
  do names.push({ name: parser.name().name, isPrefix: parser.takes('*') })
  while (parser.takes(','))
  parser.expect(')')
  return { kind: 'pattern', keeps, names, start, end: parser.end }
}

export const parseWhere = (source: string): Node | undefined =>
  inClause('where', () => {
    const parser = new Parser(source)
    if (parser.peek().kind === 'end') return undefined
    const where = parser.expression()
    parser.expectEnd('and', 'or')
    return where
  })

export const parseGroupBy = (source: string): GroupKey[] =>
  readList('group_by', source, limits.groupKeys, labelled, ['as'])

export const parseOrderBy = (source: string): OrderItem[] =>
  readList(
    'order_by',
    source,
    limits.groupKeys * 4,
    (parser) => {
      const { start } = parser.peek()
      // Before a number the sign belongs to the number.
      const isReversed = parser.takes('-')
      const of = parser.expression()
      const isDescending = parser.takes('desc')
      if (!isDescending) parser.takes('asc')
      return { of, descending: isReversed !== isDescending, start, end: parser.end }
    },
    ['asc', 'desc'],
  )

const sorts: readonly string[] = ['count', '-count', 'alphanum', '-alphanum', 'num', '-num']

/** `name`, or `facet(name="f", disjunctive=true, hierarchical=true, separator="/", sort="-count", limit=20)`. */
export const parseFacet = (source: string): FacetRequest[] =>
  readList('facet', source, limits.facets, (parser) => {
    const token = parser.peek()
    const { start } = token
    if (!isAt(token, 'facet') || !isAt(parser.peek(1), '(')) {
      const { name, end } = parser.name()
      return { name, start, end }
    }
    parser.take()
    parser.take()
    const request: FacetRequest = { name: '', start, end: start }
    do readFacetArgument(parser, request)
    while (parser.takes(','))
    parser.expect(')')
    request.end = parser.end
    if (request.name === '') throw new Malformed('facet() needs a name.', request, ['name="…"'])
    return request
  })

function readFacetArgument(parser: Parser, request: FacetRequest): void {
  const option = parser.take()
  parser.expect('=')
  const value = parser.literal()
  const bad = (expected: string) => new Malformed(`“${option.text}” takes ${expected}.`, value, [expected])
  switch (option.text.toLowerCase()) {
    case 'name':
      if (value.kind !== 'text') throw bad('the name of a field between quotes')
      request.name = value.value
      return
    case 'disjunctive':
    case 'hierarchical':
      if (value.kind !== 'boolean') throw bad('true or false')
      request[option.text.toLowerCase() as 'disjunctive' | 'hierarchical'] = value.value
      return
    case 'separator':
      if (value.kind !== 'text' || value.value.length === 0 || value.value.length > 8)
        throw bad('a text of 1 to 8 characters')
      request.separator = value.value
      return
    case 'sort':
      if (value.kind !== 'text' || !sorts.includes(value.value)) throw bad(sorts.join(', '))
      request.sort = value.value as FacetSort
      return
    case 'limit':
      if (
        value.kind !== 'number' ||
        !Number.isInteger(value.value) ||
        value.value < 1 ||
        value.value > limits.facetValues
      )
        throw bad(`a whole number from 1 to ${limits.facetValues}`)
      request.limit = value.value
      return
    default:
      throw new Malformed(`facet() has no option “${option.text}”.`, option, [
        'name',
        'disjunctive',
        'hierarchical',
        'separator',
        'sort',
        'limit',
      ])
  }
}

/** `field:value` or `` `field`:value ``: the first colon outside back quotes splits; the value is taken as it is. */
export const parseChoice = (clause: 'refine' | 'exclude', source: string): FacetChoice =>
  inClause(clause, () => {
    const span = { start: 0, end: source.length }
    if (source.length > limits.textLength) throw new Malformed('it is too long.', span)
    const quoted = /^\s*`((?:[^`\\]|\\.)*)`\s*:/su.exec(source)
    const plain = quoted ? undefined : /^\s*([^:`]+?)\s*:/u.exec(source)
    const found = quoted ?? plain
    if (!found) throw new Malformed('it is written field:value.', span, ['field:value'])
    const name = quoted ? quoted[1]!.replace(/\\(.)/gsu, '$1') : plain![1]!
    const value = source.slice(found[0].length)
    if (value === '')
      throw new Malformed('it has no value.', { start: source.length, end: source.length }, ['a value'])
    return { name, value, ...span }
  })
