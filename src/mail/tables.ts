import { defineMigrations } from '../engines/control/migrations.ts'

export type MailTables = {
  outbox_mail: { id: string; recipient: string; subject: string; text: string; created_at: string }
}

export const mailMigrations = defineMigrations('mail', [
  {
    name: 'outbox',
    up: (schema) =>
      schema.table('outbox_mail', {
        id: { kind: 'text', primary: true },
        recipient: { kind: 'text' },
        subject: { kind: 'text' },
        text: { kind: 'text' },
        created_at: { kind: 'instant' },
      }),
  },
  { name: 'outbox by time', up: (schema) => schema.index('outbox_mail', ['created_at']) },
])
