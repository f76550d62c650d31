import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { invalidInput } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import { LoadOptions, LoadPlan, LoadView, PlanView, TextLayout } from './schema.ts'
import type { Loads } from './service.ts'

const tags = ['loading']
const DatasetParams = Type.Object({ id: Type.String({ maxLength: 100 }) })
const LoadParams = Type.Object({ id: Type.String({ maxLength: 100 }), load: Type.String({ maxLength: 60 }) })
const planBytes = 16 * 1024 * 1024
const schemaBytes = 4 * 1024 * 1024

/** Offsets and lengths are digits only: `1e3` and `0x10` are no header values. */
function wholeHeader(request: FastifyRequest, name: string): number | undefined {
  const text = request.headers[name]
  if (text === undefined) return undefined
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text))
    throw invalidInput(`The header ${name} is “${String(text).slice(0, 40)}”: write a whole number of bytes.`)
  return Number(text)
}

const locationOf = (view: LoadView) => `/api/v1/datasets/${view.datasetId}/loads/${view.id}`

function offsetHeaders(reply: FastifyReply, { receivedBytes, sizeBytes }: LoadView): void {
  reply.header('upload-offset', String(receivedBytes)).header('cache-control', 'no-store')
  if (sizeBytes >= 0) reply.header('upload-length', String(sizeBytes))
}

