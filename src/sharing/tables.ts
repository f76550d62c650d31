import { defineMigrations } from '../engines/control/migrations.ts'
import type { ColumnDefinition } from '../engines/control/schema.ts'

/** Bodies are JSON of `schema.ts`; instants are ISO text in UTC. */
export interface DocumentRow {
  id: string
  /** Empty for what belongs to no dataset. */
  dataset_id: string
  body: string
  version: number
}

export type SharingTables = {
  sharing_policy: DocumentRow
  sharing_grant: DocumentRow
  sharing_restriction: DocumentRow
  /** `id` is `<template>@<version>`. */
  sharing_template: DocumentRow
  sharing_agreement: DocumentRow
  sharing_request: DocumentRow
  /** Who changed what when; it outlives what it tells of. */
  sharing_event: {
    id: string
    dataset_id: string
    /** Kind and id of what changed: `grant:…`. */
    subject: string
    at: string
    /** Account, or `platform`. */
    actor: string
    organisation: string | null
    step: string
    note: string
  }
  /** One row, `state`: counts every change, so that other nodes see that there was one. */
  sharing_counter: { name: string; value: number }
  sharing_use: {
    /** Organisation or address, grant, and what is counted. */
    subject: string
    /** Minute or day, UTC. */
    period: string
    used: number
  }
  sharing_stream: { id: string; subject: string; expires_at: string }
  /** Letters about the end of an agreement that were sent: each once. */
  sharing_notice: { agreement: string; expires_at: string; days: number }
  /** Uses of an agreement, one of each mode. */
  sharing_transfer: { agreement: string; mode: string; id: string; started_at: string }
}

export type DocumentTable = Exclude<
  keyof SharingTables,
  | 'sharing_event'
  | 'sharing_counter'
  | 'sharing_use'
  | 'sharing_stream'
  | 'sharing_notice'
  | 'sharing_transfer'
>
export const documentTables: readonly DocumentTable[] = [
  'sharing_policy',
  'sharing_grant',
  'sharing_restriction',
  'sharing_template',
  'sharing_agreement',
  'sharing_request',
]

const document: Record<string, ColumnDefinition> = {
  id: { kind: 'text', primary: true },
  dataset_id: { kind: 'text' },
  body: { kind: 'json' },
  version: { kind: 'integer' },
}

export const sharingMigrations = defineMigrations('sharing', [
  ...documentTables.map((name) => ({
    name,
    up: (schema: Parameters<Parameters<typeof defineMigrations>[1][number]['up']>[0]) =>
      schema.table(name, document),
  })),
  {
    name: 'sharing_event',
    up: (schema) =>
      schema.table('sharing_event', {
        id: { kind: 'text', primary: true },
        dataset_id: { kind: 'text' },
        subject: { kind: 'text' },
        at: { kind: 'instant' },
        actor: { kind: 'text' },
        organisation: { kind: 'text', optional: true },
        step: { kind: 'text' },
        note: { kind: 'text' },
      }),
  },
  { name: 'sharing_event by subject', up: (schema) => schema.index('sharing_event', ['subject', 'at']) },
  {
    name: 'sharing_counter',
    up: (schema) =>
      schema.table('sharing_counter', {
        name: { kind: 'text', primary: true },
        value: { kind: 'integer' },
      }),
  },
  {
    name: 'sharing_use',
    up: (schema) =>
      schema.table(
        'sharing_use',
        { subject: { kind: 'text' }, period: { kind: 'text' }, used: { kind: 'integer' } },
        { primaryKey: ['subject', 'period'] },
      ),
  },
  {
    name: 'sharing_stream',
    up: (schema) =>
      schema.table('sharing_stream', {
        id: { kind: 'text', primary: true },
        subject: { kind: 'text' },
        expires_at: { kind: 'instant' },
      }),
  },
  {
    name: 'sharing_notice',
    up: (schema) =>
      schema.table(
        'sharing_notice',
        { agreement: { kind: 'text' }, expires_at: { kind: 'instant' }, days: { kind: 'integer' } },
        { primaryKey: ['agreement', 'expires_at', 'days'] },
      ),
  },
  {
    name: 'sharing_transfer',
    up: (schema) =>
      schema.table(
        'sharing_transfer',
        {
          agreement: { kind: 'text' },
          mode: { kind: 'text' },
          id: { kind: 'text' },
          started_at: { kind: 'instant' },
        },
        { primaryKey: ['agreement', 'mode'] },
      ),
  },
])
