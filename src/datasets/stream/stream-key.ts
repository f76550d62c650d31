import { columnName } from '../rules.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'

/**
 * The columns whose values tell which thing a row of a stream is about: fields annotated `id`, else what orders its rows
 * beside times (`mmsi` of positions). Empty when the fields a reader sees hold no such thing: then every row is its own.
 */
export function streamKey(definition: DatasetDefinition, visible: readonly DatasetField[]): string[] {
  const { fields, sortBy, eventTime, receiveTime } = definition
  const annotated = fields.filter(({ annotations }) => annotations?.id).map(({ name }) => name)
  const names =
    annotated.length > 0 ? annotated : sortBy.filter((name) => name !== eventTime && name !== receiveTime)
  const isVisible = names.every((name) => visible.some((field) => field.name === name))
  return isVisible ? names.map(columnName) : []
}
