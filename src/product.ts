import { aisDatasets } from './connectors/ais/datasets.ts'
import type { DatasetDefinition } from './datasets/schema.ts'

/** Every dataset the product itself defines. Nothing is found by scanning: what exists is listed here. */
export const productDatasets: readonly DatasetDefinition[] = [...aisDatasets]
