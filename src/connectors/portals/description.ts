/** What a source says about a dataset and its columns, as ours. Pure. */
import { createHash } from 'node:crypto'
import type { LoadPlan } from '../../datasets/loading/schema.ts'
import type { DatasetDefinition, DatasetField, DatasetMetadata } from '../../datasets/schema.ts'
import type { FoundDataset } from '../contract.ts'
import { slugOf } from './plain-text.ts'

const tableSchemaTypes: Partial<Record<DatasetField['type'], object>> = {
  text: { type: 'string' },
  bigint: { type: 'integer' },
  double: { type: 'number' },
  boolean: { type: 'boolean' },
  json: { type: 'object' },
  timestamp: { type: 'datetime', format: 'any' },
}

/** Columns whose type the source states, as a Table Schema; empty when it states none. Places and dates show by themselves. */
export function tableSchemaOf({ fields = [], title }: FoundDataset): string {
  const stated = fields.flatMap(({ name, type, label, annotations }) => {
    const known = annotations?.multivalued ? undefined : tableSchemaTypes[type]
    return known ? [{ name, title: label.fr, ...known }] : []
  })
  return stated.length === 0 ? '' : JSON.stringify({ title: title.slice(0, 200), fields: stated })
}

/** The field of the plan that a column of the source became, by its name there. */
export function planFieldOf(plan: LoadPlan, name: string) {
  return plan.fields.find(
    ({ columns, included }) =>
      included && (columns.includes(name) || columns.every((column) => isPartOf(column, name))),
  )
}

/** Points come apart into two columns. */
const isPartOf = (column: string, name: string): boolean =>
  column.startsWith(name) && /^[._](lon|lat|longitude|latitude)$/.test(column.slice(name.length))

/** The fields as loaded, with labels, units and annotations of the source; no column changes. */
export function describedFields(
  loaded: readonly DatasetField[],
  stated: readonly DatasetField[],
  plan: LoadPlan,
): DatasetField[] {
  const byName = new Map(
    stated.flatMap((field) => {
      const found = planFieldOf(plan, field.name)
      return found ? [[found.name, field] as const] : []
    }),
  )
  return loaded.map((field) => {
    const told = byName.get(field.name)
    if (!told) return field
    const { multivalued, ...annotations } = told.annotations ?? {}
    // Several values are kept as JSON either way: only what they mean changes.
    const isList = multivalued === true && (field.type === 'json' || field.annotations?.multivalued === true)
    const merged = { ...field.annotations, ...annotations, ...(isList && { multivalued: true }) }
    return {
      ...field,
      label: told.label,
      ...(told.unit !== undefined && { unit: told.unit }),
      ...(isList && { type: 'text' as const }),
      ...(Object.keys(merged).length > 0 && { annotations: merged }),
    }
  })
}

/** Title, description and metadata; where it comes from is among the references, attachments are links. */
export function metadataOf(found: FoundDataset): {
  title: DatasetDefinition['title']
  description: DatasetDefinition['description']
  metadata: Partial<DatasetMetadata>
} {
  const { title, description, metadata, link, attachments } = found
  const references = [link, ...(metadata.references ?? []), ...attachments.map(({ url }) => url)]
  const host = URL.canParse(link) ? new URL(link).host : ''
  return {
    title: { fr: title, en: title },
    description: { fr: description, en: description },
    metadata: {
      ...metadata,
      references: [...new Set(references)].filter(Boolean).slice(0, 200),
      // Whose data it is stays said wherever it is shown.
      attributions: [...new Set([...(metadata.attributions ?? []), ...(host ? [host] : [])])],
    },
  }
}

export const metadataSha256 = (found: FoundDataset): string =>
  createHash('sha256')
    .update(JSON.stringify(metadataOf(found)))
    .digest('hex')

/** The dataset without rows, from what the source says of its columns. */
export function emptyDefinition(
  id: string,
  { fields = [], title, description }: FoundDataset,
): DatasetDefinition {
  const used = new Set<string>()
  return {
    id,
    kind: 'snapshot',
    title: { fr: title, en: title },
    description: { fr: description, en: description },
    simulated: false,
    sortBy: [],
    fields: fields.map((field) => {
      const plain = slugOf(field.name, 60).replaceAll('-', '_')
      let name = plain
      for (let n = 2; used.has(name); n++) name = `${plain}_${n}`
      used.add(name)
      return { ...field, name }
    }),
  }
}

/** An id that no dataset of another origin has: the name there, with its host where that is taken. */
export function datasetIdFor(name: string, source: string, isTaken: (id: string) => boolean): string {
  const plain = slugOf(name, 70)
  if (!isTaken(plain)) return plain
  const host = URL.canParse(source) ? slugOf(new URL(source).hostname.replace(/^www\./, ''), 30) : 'portal'
  const named = `${plain.slice(0, 78 - host.length)}-${host}`.replace(/-{2,}/g, '-')
  let id = named
  for (let n = 2; isTaken(id); n++) id = `${named.slice(0, 76)}-${n}`
  return id
}
