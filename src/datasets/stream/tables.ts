import { defineMigrations } from '../../engines/control/migrations.ts'

/** Control tables of streams that people push rows to. */
export type StreamTables = {
  /** What was answered to a push with an Idempotency-Key. */
  pushed_rows: {
    /** Hash of the dataset, its life and the key. */
    id: string
    /** Source of the rows in the column store. */
    source: string
    /** Hash of the body. */
    body: string
    /** End of its rows in the source. Recorded before they are written: what the store has reached was written. */
    hi: number
    /** 0 while nobody knows yet whether the rows were written. */
    is_done: number
    answer: string
    created_at: string
  }
}

export const streamMigrations = defineMigrations('stream', [
  {
    name: 'pushed rows',
    up: (schema) =>
      schema.table('pushed_rows', {
        id: { kind: 'text', primary: true },
        source: { kind: 'text' },
        body: { kind: 'text' },
        hi: { kind: 'integer' },
        is_done: { kind: 'flag', default: 0 },
        answer: { kind: 'json' },
        created_at: { kind: 'instant' },
      }),
  },
  { name: 'pushed rows by source', up: (schema) => schema.index('pushed_rows', ['source', 'is_done']) },
])
