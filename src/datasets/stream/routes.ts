import Type from 'typebox'
import type { App } from '../../http/app.ts'
import { askerOf, parametersOf } from '../explore/door.ts'
import { noteUse } from '../explore/use.ts'
import { readDuration } from './duration.ts'
import type { RowStreams } from './row-streams.ts'

const clause = (description: string) => Type.Optional(Type.String({ description }))

/** `/api/v1/datasets/vessels/stream` is a path of its own, more exact than this one: it keeps its answers. */
export function streamRoutes(app: App, streams: RowStreams): void {
  app.get(
    '/api/v1/datasets/:id/stream',
    {
      config: { door: { action: 'stream', dataset: 'id' } },
      schema: {
        tags: ['streams'],
        summary: 'New rows of a stream dataset as they come, as server-sent events',
        description:
          'Events “rows” hold the last row of each key that passed the condition in an interval. Last-Event-ID resumes without a gap. A comment comes at least every 15 s; a reader 1 MiB behind is dropped.',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          select: clause('Fields and expressions, ODSQL'),
          where: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
          timezone: clause('IANA time zone of datetimes'),
          lang: clause('Language of names of days and months'),
          interval: clause('Least time between two events, 1s (default) to 1h'),
        }),
      },
    },
    async (request, reply) => {
      const { select, where, timezone, lang, interval = '1s' } = request.query
      const id = request.headers['last-event-id']
      const wanted = {
        id: request.params.id,
        select,
        where: where === undefined ? [] : typeof where === 'string' ? [where] : where,
        timezone,
        lang,
        intervalMs: readDuration('interval', interval, '1s', '1h'),
        lastEventId: typeof id === 'string' && id !== '' ? id : undefined,
      }
      const response = reply.raw
      let hasLeft = false
      response.once('close', () => {
        hasLeft = true
      })
      const parameters = parametersOf(request)
      const leave = await streams.join(wanted, askerOf(request, parameters), ({ fields, isPublic }) => {
        noteUse(request, parameters, fields, isPublic)
        reply.hijack()
        response.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
        })
        return {
          write: (text) => {
            response.write(text)
            return response.writableLength
          },
          sent: (rows) => {
            request.access?.addRows(rows)?.catch(() => response.destroy())
          },
          drop: () => response.destroy(),
          revoked: () => {
            if (request.access) request.access.endedBy = 'revocation'
          },
        }
      })
      if (hasLeft) leave()
      else response.once('close', leave)
    },
  )
}
