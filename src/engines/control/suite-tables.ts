import { defineMigrations } from './migrations.ts'
import type { ControlSchema } from './schema.ts'

export type Tables = {
  organisation: {
    id: string
    name: string
    fold: string
    founded_at: string | Date | null
    budget_cents: number | bigint | null
    ratio: number | null
    is_open: number | boolean
    settings: string | null
    logo: Buffer | null
  }
  member: { organisation_id: string; person: string; weight: number }
}

export const migrations = defineMigrations('suite', [
  {
    name: 'organisation',
    up: (schema) =>
      schema.table('organisation', {
        id: { kind: 'text', primary: true },
        name: { kind: 'text', unique: true },
        fold: { kind: 'text', default: '' },
        founded_at: { kind: 'instant', optional: true },
        budget_cents: { kind: 'money', optional: true },
        ratio: { kind: 'real', optional: true },
        is_open: { kind: 'flag', default: 0 },
        settings: { kind: 'json', optional: true },
        logo: { kind: 'bytes', optional: true },
      }),
  },
  {
    name: 'member',
    up: (schema) =>
      schema.table(
        'member',
        {
          organisation_id: { kind: 'text', references: 'organisation.id', onDelete: 'cascade' },
          person: { kind: 'text' },
        },
        { primaryKey: ['organisation_id', 'person'] },
      ),
  },
  {
    name: 'member-weight',
    up: (schema) => schema.column('member', 'weight', { kind: 'integer', default: 1 }),
  },
  { name: 'member-by-person', up: (schema) => schema.index('member', ['person', 'weight']) },
])

export const noteTable = (schema: ControlSchema, name: string) =>
  schema.table(name, { id: { kind: 'text', primary: true }, text: { kind: 'text' } })