export function loadingRoutes(app: App, loads: Loads): void {
  // Bodies here are files: they are streamed to disk whatever their type is.
  app.register(async (files: App) => {
    files.removeAllContentTypeParsers()
    files.addContentTypeParser('*', (_, payload, done) => done(null, payload))

    files.post(
      '/api/v1/datasets/:id/versions',
      {
        config: { door: { account: 'steward', dataset: 'id', makes: true } },
        schema: {
          tags,
          summary: 'Load a file as the next version',
          description:
            'The body is the file (CSV, XLSX, JSON, GeoJSON, Parquet, Shapefile zip…; its type is found by its content). Without a body and with the header Upload-Length it begins an upload in pieces: send them by PATCH to the address in Location. The load runs in the background.',
          params: DatasetParams,
          querystring: LoadOptions,
          response: { 201: LoadView, 202: LoadView },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const sizeBytes = wholeHeader(request, 'upload-length')
        const view = await loads.begin(id, request.query, sizeBytes === undefined ? {} : { sizeBytes })
        reply.header('location', locationOf(view))
        if (sizeBytes !== undefined) {
          offsetHeaders(reply, view)
          return reply.code(201).send(view)
        }
        const body = (request.body ?? request.raw) as AsyncIterable<Uint8Array>
        try {
          return reply.code(202).send(await loads.append(id, view.id, 0, body, true))
        } catch (error) {
          await loads.cancel(id, view.id)
          throw error
        }
      },
    )

    files.patch(
      '/api/v1/datasets/:id/loads/:load',
      {
        config: { door: { account: 'steward', dataset: 'id' } },
        schema: {
          tags,
          summary: 'Send a piece of the file',
          description:
            'The header Upload-Offset says where it begins. After a cut ask for the offset by HEAD and go on from there; the load starts with the last byte.',
          params: LoadParams,
        },
      },
      async (request, reply) => {
        const { id, load } = request.params
        const offset = wholeHeader(request, 'upload-offset')
        if (offset === undefined)
          throw invalidInput('The header Upload-Offset is missing: say where the piece begins.')
        const body = (request.body ?? request.raw) as AsyncIterable<Uint8Array>
        offsetHeaders(reply, await loads.append(id, load, offset, body))
        return reply.code(204).send()
      },
    )
  })

  app.get(
    '/api/v1/datasets/:id/loads',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Loads of a dataset, newest first',
        params: DatasetParams,
        response: { 200: Type.Object({ loads: Type.Array(LoadView) }) },
      },
    },
    async ({ params }) => ({ loads: await loads.list(params.id) }),
  )

  app.get(
    '/api/v1/datasets/:id/loads/:load',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'State and progress of a load; as server-sent events when text/event-stream is accepted',
        params: LoadParams,
        response: { 200: LoadView },
      },
    },
    async (request, reply) => {
      const { id, load } = request.params
      const view = await loads.view(id, load)
      if (request.headers.accept?.includes('text/event-stream'))
        return streamLoad(loads, view, request, reply)
      offsetHeaders(reply, view)
      return view
    },
  )

  app.get(
    '/api/v1/datasets/:id/loads/:load/plan',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Plan of a load and its first rows',
        params: LoadParams,
        response: { 200: PlanView },
      },
    },
    ({ params }) => loads.preview(params.id, params.load),
  )

  app.post(
    '/api/v1/datasets/:id/loads/:load/plan',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Plan again, with the text read as a person says it is written',
        description:
          'Delimiter, quote, encoding, lines before the first row, decimal mark. The new plan waits for a person, and the next file of the dataset is read in the same way.',
        params: LoadParams,
        body: Type.Object({ layout: TextLayout }),
        response: { 202: LoadView },
      },
    },
    async ({ params, body }, reply) =>
      reply.code(202).send(await loads.replan(params.id, params.load, body.layout)),
  )

  app.put(
    '/api/v1/datasets/:id/loads/:load/schema',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      bodyLimit: schemaBytes,
      schema: {
        tags,
        summary: 'Table Schema by which the load is typed and validated; before its file is whole',
        params: LoadParams,
        body: Type.Unknown(),
        response: { 200: LoadView },
      },
    },
    ({ params, body }) => loads.setSchema(params.id, params.load, JSON.stringify(body)),
  )

  app.post(
    '/api/v1/datasets/:id/loads/:load/start',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      bodyLimit: planBytes,
      schema: {
        tags,
        summary: 'Load by a plan that a person has seen',
        params: LoadParams,
        body: Type.Optional(Type.Object({ plan: Type.Optional(LoadPlan) })),
        response: { 202: LoadView },
      },
    },
    async ({ params, body }, reply) =>
      reply.code(202).send(await loads.start(params.id, params.load, body?.plan)),
  )

  app.post(
    '/api/v1/datasets/:id/loads/:load/accept',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Publish a load that was held because it differs much from the version before',
        params: LoadParams,
        response: { 202: LoadView },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await loads.accept(params.id, params.load)),
  )

  app.delete(
    '/api/v1/datasets/:id/loads/:load',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: { tags, summary: 'Cancel a load', params: LoadParams, response: { 200: LoadView } },
    },
    ({ params }) => loads.cancel(params.id, params.load),
  )

  app.get(
    '/api/v1/datasets/:id/loads/:load/rejects.csv',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Rejected rows with their reasons, to be corrected and sent back with ?corrects=',
        params: LoadParams,
      },
    },
    async ({ params }, reply) => {
      const { Readable } = await import('node:stream')
      reply
        .header('content-disposition', `attachment; filename="${params.id}-rejects.csv"`)
        .type('text/csv; charset=utf-8')
      return reply.send(Readable.from(await loads.rejectedRows(params.id, params.load)))
    },
  )
}

const finalStates = new Set(['published', 'failed', 'cancelled', 'held', 'planned'])

/** One event for each change, until the load waits for a person or has ended. */
function streamLoad(
  loads: Loads,
  first: LoadView,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (view: LoadView) => {
    // A reader who does not read gets the next change that finds room.
    if (response.writableLength > 64 * 1024 && !finalStates.has(view.state)) return
    response.write(`event: load\ndata: ${JSON.stringify(view)}\n\n`)
    if (finalStates.has(view.state)) response.end()
  }
  const leave = loads.watch(first.id, write)
  request.raw.once('close', leave)
  response.once('close', leave)
  // What changed between the question and the watch is told too.
  void loads.view(first.datasetId, first.id).then(write, () => response.end())
  return reply
}
