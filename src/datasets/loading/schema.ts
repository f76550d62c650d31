/** How a file becomes the rows of a dataset: found by inference, changed by a person, kept for the next load. */
import { type Static, Type } from 'typebox'
import { FieldAnnotations, FieldType } from '../schema.ts'

/** How the text of a cell, or of two, is read. */
export const Reading = Type.Union([
  /** The form every program writes: `-12`, `3.5`, `2026-11-24`, `2026-11-24T08:00:00Z`, `true`. */
  Type.Object({ kind: Type.Literal('plain') }),
  /** `1 234,5`, `1.234,5`: comma before decimals; spaces, points or apostrophes between thousands. */
  Type.Object({ kind: Type.Literal('decimal-comma') }),
  /** `1,234.5`: point before decimals, commas or spaces between thousands. */
  Type.Object({ kind: Type.Literal('decimal-point') }),
  /** Days and instants in any of these patterns, tried in order; `zone` is that of texts without an offset. */
  Type.Object({
    kind: Type.Literal('pattern'),
    patterns: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 1, maxItems: 30 }),
    zone: Type.Optional(Type.String({ maxLength: 60 })),
  }),
  /** Seconds or milliseconds since 1970 UTC. */
  Type.Object({
    kind: Type.Literal('epoch'),
    unit: Type.Union([Type.Literal('s'), Type.Literal('ms')]),
  }),
  /** Words for true and false; case does not matter. */
  Type.Object({
    kind: Type.Literal('words'),
    true: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 20 }),
    false: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 20 }),
  }),
  /** `43.3, 5.4` in one column, or two columns in this order. */
  Type.Object({ kind: Type.Literal('lat-lon') }),
  Type.Object({ kind: Type.Literal('lon-lat') }),
  /** Two columns, easting and northing. */
  Type.Object({ kind: Type.Literal('xy'), epsg: Type.Integer() }),
  Type.Object({ kind: Type.Literal('wkt'), epsg: Type.Integer() }),
  Type.Object({ kind: Type.Literal('geojson'), epsg: Type.Integer() }),
])
export type Reading = Static<typeof Reading>

/** Rules of a value beside its type; a row that breaks one is rejected, or only counted (`reportOnly` of the plan). */
export const Constraints = Type.Object({
  required: Type.Optional(Type.Boolean()),
  unique: Type.Optional(Type.Boolean()),
  enum: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 10_000 })),
  /** Regular expression that the whole text matches. */
  pattern: Type.Optional(Type.String({ maxLength: 1_000 })),
  minimum: Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 40 })])),
  maximum: Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 40 })])),
  minLength: Type.Optional(Type.Integer({ minimum: 0 })),
  maxLength: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type Constraints = Static<typeof Constraints>

export const PlanField = Type.Object({
  /** Legal and unique: `[a-z0-9_]`, at most 64. */
  name: Type.String({ pattern: '^[a-z_][a-z0-9_]{0,63}$' }),
  label: Type.String({ maxLength: 1_000 }),
  /** Columns of the file it is made of, by their names there. */
  columns: Type.Array(Type.String({ maxLength: 10_000 }), { minItems: 1, maxItems: 2 }),
  type: FieldType,
  reading: Reading,
  /** False: the column is not loaded. */
  included: Type.Boolean(),
  /** Why this type: what was counted. */
  reason: Type.String(),
  /** What a person should look at: a guess that another file could contradict. */
  doubt: Type.Optional(Type.String()),
  unit: Type.Optional(Type.String({ maxLength: 40 })),
  /** ISO 639-1 of a text column. */
  language: Type.Optional(Type.String({ maxLength: 8 })),
  annotations: Type.Optional(FieldAnnotations),
  constraints: Type.Optional(Constraints),
})
export type PlanField = Static<typeof PlanField>

/** Encodings that a person may state. */
export const textEncodings = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'macintosh',
  'utf-16le',
  'utf-16be',
] as const

export const TextLayout = Type.Object({
  encoding: Type.String(),
  /** One character. */
  delimiter: Type.String({ minLength: 1, maxLength: 1 }),
  quote: Type.Union([Type.String({ minLength: 1, maxLength: 1 }), Type.Null()]),
  /** Lines before the first row: preamble and header. */
  skipLines: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  hasHeader: Type.Boolean(),
  /** What parts decimals where a column alone could be read both ways (`1,234`, `1.234`). */
  decimalMark: Type.Optional(Type.Union([Type.Literal(','), Type.Literal('.')])),
  /** A person said so: the next file is read in the same way. */
  isStated: Type.Optional(Type.Boolean()),
})
export type TextLayout = Static<typeof TextLayout>

