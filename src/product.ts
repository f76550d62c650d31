import { aisDatasets } from './connectors/ais/datasets.ts'
import type { BuiltInDataset } from './datasets/schema.ts'
import { journalDatasets } from './journal/datasets.ts'
import { presenceDatasets } from './sharing/presence.ts'

/** Every dataset the product itself defines. Nothing is found by scanning: what exists is listed here. */
export const productDatasets: readonly BuiltInDataset[] = [
  ...aisDatasets,
  ...presenceDatasets,
  ...journalDatasets,
]
