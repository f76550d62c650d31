import { defineMigrations } from '../../engines/control/migrations.ts'

/** Control tables of reuses. */
export type ReuseTables = {
  dataset_reuse: {
    id: string
    dataset_id: string
    title: string
    url: string
    kind: string
    maker: string
    /** Empty when there is none. */
    picture: string
    /** `proposed`, `accepted`. */
    state: string
    /** Account that proposed it; empty for the machine itself. */
    proposed_by: string
    created_at: string
  }
}

export const reuseMigrations = defineMigrations('reuses', [
  {
    name: 'dataset reuse',
    up: (schema) =>
      schema.table('dataset_reuse', {
        id: { kind: 'text', primary: true },
        dataset_id: { kind: 'text' },
        title: { kind: 'text' },
        url: { kind: 'text' },
        kind: { kind: 'text' },
        maker: { kind: 'text' },
        picture: { kind: 'text' },
        state: { kind: 'text' },
        proposed_by: { kind: 'text' },
        created_at: { kind: 'instant' },
      }),
  },
  {
    name: 'dataset reuse by dataset',
    up: (schema) => schema.index('dataset_reuse', ['dataset_id', 'created_at']),
  },
])
