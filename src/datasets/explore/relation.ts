/** The secured rows of a dataset: what the asker may see of a source, and nothing else. */
import { notFound } from '../../errors.ts'
import type { Action } from '../../http/principal.ts'
import type { Relation } from '../odsql/relation.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import type { Asker, Visible, VisibleFields } from './access.ts'
import type { Source, Sources } from './sources.ts'

export interface Secured {
  source: Source
  visible: Visible
  relation: Relation
}

/**
 * Opens a dataset for an asker. Throws `not_found` alike for what is not there and for what the asker may not know of,
 * and what the decision and the source throw.
 */
export async function secure(
  { sources, visibleFields }: { sources: Sources; visibleFields: VisibleFields },
  id: string,
  asker: Asker,
  { action = 'query', at, zoom }: { action?: Action; at?: string | undefined; zoom?: number } = {},
): Promise<Secured> {
  const visible = await visibleFields(
    sources.describe(id).definition,
    asker,
    action,
    zoom === undefined ? {} : { zoom },
  )
  if (!visible) throw notFound('dataset', id)
  const source = await sources.source(id, at)
  if (visible.secure) return decided(source, visible)
  // Today's rights apply to yesterday's fields.
  const names = new Set(visible.fields.map(({ name }) => name))
  const fields = source.definition.fields.filter(({ name }) => names.has(name))
  const conditions = [source.where, visible.where].filter((where) => where !== undefined)
  return {
    source,
    visible,
    relation: {
      from:
        conditions.length === 0
          ? source.from
          : { kind: 'query', query: { from: source.from, where: { kind: 'and', of: conditions } } },
      fields,
      rowOrder: source.rowOrder,
      ...(source.words && { words: source.words }),
    },
  }
}

/** A definition that speaks of nothing but the fields that are seen. */
export function shownDefinition(
  { eventTime, receiveTime, ...rest }: DatasetDefinition,
  fields: readonly DatasetField[],
): DatasetDefinition {
  const isThere = (name: string | undefined) => fields.some((field) => field.name === name)
  return {
    ...rest,
    fields: [...fields],
    sortBy: rest.sortBy.filter(isThere),
    ...(isThere(eventTime) && { eventTime }),
    ...(isThere(receiveTime) && { receiveTime }),
  }
}

/** What a decision leaves of a source. */
async function decided(source: Source, visible: Visible): Promise<Secured> {
  const { from, fields, rowOrder, unchanged } = await visible.secure!(source)
  const { definition } = source
  // Words of a hidden or changed text could be guessed by searching for them.
  const isSearchable = definition.fields.every(({ name, type }) => type !== 'text' || unchanged.has(name))
  return {
    source: {
      ...source,
      definition: shownDefinition(definition, fields),
      ...(visible.movesWithTime && { state: null }),
    },
    visible,
    relation: {
      from,
      fields,
      rowOrder,
      ...(source.words && isSearchable && { words: source.words }),
    },
  }
}
