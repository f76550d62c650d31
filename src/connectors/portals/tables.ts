import { defineMigrations } from '../../engines/control/migrations.ts'

/** Control tables of imports. `found` is JSON of `FoundDataset`, `options` of `ImportRequest`; instants are ISO in UTC. */
export type PortalTables = {
  portal_import: {
    id: string
    address: string
    /** Id of the connector, empty until the portal was recognised. */
    kind: string
    options: string
    state: string
    /** Where the catalogue goes on; empty before its first page. */
    cursor: string
    is_catalogue_read: number
    /** −1 until the portal says it. */
    datasets_there: number
    error: string
    created_at: string
    modified_at: string
  }
  portal_import_item: {
    import_id: string
    key: string
    position: number
    dataset_id: string
    found: string
    state: string
    load_id: string
    /** −1 where there is no number. */
    rows_read: number
    rows_here: number
    rows_rejected: number
    bytes: number
    sha256: string
    etag: string
    last_modified: string
    checksum_there: string
    checksum_here: string
    version: number
    reason: string
  }
  /** What is known of a dataset of a portal since its last import: how an unchanged one is recognised. */
  portal_dataset: {
    /** Connector and address without the question: `opendatasoft https://data.example.org`. */
    source: string
    key: string
    dataset_id: string
    revision: string
    sha256: string
    etag: string
    last_modified: string
    /** SHA-256 of the metadata as mapped. */
    metadata_sha256: string
    rows_here: number
    checksum: string
    version: number
    imported_at: string
  }
}

export const portalMigrations = defineMigrations('portals', [
  {
    name: 'portal import',
    up: (schema) =>
      schema.table('portal_import', {
        id: { kind: 'text', primary: true },
        address: { kind: 'text' },
        kind: { kind: 'text' },
        options: { kind: 'json' },
        state: { kind: 'text' },
        cursor: { kind: 'text' },
        is_catalogue_read: { kind: 'flag', default: 0 },
        datasets_there: { kind: 'integer' },
        error: { kind: 'json' },
        created_at: { kind: 'instant' },
        modified_at: { kind: 'instant' },
      }),
  },
  {
    name: 'portal import item',
    up: (schema) =>
      schema.table(
        'portal_import_item',
        {
          import_id: { kind: 'text', references: 'portal_import.id', onDelete: 'cascade' },
          key: { kind: 'text' },
          position: { kind: 'integer' },
          dataset_id: { kind: 'text' },
          found: { kind: 'json' },
          state: { kind: 'text' },
          load_id: { kind: 'text' },
          rows_read: { kind: 'integer' },
          rows_here: { kind: 'integer' },
          rows_rejected: { kind: 'integer' },
          bytes: { kind: 'integer' },
          sha256: { kind: 'text' },
          etag: { kind: 'text' },
          last_modified: { kind: 'text' },
          checksum_there: { kind: 'text' },
          checksum_here: { kind: 'text' },
          version: { kind: 'integer' },
          reason: { kind: 'json' },
        },
        { primaryKey: ['import_id', 'key'] },
      ),
  },
  {
    name: 'portal import item by state',
    up: (schema) => schema.index('portal_import_item', ['import_id', 'state', 'position']),
  },
  {
    name: 'portal dataset',
    up: (schema) =>
      schema.table(
        'portal_dataset',
        {
          source: { kind: 'text' },
          key: { kind: 'text' },
          dataset_id: { kind: 'text' },
          revision: { kind: 'text' },
          sha256: { kind: 'text' },
          etag: { kind: 'text' },
          last_modified: { kind: 'text' },
          metadata_sha256: { kind: 'text' },
          rows_here: { kind: 'integer' },
          checksum: { kind: 'text' },
          version: { kind: 'integer' },
          imported_at: { kind: 'instant' },
        },
        { primaryKey: ['source', 'key'] },
      ),
  },
  {
    name: 'portal dataset by id',
    up: (schema) => schema.index('portal_dataset', ['dataset_id']),
  },
])
