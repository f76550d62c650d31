/** What the journal shows. */
import Type, { type Static } from 'typebox'

export const JournalHead = Type.Object({
  node: Type.String({ description: 'The chain: one of each data folder' }),
  date: Type.String({ description: 'UTC day, YYYY-MM-DD' }),
  count: Type.Integer({ description: 'Rank of the last entry of that day' }),
  hash: Type.String({ description: 'Its hash: SHA-256, hex' }),
  keyId: Type.String(),
  signature: Type.String({
    description: 'Ed25519 over the canonical JSON (RFC 8785) of node, date, count and hash; base64url',
  }),
  signedAt: Type.String(),
})
export type JournalHead = Static<typeof JournalHead>

export const JournalKey = Type.Object({
  id: Type.String({ description: 'First 16 hexadecimal digits of the SHA-256 of the key (SPKI, DER)' }),
  node: Type.String(),
  publicKey: Type.String({ description: 'PEM' }),
  createdAt: Type.String(),
})
export type JournalKey = Static<typeof JournalKey>

const Nullable = (type: ReturnType<typeof Type.String>) => Type.Union([type, Type.Null()])

export const UsageOfDay = Type.Object({
  date: Type.String({ description: 'UTC day' }),
  action: Type.String(),
  organisation: Type.Optional(
    Nullable(
      Type.String({
        description:
          'Shown to the owner and to auditors; null: the public and people without an organisation, as a whole',
      }),
    ),
  ),
  accesses: Type.Integer(),
  refusals: Type.Integer(),
  rows: Type.Integer(),
  bytes: Type.Integer(),
})
export type UsageOfDay = Static<typeof UsageOfDay>

export const DatasetUsage = Type.Object({
  dataset: Type.String(),
  from: Type.String(),
  to: Type.String(),
  days: Type.Array(UsageOfDay),
})
export type DatasetUsage = Static<typeof DatasetUsage>
