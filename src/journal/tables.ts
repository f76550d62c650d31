import { defineMigrations } from '../engines/control/migrations.ts'

export type JournalTables = {
  /** Public keys that heads were signed with; they outlive the private ones. */
  journal_key: {
    id: string
    node: string
    /** PEM, SPKI. */
    public_key: string
    created_at: string
  }
  journal_head: {
    node: string
    /** YYYY-MM-DD, UTC. */
    date: string
    /** Rank of the last entry of that day. */
    count: number
    hash: string
    /** Spool position after that entry. */
    position: number
    key_id: string
    /** Base64url. */
    signature: string
    signed_at: string
  }
}

export const journalMigrations = defineMigrations('journal', [
  {
    name: 'journal key',
    up: (schema) =>
      schema.table('journal_key', {
        id: { kind: 'text', primary: true },
        node: { kind: 'text' },
        public_key: { kind: 'text' },
        created_at: { kind: 'instant' },
      }),
  },
  {
    name: 'journal head',
    up: (schema) =>
      schema.table(
        'journal_head',
        {
          node: { kind: 'text' },
          date: { kind: 'text' },
          count: { kind: 'integer' },
          hash: { kind: 'text' },
          position: { kind: 'integer' },
          key_id: { kind: 'text' },
          signature: { kind: 'text' },
          signed_at: { kind: 'instant' },
        },
        { primaryKey: ['node', 'date'] },
      ),
  },
])
