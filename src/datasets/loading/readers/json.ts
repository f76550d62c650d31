import { epsgOfDescription } from '../projection.ts'
import { refusal } from '../refusal.ts'
import { jsonElements, jsonLines } from './json-elements.ts'
import { isGeometry, ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'

/** JSON with a list of objects (or of lists), JSON lines, and GeoJSON in either form. */
export async function readJson({ path, writer, limits }: ReadContext, isLines: boolean): Promise<ReadTable> {
  const table = new ObjectTable(writer, limits)
  const rows = isLines ? undefined : jsonElements(path, limits)
  let count = 0
  for await (const element of rows ? rows.elements : jsonLines(path, limits)) {
    count++
    putElement(table, element, count)
    table.endRow()
  }
  if (count === 0)
    throw refusal(
      'no_rows',
      'This JSON holds an empty list: there is nothing to load.',
      'Send a file with rows.',
    )
  const read = table.table()
  const crs = rows && /"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]+)"/.exec(rows.head())?.[1]
  const epsg = crs === undefined ? undefined : epsgOfDescription(crs)
  if (crs !== undefined && epsg === undefined)
    read.notes.push(`Its coordinate system “${crs.slice(0, 80)}” is not known here: state its EPSG number.`)
  return { ...read, ...(epsg !== undefined && { epsg }) }
}

function putElement(table: ObjectTable, element: unknown, number: number): void {
  if (Array.isArray(element)) {
    element.forEach((value, i) => {
      table.put(`column ${i + 1}`, value)
    })
    return
  }
  if (typeof element !== 'object' || element === null) {
    table.put('value', element)
    return
  }
  const { type, geometry, properties, id } = element as Record<string, unknown>
  if (type === 'Feature' && ('geometry' in element || 'properties' in element)) {
    if (id !== undefined && id !== null) table.put('id', id)
    for (const [key, value] of Object.entries((properties ?? {}) as object)) table.put(key, value)
    table.put('geometry', geometry ?? null)
    return
  }
  if (isGeometry(element)) {
    table.put('geometry', element)
    return
  }
  // A record of the Explore API 2.0 or Search 1.0 wraps its fields.
  const fields = (element as { fields?: unknown; record?: { fields?: unknown } }).fields
  const isWrapped = typeof fields === 'object' && fields !== null && 'recordid' in element
  const entries = Object.entries(isWrapped ? (fields as object) : element)
  if (entries.length === 0)
    throw refusal(
      'json_invalid',
      `Element ${number} of this JSON is an empty object.`,
      'Every row needs members.',
    )
  for (const [key, value] of entries) table.put(key, value)
}
