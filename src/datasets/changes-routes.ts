import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../http/app.ts'
import type { DatasetChanges } from './changes.ts'
import { atomFeed, type Feed, jsonFeed } from './changes-feed.ts'
import { toJsonLines } from './changes-lines.ts'
import { type FeedLanguage, feedEntry, feedLanguages, feedTitle } from './changes-texts.ts'
import { DatasetParams } from './routes.ts'
import type { SeenDatasets } from './seen.ts'
import type { Datasets } from './service.ts'
import { changeLines, isKnown, leaving } from './versions-routes.ts'

const feedEntries = 50

const FeedQuery = Type.Object({
  lang: Type.Union(
    feedLanguages.map((language) => Type.Literal(language)),
    { default: 'fr' },
  ),
})

export function changeRoutes(
  app: App,
  {
    datasets,
    changes,
    seen,
    publicUrl,
  }: { datasets: Datasets; changes: DatasetChanges; seen: SeenDatasets; publicUrl: string | undefined },
): void {
  app.get(
    '/api/v1/datasets/:id/changes',
    {
      config: { door: { action: 'export', dataset: 'id' } },
      schema: {
        tags: ['versions'],
        summary: 'What changed since a reader last asked',
        description:
          'One operation a line, as in /diff, and a last line `{"next":"…"}`: give it as `since` the next time. Without `since`, all rows of a snapshot as inserts; of a stream, nothing but where to begin. An answer without its last line was cut short.',
        params: DatasetParams,
        querystring: Type.Object({ since: Type.Optional(Type.String()) }),
        produces: ['application/x-ndjson'],
      },
    },
    async (request, reply) => {
      const open = seen.rowsFor(request.principal, 'export')
      const { id } = request.params
      const found = await changes.since(open, id, request.query.since, { signal: leaving(reply) })
      request.access?.addColumns(found.columns)
      if (found.version !== null) reply.header('lacydon-dataset-version', `v${found.version}`)
      const lines = (async function* () {
        yield* changeLines(found)
        yield { next: found.next }
      })()
      return reply.type('application/x-ndjson').send(Readable.from(toJsonLines(lines)))
    },
  )

  async function feedOf(
    request: FastifyRequest,
    id: string | undefined,
    language: FeedLanguage,
  ): Promise<Feed> {
    const { principal } = request
    const one = id === undefined ? undefined : await seen.describe(principal, id)
    const isKnown = one ? () => true : await seen.mayKnow(principal)
    const events = await datasets.events(id, feedEntries, ({ datasetId }) => isKnown(datasetId))
    const title = one && (events[0]?.title[language] ?? one.definition.title[language])
    const path = id === undefined ? '/datasets' : `/datasets/${encodeURIComponent(id)}`
    return {
      title: feedTitle(language, title),
      base: (publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/$/, ''),
      pagePath: path,
      feedPath: `/feeds${path}`,
      language,
      entries: events.map((event) => feedEntry(language, event)),
    }
  }

  function send(request: FastifyRequest, reply: FastifyReply, feed: Feed, format: 'atom' | 'json') {
    const newest = feed.entries[0]
    if (isKnown(request, reply, `W/"${newest?.id ?? 'empty'}-${feed.language}"`)) return reply.send()
    if (newest) reply.header('last-modified', new Date(newest.at).toUTCString())
    if (format === 'atom') return reply.type('application/atom+xml; charset=utf-8').send(atomFeed(feed))
    return reply.type('application/feed+json; charset=utf-8').send(JSON.stringify(jsonFeed(feed)))
  }

  for (const format of ['atom', 'json'] as const) {
    const name = format === 'atom' ? 'Atom' : 'JSON Feed'
    app.get(
      `/feeds/datasets.${format}`,
      {
        config: { door: { action: 'discover', catalogue: true } },
        schema: {
          tags: ['feeds'],
          summary: `The changelog of all datasets (${name})`,
          querystring: FeedQuery,
        },
      },
      async (request, reply) =>
        send(request, reply, await feedOf(request, undefined, request.query.lang), format),
    )
    app.get(
      `/feeds/datasets/:id.${format}`,
      {
        config: { door: { action: 'discover', dataset: 'id' } },
        schema: {
          tags: ['feeds'],
          summary: `The changelog of a dataset (${name})`,
          params: DatasetParams,
          querystring: FeedQuery,
        },
      },
      async (request, reply) =>
        send(request, reply, await feedOf(request, request.params.id, request.query.lang), format),
    )
  }
}
