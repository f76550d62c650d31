import { defineMigrations } from '../engines/control/migrations.ts'

/** Control tables of the datasets slice. Definitions and metadata are JSON of `schema.ts`; instants are ISO text in UTC. */
export type DatasetTables = {
  dataset: {
    id: string
    definition: string
    metadata: string
    /** Version that readers get, 0 before the first, −1 while the dataset is being deleted. */
    current_version: number
    created_at: string
    modified_at: string
  }
  dataset_version: {
    dataset_id: string
    version: number
    /** The fields as they were: a later version may have others. */
    fields: string
    row_count: number
    byte_count: number
    /** SHA-256 of the rows, hex: equal content has an equal checksum. */
    checksum: string
    /** Where the rows came from: a file name, a source, `rollback to v3`. */
    origin: string
    note: string
    rejected_count: number
    created_at: string
    /** `staged`: archived, not yet current; `kept`: readable by `at=`; `purged`: only this line is left. */
    state: string
  }
  /** The changelog. It outlives the dataset. */
  dataset_event: {
    id: string
    dataset_id: string
    at: string
    /** `created`, `version`, `definition`, `metadata`, `deleted`. */
    kind: string
    version: number | null
    /** Title of the dataset then, French and English. */
    title: string
    note: string
  }
}

export const datasetMigrations = defineMigrations('datasets', [
  {
    name: 'dataset',
    up: (schema) =>
      schema.table('dataset', {
        id: { kind: 'text', primary: true },
        definition: { kind: 'json' },
        metadata: { kind: 'json' },
        current_version: { kind: 'integer', default: 0 },
        created_at: { kind: 'instant' },
        modified_at: { kind: 'instant' },
      }),
  },
  {
    name: 'dataset version',
    up: (schema) =>
      schema.table(
        'dataset_version',
        {
          dataset_id: { kind: 'text', references: 'dataset.id', onDelete: 'cascade' },
          version: { kind: 'integer' },
          fields: { kind: 'json' },
          row_count: { kind: 'integer' },
          byte_count: { kind: 'integer' },
          checksum: { kind: 'text' },
          origin: { kind: 'text' },
          note: { kind: 'text' },
          rejected_count: { kind: 'integer', default: 0 },
          created_at: { kind: 'instant' },
          state: { kind: 'text' },
        },
        { primaryKey: ['dataset_id', 'version'] },
      ),
  },
  {
    name: 'dataset event',
    up: (schema) =>
      schema.table('dataset_event', {
        id: { kind: 'text', primary: true },
        dataset_id: { kind: 'text' },
        at: { kind: 'instant' },
        kind: { kind: 'text' },
        version: { kind: 'integer', optional: true },
        title: { kind: 'json' },
        note: { kind: 'text' },
      }),
  },
  { name: 'dataset event by dataset', up: (schema) => schema.index('dataset_event', ['dataset_id', 'at']) },
  { name: 'dataset event by time', up: (schema) => schema.index('dataset_event', ['at']) },
])
