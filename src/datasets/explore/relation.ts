/** The secured rows of a dataset: what the asker may see of a source, and nothing else. */
import { notFound } from '../../errors.ts'
import type { Relation } from '../odsql/relation.ts'
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
  { action = 'query', at }: { action?: 'query' | 'export'; at?: string | undefined } = {},
): Promise<Secured> {
  const visible = await visibleFields(sources.describe(id).definition, asker, action)
  if (!visible) throw notFound('dataset', id)
  const source = await sources.source(id, at)
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
