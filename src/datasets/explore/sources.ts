/** What the API reads: a dataset at one moment, with what tells its rows apart. */
import type { ColumnSpec } from '../../engines/columnar/columnar.ts'
import type { Expression, From } from '../../engines/columnar/query.ts'
import type { WordIndex } from '../odsql/relation.ts'
import { columnsOf, provenanceColumns } from '../rules.ts'
import type { DatasetDefinition, DatasetMetadata } from '../schema.ts'
import type { Datasets } from '../service.ts'
import { rowNumberColumn } from '../versions-rules.ts'

export interface Source {
  definition: DatasetDefinition
  from: From
  /** Keeps the rows of the moment asked for. */
  where?: Expression
  /** Of all these rows, where it is known without counting. */
  rowCount?: number
  /** Columns that together tell any two rows apart. */
  rowOrder: readonly ColumnSpec[]
  /** Where the words of these rows are, when they are indexed. */
  words?: WordIndex
  /** Version of a snapshot; null where rows have none. */
  version: number | null
  /** Text for `at=` that gives these rows again; null when nothing does. */
  moment: string | null
  /** Changes whenever an answer from these rows could; null when nobody can say. */
  state: string | null
  /** When the dataset was changed last; null for those of the product. */
  modifiedAt: string | null
}

export interface DatasetSummary {
  definition: DatasetDefinition
  metadata: DatasetMetadata
  version: number | null
  /** ISO instants; null for datasets of the product. */
  createdAt: string | null
  modifiedAt: string | null
}

/** The datasets as the API needs them: `datasetSources` in the product. */
export interface Sources {
  list(): DatasetSummary[]
  /** Throws `not_found`. */
  describe(id: string): DatasetSummary
  /** Throws `not_found`, `invalid_input` for an `at` that cannot be read, `gone` for a version that is purged. */
  source(id: string, at?: string): Promise<Source>
}

export function datasetSources(
  datasets: Datasets,
  now: () => Date,
  wordsOf: (id: string, version: number | null) => WordIndex | undefined = () => undefined,
): Sources {
  const describe = (id: string): DatasetSummary => {
    const { definition, metadata, currentVersion, createdAt, modifiedAt } = datasets.describe(id)
    return { definition, metadata, version: currentVersion, createdAt, modifiedAt }
  }
  return {
    list: () => datasets.list().map(({ id }) => describe(id)),
    describe,
    async source(id, at) {
      const found = await datasets.source(id, at === undefined ? {} : { at })
      const { definition, from, where, version, receivedUntil, etag, rowCount } = found
      const { createdAt, modifiedAt } = datasets.describe(id)
      const words = wordsOf(id, version)
      const isVersioned = createdAt !== null && definition.kind === 'snapshot'
      const until = definition.receiveTime ? (receivedUntil ?? now().toISOString()) : null
      return {
        definition,
        from,
        ...(where && { where }),
        ...(rowCount !== undefined && { rowCount }),
        ...(words && { words }),
        rowOrder: isVersioned ? [rowNumberColumn] : rowOrderOf(definition),
        version,
        moment: definition.kind === 'stream' ? until : version === null ? null : `v${version}`,
        state: etag,
        modifiedAt,
      }
    },
  }
}

/** Streams: the spool position. The product's own snapshots have no row numbers: what sorts them. */
function rowOrderOf(definition: DatasetDefinition): readonly ColumnSpec[] {
  if (definition.kind === 'stream') return provenanceColumns
  const columns = definition.fields.flatMap(columnsOf)
  return definition.sortBy.flatMap((name) => columns.find((column) => column.name === name) ?? [])
}
