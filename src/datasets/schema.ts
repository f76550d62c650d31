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
  /** A point in longitude and latitude (WGS 84). */
  Type.Literal('geo_point_2d'),
  /** A GeoJSON geometry. */
  Type.Literal('geo_shape'),
  /** Where an attached file is, as JSON. */
  Type.Literal('file'),
])
export type FieldType = Static<typeof FieldType>

/** How a field may be used in lists, filters and dates; names are those of the Explore API. */
export const FieldAnnotations = Type.Object({
  facet: Type.Optional(Type.Boolean()),
  /** What parts the levels of a value: `/`. */
  hierarchical: Type.Optional(Type.String({ minLength: 1, maxLength: 8 })),
  /** A row holds several values: a JSON array in its column. */
  multivalued: Type.Optional(Type.Boolean()),
  /** Refining by several values means any of them. */
  disjunctive: Type.Optional(Type.Boolean()),
  sortable: Type.Optional(Type.Boolean()),
  /** Part of what identifies a row. */
  id: Type.Optional(Type.Boolean()),
  timeserie_precision: Type.Optional(
    Type.Union([
      Type.Literal('year'),
      Type.Literal('month'),
      Type.Literal('day'),
      Type.Literal('hour'),
      Type.Literal('minute'),
      Type.Literal('second'),
    ]),
  ),
})
export type FieldAnnotations = Static<typeof FieldAnnotations>

export const DatasetField = Type.Object({
  name: Type.String(),
  type: FieldType,
  /** Unit as written after a number: `kn`, `m`, `°`. */
  unit: Type.Optional(Type.String()),
  label: Words,
  annotations: Type.Optional(FieldAnnotations),
  /** For a point made of two fields that are shown on their own too: their names. */
  coordinates: Type.Optional(Type.Object({ lon: Type.String(), lat: Type.String() })),
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

/** What people are told about a dataset beside its rows; names follow the Explore API where it has one. */
export const DatasetMetadata = Type.Object({
  /** Markdown or plain text; HTML from elsewhere is sanitised before it gets here. */
  theme: Type.Array(Type.String()),
  keyword: Type.Array(Type.String()),
  /** The eight maritime sectors of the programme, ids such as `maritime-tourism`, or `other`. */
  sector: Type.Array(Type.String()),
  publisher: Type.String(),
  license: Type.String(),
  /** Of the web, or empty: pages make a link of it. */
  licenseUrl: Type.String({ pattern: '^(https?://\\S*)?$' }),
  /** ISO 639-1. */
  language: Type.Array(Type.String()),
  /** INSEE codes or names of the territory covered. */
  territory: Type.Array(Type.String()),
  references: Type.Array(Type.String()),
  attributions: Type.Array(Type.String()),
  /** ISO 8601 duration within which a new version is expected, such as `P1D`; empty when never. */
  updateEvery: Type.String(),
})
export type DatasetMetadata = Static<typeof DatasetMetadata>

/** A dataset that the product itself defines, with what people are told about it. */
export type BuiltInDataset = DatasetDefinition & { metadata?: DatasetMetadata }

/** One immutable state of a dataset's rows. */
export const DatasetVersion = Type.Object({
  version: Type.Integer(),
  rowCount: Type.Integer(),
  byteCount: Type.Integer(),
  checksum: Type.String(),
  origin: Type.String(),
  note: Type.String(),
  rejectedCount: Type.Integer(),
  createdAt: Type.String(),
  state: Type.Union([Type.Literal('staged'), Type.Literal('kept'), Type.Literal('purged')]),
})
export type DatasetVersion = Static<typeof DatasetVersion>

/** A version as one reader may know it: what counts all rows is null for who does not see all of them. */
export const SeenVersion = Type.Object({
  ...DatasetVersion.properties,
  rowCount: Type.Union([Type.Integer(), Type.Null()]),
  byteCount: Type.Union([Type.Integer(), Type.Null()]),
  checksum: Type.Union([Type.String(), Type.Null()]),
  rejectedCount: Type.Union([Type.Integer(), Type.Null()]),
})
export type SeenVersion = Static<typeof SeenVersion>

/** A dataset with what people are told about it. */
export const DescribedDataset = Type.Object({
  ...DatasetDefinition.properties,
  metadata: DatasetMetadata,
  /** Null for datasets that keep no versions, and before the first. */
  currentVersion: Type.Union([Type.Integer(), Type.Null()]),
  /** Null for the platform's own. */
  createdAt: Type.Union([Type.String(), Type.Null()]),
  modifiedAt: Type.Union([Type.String(), Type.Null()]),
  /** Made by the platform: neither changed nor deleted. */
  isBuiltIn: Type.Boolean(),
})
export type DescribedDataset = Static<typeof DescribedDataset>
