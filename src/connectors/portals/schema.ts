/** Imports of whole portals as people see them. */
import { type Static, Type } from 'typebox'

export const ImportRequest = Type.Object(
  {
    address: Type.String({
      minLength: 3,
      maxLength: 2_000,
      description: 'the portal, such as https://data.example.org',
    }),
    kind: Type.Optional(
      Type.String({
        pattern: '^[a-z-]{2,30}$',
        description: 'opendatasoft, udata, ckan or dcat; found by asking otherwise',
      }),
    ),
    only: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
        maxItems: 10_000,
        description: 'ids there; * stands for any text',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'at most so many datasets' }),
    ),
  },
  { additionalProperties: false },
)
export type ImportRequest = Static<typeof ImportRequest>

const Failure = Type.Object({ code: Type.String(), message: Type.String() })

export const ItemState = Type.Union([
  Type.Literal('waiting'),
  /** Its file is coming. */
  Type.Literal('reading'),
  /** The file is here and being loaded. */
  Type.Literal('loading'),
  Type.Literal('imported'),
  /** As it was at the last import: nothing was loaded. */
  Type.Literal('unchanged'),
  /** Loaded, but a person should look before it is published. */
  Type.Literal('held'),
  /** It has nothing that could be loaded, or may not be read. */
  Type.Literal('refused'),
  Type.Literal('failed'),
])
export type ItemState = Static<typeof ItemState>

const Count = Type.Union([Type.Integer(), Type.Null()])

/** One dataset of an import: a line of the parity report. */
export const ImportItem = Type.Object({
  key: Type.String(),
  datasetId: Type.String(),
  title: Type.String(),
  link: Type.String(),
  state: ItemState,
  /** Rows the source says it has, and rows that came; null where it does not count. */
  rowsThere: Count,
  rowsRead: Count,
  rowsHere: Count,
  rowsRejected: Type.Integer(),
  /** Bytes of the file as received, and their SHA-256. */
  bytes: Type.Integer(),
  sha256: Type.String(),
  /** Of all values whatever their order, as sent and as stored here; empty where only the file can be compared. */
  checksumThere: Type.String(),
  checksumHere: Type.String(),
  version: Count,
  license: Type.String(),
  /** Whether the licence was recognised. */
  isLicenceKnown: Type.Boolean(),
  /** Links that stay links: further files, attachments. */
  attachments: Type.Integer(),
  reason: Type.Union([Failure, Type.Null()]),
})
export type ImportItem = Static<typeof ImportItem>

export const ImportState = Type.Union([
  Type.Literal('running'),
  Type.Literal('done'),
  /** The catalogue could not be read to its end. */
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type ImportState = Static<typeof ImportState>

export const ImportView = Type.Object({
  id: Type.String(),
  address: Type.String(),
  kind: Type.String(),
  state: ImportState,
  /** What is being done: a sentence's beginning for people. */
  stage: Type.Union([Type.Literal('catalogue'), Type.Literal('datasets'), Type.Literal('ended')]),
  /** Datasets the portal says it has. */
  datasetsThere: Count,
  /** Datasets of this import, by state. */
  counts: Type.Object({
    all: Type.Integer(),
    waiting: Type.Integer(),
    imported: Type.Integer(),
    unchanged: Type.Integer(),
    held: Type.Integer(),
    refused: Type.Integer(),
    failed: Type.Integer(),
  }),
  bytes: Type.Integer(),
  rows: Type.Integer(),
  error: Type.Union([Failure, Type.Null()]),
  createdAt: Type.String(),
  modifiedAt: Type.String(),
})
export type ImportView = Static<typeof ImportView>

/** What there is and what is here, dataset by dataset. */
export const ParityReport = Type.Object({
  import: ImportView,
  /** Every dataset that has rows is here with the same count, and the same checksum where one can be had. */
  isEqual: Type.Boolean(),
  rowsThere: Type.Integer(),
  rowsHere: Type.Integer(),
  /** Ids of datasets whose counts or checksums differ. */
  differing: Type.Array(Type.String()),
  unknownLicences: Type.Array(Type.String()),
  items: Type.Array(ImportItem),
})
export type ParityReport = Static<typeof ParityReport>
