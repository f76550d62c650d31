/** Fields in allow-lists and deny-lists, where a point may be made of two others. Pure. */
import type { DatasetField } from '../datasets/schema.ts'

/** Fields that have cells of their own: points made of two fields are seen where both of those are. */
export const storedFields = (fields: readonly DatasetField[]): DatasetField[] =>
  fields.filter(({ coordinates }) => !coordinates)

/** Names of an allow-list or deny-list with the fields that a point in it is made of. */
export function expanded(names: readonly string[], fields: readonly DatasetField[]): Set<string> {
  const all = new Set(names)
  for (const { name, coordinates } of fields)
    if (coordinates && all.has(name)) {
      all.delete(name)
      all.add(coordinates.lon).add(coordinates.lat)
    }
  return all
}

/** The fields whose cells, or those of what they are made of, are there. */
export const shownFields = (
  fields: readonly DatasetField[],
  has: (name: string) => boolean,
): DatasetField[] =>
  fields.filter(({ name, coordinates }) =>
    coordinates ? has(coordinates.lon) && has(coordinates.lat) : has(name),
  )
