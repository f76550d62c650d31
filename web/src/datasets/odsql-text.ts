import type { DatasetAddress } from './address.ts'
import { type Field, isNumber, isTime } from './explore-answers.ts'
import { joinList, splitList, toggleItem } from './lists.ts'

/** Words of the language that are names only between back quotes. */
const reserved = new Set(
  (
    'and as asc avg by count date_format day dayofweek desc distinct equi false group hour ifnull in is like or limit lower ' +
    'max median millisecond min minute month not now null percentile quarter random range search second select sum top ' +
    'true upper where year'
  ).split(' '),
)

export const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toLowerCase())
    ? name
    : `\`${name.replace(/[\\`]/g, '\\$&')}\``

export const textLiteral = (text: string): string => JSON.stringify(text)

/** One chosen value of a facet. */
export interface Refinement {
  field: string
  value: string
}

export const refinementsOf = (filter: string | undefined): Refinement[] =>
  splitList(filter).map((item) => {
    const at = item.indexOf(':')
    return { field: item.slice(0, at), value: item.slice(at + 1) }
  })

const itemOf = ({ field, value }: Refinement) => `${field}:${value}`

/** Values of these hold one another (year, month; a path): one at a time. */
export const isNested = (field: Field): boolean =>
  isTime(field) || field.annotations.hierarchical !== undefined

/** The filter with a value chosen or no longer; a nested field keeps one value. */
export function toggleRefinement(
  filter: string | undefined,
  field: Field,
  value: string,
): string | undefined {
  const item = itemOf({ field: field.name, value })
  const items = splitList(filter)
  if (!isNested(field)) return joinList(toggleItem(items, item))
  const others = items.filter((other) => !other.startsWith(`${field.name}:`))
  return joinList(items.includes(item) ? others : [...others, item])
}

const valueLiteral = (field: Field, value: string): string =>
  isNumber(field) && value.trim() !== '' && Number.isFinite(Number(value)) ? value : textLiteral(value)

function conditionOf(field: Field, values: readonly string[]): string {
  const name = nameText(field.name)
  if (field.type === 'boolean')
    return values.map((value) => `${name} is ${/^(true|1)$/i.test(value) ? 'true' : 'false'}`).join(' or ')
  const literals = values.map((value) => valueLiteral(field, value))
  return literals.length === 1 ? `${name} = ${literals[0]}` : `${name} in (${literals.join(', ')})`
}

export interface Conditions {
  /** ANDed. */
  where: string[]
  refine: string[]
}

/** What rows must fulfil: the words searched, the condition, the facet values. Fields that are not there are left out. */
export function conditionsOf(
  address: Pick<DatasetAddress, 'q' | 'where' | 'filter'>,
  fields: readonly Field[],
): Conditions {
  const where: string[] = []
  const refine: string[] = []
  if (address.q) where.push(`search(${textLiteral(address.q)})`)
  if (address.where) where.push(address.where)
  const values = new Map<string, string[]>()
  for (const { field, value } of refinementsOf(address.filter))
    values.set(field, [...(values.get(field) ?? []), value])
  for (const [name, chosen] of values) {
    const field = fields.find((known) => known.name === name)
    if (!field) continue
    if (isNested(field)) refine.push(...chosen.map((value) => refineText({ field: name, value })))
    else where.push(conditionOf(field, chosen))
  }
  return { where, refine }
}

export const refineText = ({ field, value }: Refinement): string => `${nameText(field)}:${value}`

/** `condition` with `more` added; what is there already is not added twice. */
export function withCondition(condition: string | undefined, more: string): string {
  if (!condition) return more
  if (condition === more || condition.split(' and ').includes(more)) return condition
  return `${/\bor\b/i.test(condition) ? `(${condition})` : condition} and ${more}`
}
