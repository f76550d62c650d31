import { expect, it } from 'vitest'
import { aisDatasets } from './datasets.ts'

it.each(aisDatasets.map((dataset) => [dataset.id, dataset] as const))(
  'says whose %s is, under which terms and what it is about',
  (_, { metadata, simulated }) => {
    expect(metadata).toMatchObject({
      publisher: expect.stringMatching(/./),
      license: simulated ? 'CC0 1.0' : 'source-terms',
      sector: ['maritime-safety'],
    })
    expect(metadata!.theme.length).toBeGreaterThan(0)
    expect(metadata!.territory.length > 0).toBe(simulated)
  },
)
