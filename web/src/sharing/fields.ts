/** The fields of a dataset as a policy speaks of them. Pure. */
import type { DatasetField } from '../../../src/datasets/schema.ts'
import type { GrantBody, ReleaseRule, RestrictionBody } from '../../../src/sharing/schema.ts'

/** What can be compared; `other` can only be asked whether it is empty. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'timestamp' | 'date' | 'place' | 'other'

export function kindOfField({ type, annotations }: Pick<DatasetField, 'type' | 'annotations'>): FieldKind {
  if (annotations?.multivalued) return 'other'
  switch (type) {
    case 'text':
    case 'boolean':
    case 'timestamp':
    case 'date':
      return type
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double':
      return 'number'
    case 'geo_point_2d':
    case 'geo_shape':
      return 'place'
    default:
      return 'other'
  }
}

/** What becomes of a field on its way out. */
export type Fate =
  | { as: 'given' }
  | { as: 'hidden' }
  | { as: 'round'; step: number }
  | { as: 'pseudonym'; period: 'day' | 'month' }
export type Fates = Readonly<Record<string, Fate>>

/** Which fates a field can have. Parts of a point are named by the point. */
export function fatesOf(field: Pick<DatasetField, 'type' | 'annotations'>): Fate['as'][] {
  const kind = kindOfField(field)
  const isIdentifier = kind === 'text' || /^(tinyint|smallint|integer|bigint)$/.test(field.type)
  const isRounded = kind === 'number' || kind === 'timestamp' || field.type === 'geo_point_2d'
  return [
    'given',
    ...(isRounded ? ['round' as const] : []),
    ...(isIdentifier ? ['pseudonym' as const] : []),
    'hidden',
  ]
}

/** A first step for a field, in its own unit: ten, an hour, or a hundredth of a degree. */
export function usualStep(field: Pick<DatasetField, 'type' | 'annotations'>): number {
  const kind = kindOfField(field)
  return kind === 'timestamp' ? 3_600 : kind === 'place' ? 0.01 : 10
}

type PolicyField = Pick<DatasetField, 'name' | 'coordinates'>

/** Fields with a value of their own: a point made of two others is given as they are. */
export const ownFields = <F extends PolicyField>(fields: readonly F[]): F[] =>
  fields.filter(({ coordinates }) => !coordinates)

/** The fate that rules and an allow-list mean together, by field; what is said of a point holds for both its parts. */
export function readFates(
  fields: readonly PolicyField[],
  {
    columns,
    deny,
    release,
  }: { columns?: readonly string[] | null; deny?: readonly string[]; release: readonly ReleaseRule[] },
): Fates {
  const spread = (name: string): string[] => {
    const point = fields.find((field) => field.name === name)?.coordinates
    return point ? [point.lon, point.lat] : [name]
  }
  const listed = columns && new Set(columns.flatMap(spread))
  const denied = new Set(deny?.flatMap(spread))
  return Object.fromEntries(
    ownFields(fields).map(({ name }): [string, Fate] => {
      const own = release.filter((rule) => 'column' in rule && spread(rule.column).includes(name))
      const isDropped = own.some(({ rule }) => rule === 'drop')
      if ((listed && !listed.has(name)) || denied.has(name) || isDropped) return [name, { as: 'hidden' }]
      for (const rule of own) {
        if (rule.rule === 'round') return [name, { as: 'round', step: rule.step }]
        if (rule.rule === 'pseudonym') return [name, { as: 'pseudonym', period: rule.period }]
      }
      return [name, { as: 'given' }]
    }),
  )
}

const rulesOf = (fates: Fates): ReleaseRule[] =>
  Object.entries(fates).flatMap(([column, fate]): ReleaseRule[] => {
    if (fate.as === 'round') return [{ rule: 'round', column, step: fate.step }]
    if (fate.as === 'pseudonym') return [{ rule: 'pseudonym', column, period: fate.period }]
    return []
  })

const delayRule = (seconds: number | null): ReleaseRule[] =>
  seconds === null ? [] : [{ rule: 'delay', seconds }]

/**
 * Fates as a grant says them. With a hidden field the others are listed, so that a field added later is not given unseen.
 */
export function fatesAsGrant(fates: Fates, delayS: number | null): Pick<GrantBody, 'columns' | 'release'> {
  const names = Object.keys(fates)
  const given = names.filter((name) => fates[name]!.as !== 'hidden')
  return {
    columns: given.length === names.length ? null : given,
    release: [...rulesOf(fates), ...delayRule(delayS)],
  }
}

export const fatesAsRestriction = (
  fates: Fates,
  delayS: number | null,
): Pick<RestrictionBody, 'deny' | 'release'> => ({
  deny: Object.keys(fates).filter((name) => fates[name]!.as === 'hidden'),
  release: [...rulesOf(fates), ...delayRule(delayS)],
})

export const delayOf = (release: readonly ReleaseRule[]): number | null => {
  const delays = release.flatMap((rule) => (rule.rule === 'delay' ? [rule.seconds] : []))
  return delays.length > 0 ? Math.max(...delays) : null
}
