/** Keeps the product's reference data in the catalogue. */
import { createHash } from 'node:crypto'
import type { Datasets } from '../datasets/service.ts'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../engines/columnar/columnar.ts'
import type { Snapshots } from '../engines/columnar/snapshots.ts'
import { codeDatasets, demoDatasets, type ReferenceDataset } from './reference-datasets.ts'

export interface ReferenceLoad {
  store: Columnar & Snapshots
  datasets: Datasets
  log: { warn(details: object, text: string): void }
  withDemo: boolean
}

const referenceIds = new Set([...codeDatasets, ...demoDatasets].map(({ definition }) => definition.id))

/** What the package brings is public, whenever it comes. */
export const isReferenceDataset = (id: string): boolean => referenceIds.has(id)

/**
 * Publishes what the package brings and the catalogue has not had yet. A dataset that people changed or rolled back
 * stays as they left it until the package brings other rows. One that fails does not stop the others, nor the start.
 */
export async function loadReferenceData({ withDemo, ...load }: ReferenceLoad): Promise<void> {
  for (const reference of [...codeDatasets, ...(withDemo ? demoDatasets : [])])
    try {
      await bring(reference, load)
    } catch (error) {
      const { id } = reference.definition
      load.log.warn({ dataset: id, error: (error as Error).message }, 'reference data could not be loaded')
    }
}

async function bring(
  { definition, metadata, origin, rows }: ReferenceDataset,
  { store, datasets }: Omit<ReferenceLoad, 'withDemo'>,
): Promise<void> {
  const { id, fields } = definition
  const isKnown = datasets.list().some((known) => known.id === id)
  if (!isKnown) await datasets.create(definition, metadata)
  const content = rows()
  const print = createHash('sha256')
    .update(JSON.stringify([fields, content]))
    .digest('hex')
    .slice(0, 12)
  const label = `${origin} (${print})`
  const versions = await datasets.versions(id)
  if (versions.some((version) => version.origin === label)) return
  const staging = datasets.stagingTable(id, fields)
  const outcome = await store.load(staging, { kind: 'batches', batches: oneBatch(staging, content) })
  try {
    await datasets.publish(id, staging.name, outcome, { origin: label, fields })
  } catch (error) {
    await store.drop(staging.name).catch(() => undefined)
    throw error
  }
}

async function* oneBatch(staging: Parameters<typeof batchOfRows>[0], rows: readonly Row[]) {
  yield batchOfRows(staging, rows)
}
