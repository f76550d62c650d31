/** The description of a dataset: what its rows mean. The same text documents, validates and makes the tables. */
import { type Static, Type } from 'typebox'

export const Words = Type.Object({ fr: Type.String(), en: Type.String() })
export type Words = Static<typeof Words>

export const FieldType = Type.Union([
  Type.Literal('text'),
  Type.Literal('boolean'),
  Type.Literal('tinyint'),
  Type.Literal('smallint'),
  Type.Literal('integer'),
  Type.Literal('bigint'),
  Type.Literal('real'),
  Type.Literal('double'),
  Type.Literal('timestamp'),
  Type.Literal('date'),
  Type.Literal('json'),
])

export const DatasetField = Type.Object({
  name: Type.String(),
  type: FieldType,
  /** Unit as written after a number: `kn`, `m`, `°`. */
  unit: Type.Optional(Type.String()),
  label: Words,
})
export type DatasetField = Static<typeof DatasetField>

export const DatasetDefinition = Type.Object({
  id: Type.String(),
  /** `snapshot`: replaced as a whole; `stream`: append-only, with event time and receive time. */
  kind: Type.Union([Type.Literal('snapshot'), Type.Literal('stream')]),
  title: Words,
  description: Words,
  /** Rows are made by a simulator: « simulé » wherever they appear. */
  simulated: Type.Boolean(),
  fields: Type.Array(DatasetField),
  /** Streams: the field whose UTC day partitions the rows, and the one by which retention deletes. */
  eventTime: Type.Optional(Type.String()),
  receiveTime: Type.Optional(Type.String()),
  /** Fields that order rows inside a day: what makes a track or a facet fast. */
  sortBy: Type.Array(Type.String()),
})
export type DatasetDefinition = Static<typeof DatasetDefinition>
