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

export const TextLayout = Type.Object({
  encoding: Type.String(),
  /** One character. */
  delimiter: Type.String({ minLength: 1, maxLength: 1 }),
  quote: Type.Union([Type.String({ minLength: 1, maxLength: 1 }), Type.Null()]),
  /** Lines before the first row: preamble and header. */
  skipLines: Type.Integer({ minimum: 0 }),
  hasHeader: Type.Boolean(),
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