export const LoadPlan = Type.Object({
  /** What the file was found to be: `csv`, `xlsx`, `geojson`… */
  format: Type.String(),
  /** Delimited text only. */
  layout: Type.Optional(TextLayout),
  /** Sheet, layer or table that is loaded, and the others there are. */
  layer: Type.Optional(Type.String()),
  layers: Type.Optional(Type.Array(Type.String())),
  fields: Type.Array(PlanField, { minItems: 1, maxItems: 5_000 }),
  /** Texts that mean “no value” beside the empty one. */
  nullTexts: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 100 }),
  /** Names of fields that together identify a row. */
  primaryKey: Type.Array(Type.String()),
  /** Constraints are counted and reported, but reject nothing. */
  reportOnly: Type.Boolean(),
  /** What was found or decided about the file as a whole, a sentence each. */
  notes: Type.Array(Type.String()),
})
export type LoadPlan = Static<typeof LoadPlan>

export const LoadState = Type.Union([
  /** Bytes are still coming. */
  Type.Literal('receiving'),
  /** Waits for its turn. */
  Type.Literal('waiting'),
  Type.Literal('planning'),
  /** The plan waits for a person: `start` goes on. */
  Type.Literal('planned'),
  Type.Literal('loading'),
  /** Its rows are a version. */
  Type.Literal('published'),
  /** Loaded well, but so different that a person should look: `accept` publishes it. */
  Type.Literal('held'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type LoadState = Static<typeof LoadState>

export const RejectView = Type.Object({
  line: Type.Integer(),
  column: Type.Union([Type.String(), Type.Null()]),
  rule: Type.String(),
  value: Type.String(),
})
export type RejectView = Static<typeof RejectView>

export const PlanView = Type.Object({
  plan: LoadPlan,
  rowCount: Type.Integer(),
  brokenCount: Type.Integer(),
  broken: Type.Array(RejectView),
  /** Text of the first rows by field. */
  sampleRows: Type.Array(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
  /** Fields of the last load whose columns are gone, and columns that are new. */
  missingFields: Type.Array(Type.String()),
  newFields: Type.Array(Type.String()),
})
export type PlanView = Static<typeof PlanView>

export const LoadResult = Type.Object({
  rowCount: Type.Integer(),
  rejectedCount: Type.Integer(),
  /** How many cells broke which rule, by field: the first line each. */
  rules: Type.Array(
    Type.Object({
      column: Type.Union([Type.String(), Type.Null()]),
      rule: Type.String(),
      count: Type.Integer(),
      firstLine: Type.Integer(),
      example: Type.String(),
    }),
  ),
  /** Constraints broken by rows that were taken all the same (`reportOnly`). */
  violations: Type.Array(
    Type.Object({
      column: Type.String(),
      rule: Type.String(),
      count: Type.Integer(),
      firstLine: Type.Integer(),
    }),
  ),
  /** Who read the rows: the engine's own reader, or the converter. */
  reader: Type.Union([Type.Literal('engine'), Type.Literal('converter')]),
})
export type LoadResult = Static<typeof LoadResult>

export const LoadOptions = Type.Object({
  /** Name the file had where it came from; text only. */
  fileName: Type.Optional(Type.String({ maxLength: 300 })),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
  /** Makes the dataset when there is none of this id. */
  create: Type.Optional(Type.Boolean()),
  /** Title of a dataset that is made; the file's name by default. */
  title: Type.Optional(Type.String({ maxLength: 300 })),
  epsg: Type.Optional(Type.Integer()),
  /** Sheet, layer or table. */
  layer: Type.Optional(Type.String({ maxLength: 300 })),
  /** Stops once the plan is made, for a person to look at. */
  preview: Type.Optional(Type.Boolean()),
  /** Another load, whose rejected rows this file corrects: they are added to the rows that the dataset has. */
  corrects: Type.Optional(Type.String({ maxLength: 60 })),
  /** Ignores the plan of the last load. */
  fresh: Type.Optional(Type.Boolean()),
  /** Constraints of the Table Schema are counted and reported, but reject nothing. */
  reportOnly: Type.Optional(Type.Boolean()),
})
export type LoadOptions = Static<typeof LoadOptions>

export const LoadView = Type.Object({
  id: Type.String(),
  datasetId: Type.String(),
  state: LoadState,
  fileName: Type.String(),
  sizeBytes: Type.Integer(),
  receivedBytes: Type.Integer(),
  progress: Type.Object({
    /** `receive`, `read`, `scan`, `convert`, `publish`. */
    stage: Type.String(),
    /** Part of the stage that is done, 0 to 1. */
    share: Type.Number(),
    rows: Type.Integer(),
  }),
  /** What holds it, a sentence each. */
  holds: Type.Array(Type.String()),
  result: Type.Union([LoadResult, Type.Null()]),
  version: Type.Union([Type.Integer(), Type.Null()]),
  error: Type.Union([
    Type.Object({
      code: Type.String(),
      title: Type.String(),
      help: Type.Union([Type.String(), Type.Null()]),
    }),
    Type.Null(),
  ]),
  createdAt: Type.String(),
  modifiedAt: Type.String(),
})
export type LoadView = Static<typeof LoadView>
