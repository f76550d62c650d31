import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../http/app.ts'
import type { Changes, DatasetChanges } from './changes.ts'
import { toCsv, toJsonLines } from './changes-lines.ts'
import { fieldChange } from './changes-row.ts'
import { qualityRoutes } from './quality/routes.ts'
import { DatasetParams, NoContent } from './routes.ts'
import { DatasetDefinition, DatasetVersion, SeenVersion } from './schema.ts'
import type { SeenDatasets } from './seen.ts'
import type { Datasets } from './service.ts'

const At = Type.String({
  description:
    'a version such as v12, a day such as 2026-03-01 (as it ended, UTC), or an instant such as 2026-03-01T08:00:00Z',
})

const VersionAt = Type.Object({
  ...SeenVersion.properties,
  /** As they were, as far as one sees them today. */
  fields: DatasetDefinition.properties.fields,
})

/** Aborts when the client leaves before the answer is whole, so that its query stops in the engine. */
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

/** Answers 304 when the client has this state already. */
export function isKnown(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag).header('cache-control', 'no-cache')
  const known = request.headers['if-none-match']
  if (!known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, '')))
    return false
  reply.code(304)
  return true
}

export const changeLines = ({ before, after, changes }: Changes) =>
  (async function* () {
    for await (const change of changes) yield fieldChange({ before, after }, change)
  })()

/** What counts all rows, or tells that any of them changed, is for who sees all of them. */
const seenVersion = (version: DatasetVersion, rows: 'none' | 'some' | 'all'): SeenVersion =>
  rows === 'all'
    ? version
    : { ...version, rowCount: null, byteCount: null, checksum: null, rejectedCount: null }

export function versionRoutes(
  app: App,
  { datasets, changes, seen }: { datasets: Datasets; changes: DatasetChanges; seen: SeenDatasets },
): void {
  qualityRoutes(app, datasets, seen)
  app.get(
    '/api/v1/datasets/:id/versions',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags: ['versions'],
        summary: 'The versions of a dataset, newest first',
        description: 'Those whose rows are no longer kept stay in the list with the state “purged”.',
        params: DatasetParams,
        response: { 200: Type.Object({ versions: Type.Array(SeenVersion) }), 304: NoContent },
      },
    },
    async (request, reply) => {
      const { rows } = await seen.describe(request.principal, request.params.id)
      const versions = await datasets.versions(request.params.id)
      const kept = versions.filter(({ state }) => state === 'kept').length
      const last = versions[0]
      const etag = `W/"${last?.version ?? 0}-${kept}-${Date.parse(last?.createdAt ?? '') || 0}-${rows}"`
      if (isKnown(request, reply, etag)) return reply.send(undefined)
      return { versions: versions.map((version) => seenVersion(version, rows)) }
    },
  )

  app.get(
    '/api/v1/datasets/:id/versions/:at',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags: ['versions'],
        summary: 'The version in force at a moment, with its fields',
        params: Type.Object({ ...DatasetParams.properties, at: At }),
        response: { 200: VersionAt },
      },
    },
    async (request, reply) => {
      const { id, at } = request.params
      const shown = await seen.describe(request.principal, id)
      const { version, definition } = await datasets.source(id, { at })
      const names = new Set(shown.definition.fields.map(({ name }) => name))
      reply.header('lacydon-dataset-version', `v${version}`)
      const found = (await datasets.versions(id)).find((candidate) => candidate.version === version)!
      return {
        ...seenVersion(found, shown.rows),
        fields: definition.fields.filter(({ name }) => names.has(name)),
      }
    },
  )

  app.post(
    '/api/v1/datasets/:id/rollback',
    {
      config: { door: { account: 'steward', dataset: 'id' } },
      schema: {
        tags: ['versions'],
        summary: 'Make a new version equal to an old one',
        params: DatasetParams,
        body: Type.Object(
          { version: Type.Integer({ minimum: 1 }), note: Type.Optional(Type.String({ maxLength: 1000 })) },
          { additionalProperties: false },
        ),
        response: { 201: DatasetVersion },
      },
    },
    async (request, reply) => {
      const { version, note } = request.body
      return reply.code(201).send(await datasets.rollback(request.params.id, version, note))
    },
  )

  app.get(
    '/api/v1/datasets/:id/diff',
    {
      config: { door: { action: 'export', dataset: 'id' } },
      schema: {
        tags: ['versions'],
        summary: 'What makes the rows of one version those of another',
        description:
          'One operation a line: `{"op","row","changed"}`, op insert, update or delete. Rows are recognised by the fields annotated `id`, else by their whole content. As CSV: `op`, then the columns.',
        params: DatasetParams,
        querystring: Type.Object({
          from: At,
          to: Type.Optional(At),
          format: Type.Union([Type.Literal('jsonl'), Type.Literal('csv')], { default: 'jsonl' }),
        }),
        produces: ['application/x-ndjson', 'text/csv'],
      },
    },
    async (request, reply) => {
      const { from, to, format } = request.query
      const { id } = request.params
      const open = seen.rowsFor(request.principal, 'export')
      const found = await changes.between(open, id, from, to, { signal: leaving(reply) })
      request.access?.addColumns(found.columns)
      reply.header('lacydon-dataset-version', `v${found.version}`)
      if (format === 'csv') {
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${id}-changes.csv"`)
        return reply.send(Readable.from(toCsv(found.columns, found.changes)))
      }
      return reply.type('application/x-ndjson').send(Readable.from(toJsonLines(changeLines(found))))
    },
  )
}
