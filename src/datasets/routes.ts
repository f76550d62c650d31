import Type from 'typebox'
import type { App } from '../http/app.ts'
import { DatasetDefinition } from './schema.ts'
import type { Datasets } from './service.ts'

export function datasetRoutes(app: App, datasets: Datasets): void {
  app.get(
    '/api/v1/datasets',
    {
      schema: {
        tags: ['datasets'],
        summary: 'Every dataset of this instance with its fields',
        response: { 200: Type.Object({ datasets: Type.Array(DatasetDefinition) }) },
      },
    },
    () => ({ datasets: datasets.list() }),
  )

  app.get(
    '/api/v1/datasets/:id',
    {
      schema: {
        tags: ['datasets'],
        summary: 'One dataset with its fields',
        params: Type.Object({ id: Type.String() }),
        response: { 200: DatasetDefinition },
      },
    },
    (request) => datasets.get(request.params.id),
  )
}
