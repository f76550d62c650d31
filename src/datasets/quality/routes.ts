import Type from 'typebox'
import type { App } from '../../http/app.ts'
import type { SeenDatasets } from '../seen.ts'
import type { Datasets } from '../service.ts'
import { Qualities } from './qualities.ts'
import { Quality } from './schema.ts'

/** How good each dataset is, and why: shown on its page, and a facet of the catalogue. */
export function qualityRoutes(app: App, datasets: Datasets, seen: SeenDatasets): void {
  const qualities = new Qualities(datasets, () => new Date())
  app.get(
    '/api/v1/quality',
    {
      config: { door: { action: 'discover', catalogue: true } },
      schema: {
        tags: ['datasets'],
        summary: 'Quality of every dataset that one may know of, 0 to 100',
        response: { 200: Type.Object({ qualities: Type.Array(Quality) }) },
      },
    },
    async ({ principal }) => {
      const open = seen.rowsFor(principal, 'query')
      const found: Quality[] = []
      for (const dataset of await seen.list(principal)) found.push(await qualities.of(dataset, open))
      return { qualities: found }
    },
  )
  app.get(
    '/api/v1/datasets/:id/quality',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags: ['datasets'],
        summary: 'Quality of a dataset with its reasons',
        description:
          'Filled cells, accepted rows, freshness against the promised rhythm, described fields, licence, description and publisher; weights in data/codes/quality-weights.csv. A share is null where it cannot be judged, such as of rows that one does not see: it does not count then.',
        params: Type.Object({ id: Type.String() }),
        response: { 200: Quality },
      },
    },
    async ({ principal, params }) =>
      qualities.of(await seen.describe(principal, params.id), seen.rowsFor(principal, 'query')),
  )
}
