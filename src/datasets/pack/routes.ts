import Type from 'typebox'
import type { App } from '../../http/app.ts'
import { everythingVisible, type VisibleFields } from '../explore/access.ts'
import { askerOf, matchesTag, parametersOf, untilClientLeaves } from '../explore/door.ts'
import { sendFile } from '../explore/exports.ts'
import { untilRightEnds } from '../explore/watched.ts'
import { outlet } from '../exports/outlet.ts'
import { openPack, type PackOptions } from './pack.ts'

export function packRoutes(
  app: App,
  options: Omit<PackOptions, 'visibleFields'> & { visibleFields?: VisibleFields },
): void {
  const all = { visibleFields: everythingVisible, ...options }
  app.get(
    '/api/v1/packs',
    {
      config: { door: { action: 'export', dataset: 'datasets' } },
      schema: {
        tags: ['datasets'],
        summary: 'Several datasets as one zip archive: CSV, dictionary, licences, checksums',
        description:
          'The README of a pack names the address that gives the same bytes again. Rows come as they were at `at`, or at the moment written after an id: a@v3,b@2026-03-01T08:00:00Z.',
        querystring: Type.Object({
          datasets: Type.String({ maxLength: 16_000, description: 'ids, parted by commas' }),
          at: Type.Optional(
            Type.String({ description: 'A version (v12), a day or an instant, for all of them' }),
          ),
        }),
      },
    },
    async (request, reply) => {
      const { datasets, at } = request.query
      const asker = askerOf(request, parametersOf(request))
      const pack = await openPack(all, datasets, at, asker, request.access)
      reply.header(
        'cache-control',
        pack.isPublic ? 'public, max-age=0, must-revalidate' : 'private, no-store',
      )
      if (pack.etag !== null) reply.header('etag', pack.etag)
      if (pack.etag !== null && matchesTag(request.headers['if-none-match'], pack.etag))
        return reply.code(304).send()
      const abort = new AbortController()
      const leaving = AbortSignal.any([untilClientLeaves(reply), abort.signal])
      const signal = untilRightEnds(request, reply, pack.visible, leaving)
      const pieces = outlet(pack.write(signal), { abort: () => abort.abort() })
      return sendFile(reply, pieces, { contentType: 'application/zip', fileName: 'pack.zip' })
    },
  )
}
