import Type from 'typebox'
import type { App } from '../http/app.ts'
import { withReceiveTime } from './metadata-rules.ts'
import { DatasetDefinition, DatasetMetadata, DescribedDataset } from './schema.ts'
import type { SeenDatasets } from './seen.ts'
import type { Datasets, Described } from './service.ts'

const { title, description, sortBy, fields, kind, eventTime, receiveTime } = DatasetDefinition.properties

/** What people may write to make a dataset. */
const NewDataset = Type.Object(
  {
    id: DatasetDefinition.properties.id,
    kind: { ...kind, default: 'snapshot' as const },
    eventTime,
    receiveTime,
    title,
    description,
    fields,
    simulated: Type.Boolean({ default: false }),
    sortBy: Type.Array(Type.String(), { default: [] }),
    metadata: Type.Optional(Type.Partial(DatasetMetadata)),
  },
  { additionalProperties: false },
)

const DatasetChange = Type.Object(
  {
    title: Type.Optional(title),
    description: Type.Optional(description),
    fields: Type.Optional(fields),
    sortBy: Type.Optional(sortBy),
    metadata: Type.Optional(Type.Partial(DatasetMetadata, { additionalProperties: false })),
  },
  { additionalProperties: false, minProperties: 1 },
)

/** An answer without body. */
export const NoContent = Type.Unsafe<undefined>({ type: 'null' })

export const DatasetParams = Type.Object({ id: Type.String({ description: 'id of the dataset' }) })

const flat = ({
  definition,
  metadata,
  currentVersion,
  createdAt,
  modifiedAt,
  isBuiltIn,
}: Described): DescribedDataset => ({
  ...definition,
  metadata,
  currentVersion,
  createdAt,
  modifiedAt,
  isBuiltIn,
})

export function datasetRoutes(app: App, datasets: Datasets, seen: SeenDatasets): void {
  app.get(
    '/api/v1/datasets',
    {
      config: { door: { action: 'discover', catalogue: true } },
      schema: {
        tags: ['datasets'],
        summary: 'Every dataset that one may know of, with its fields',
        response: { 200: Type.Object({ datasets: Type.Array(DescribedDataset) }) },
      },
    },
    async ({ principal }) => ({ datasets: (await seen.list(principal)).map(flat) }),
  )

  app.get(
    '/api/v1/datasets/:id',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags: ['datasets'],
        summary: 'One dataset with its fields',
        params: DatasetParams,
        response: { 200: DescribedDataset },
      },
    },
    async ({ principal, params }) => flat(await seen.describe(principal, params.id)),
  )

  app.post(
    '/api/v1/datasets',
    {
      config: { door: { account: 'steward' } },
      schema: {
        tags: ['datasets'],
        summary: 'Make an empty dataset',
        description:
          'Rows of a snapshot come as files, those of a stream by POST …/rows; a stream names the timestamp that is its eventTime. Without receiveTime it gets the field received_at.',
        body: NewDataset,
        response: { 201: DescribedDataset },
      },
    },
    async (request, reply) => {
      const { metadata, ...definition } = request.body
      const made = await datasets.create(withReceiveTime(definition), metadata)
      reply.header('location', `/api/v1/datasets/${encodeURIComponent(definition.id)}`)
      return reply.code(201).send(flat(made))
    },
  )

  app.patch(
    '/api/v1/datasets/:id',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags: ['datasets'],
        summary: 'Change what is told about a dataset, or its fields',
        description:
          'Only what is given changes; metadata are merged key by key. Fields of other types make a new version of the rows; if a row does not convert, nothing changes (409).',
        params: DatasetParams,
        body: DatasetChange,
        response: { 200: DescribedDataset },
      },
    },
    async (request) => flat(await datasets.update(request.params.id, request.body)),
  )

  app.delete(
    '/api/v1/datasets/:id',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags: ['datasets'],
        summary: 'Delete a dataset with all its versions',
        description: 'The changelog keeps the fact.',
        params: DatasetParams,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await datasets.delete(request.params.id)
      return reply.code(204).send()
    },
  )
}
