import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { invalidInput } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import { askerOf, matchesTag, parametersOf, untilClientLeaves } from '../explore/door.ts'
import { noteUse } from '../explore/use.ts'
import { readDuration } from '../stream/duration.ts'
import { isTile, maxZoom, type TileAddress } from './mercator.ts'
import type { TileRequest, Tiles } from './tiles.ts'

const DatasetId = Type.Object({ id: Type.String() })
const TileParams = Type.Intersect([
  DatasetId,
  Type.Object({
    z: Type.Integer({ minimum: 0, maximum: maxZoom }),
    x: Type.Integer({ minimum: 0 }),
    y: Type.Integer({ minimum: 0 }),
  }),
])
const Texts = Type.Union([Type.String(), Type.Array(Type.String())])
const TileQuery = Type.Object({
  columns: Type.Optional(
    Type.String({
      description: 'Fields and expressions of each row, ODSQL; empty for none; default: the plain fields',
    }),
  ),
  where: Type.Optional(Texts),
  refine: Type.Optional(Texts),
  exclude: Type.Optional(Texts),
  timezone: Type.Optional(
    Type.String({ description: 'IANA time zone in which dates of conditions are read' }),
  ),
  at: Type.Optional(Type.String({ description: 'A version (v12), a day or an instant: rows as they were' })),
  geometry: Type.Optional(Type.String({ description: 'The field that is drawn, where there are several' })),
  window: Type.Optional(
    Type.String({
      description:
        'Streams: how far back from the last row received the latest state of each key is looked for, such as 1h (default), 7d or all',
    }),
  ),
})

const mvtType = 'application/vnd.mapbox-vector-tile'

export function tileRoutes(app: App, tiles: Tiles, options: { publicUrl?: string | undefined }): void {
  const tags = ['tiles']

  app.get(
    '/api/v1/datasets/:id/tiles/:z/:x/:y.mvt',
    {
      config: { door: { action: 'tiles', dataset: 'id' } },
      schema: {
        tags,
        summary: 'A vector tile: rows of the dataset in it, counted by cell where they are dense',
        description:
          'Layers “rows” (points, shapes) and “cells” (count). Empty tiles answer 204. Streams show the latest row of each key; conditions are asked of those.',
        params: TileParams,
        querystring: TileQuery,
      },
    },
    async (request, reply) => {
      const { z, x, y, id } = request.params
      if (!isTile({ z, x, y }))
        throw invalidInput(`There is no tile ${z}/${x}/${y}: x and y go up to ${2 ** z - 1}.`)
      return sendTile(tiles, requestOf(id, request.query), { z, x, y }, request, reply)
    },
  )

  app.get(
    '/api/v1/datasets/:id/tiles.json',
    {
      config: { door: { action: 'tiles', dataset: 'id' } },
      schema: {
        tags,
        summary: 'The tiles of a dataset as map libraries read them (TileJSON 3.0.0)',
        params: DatasetId,
        querystring: Type.Intersect([
          TileQuery,
          Type.Object({ lang: Type.Optional(Type.Union([Type.Literal('fr'), Type.Literal('en')])) }),
        ]),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const base = options.publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`
      const asker = askerOf(request, parametersOf(request))
      const { lang, ...given } = request.query
      const told = await tiles.describe(requestOf(id, given), asker, {
        address: `${base}/api/v1/datasets/${encodeURIComponent(id)}/tiles/{z}/{x}/{y}.mvt${passedOn(request)}`,
        lang: lang ?? 'fr',
        signal: untilClientLeaves(reply),
      })
      openToAll(reply)
      return told
    },
  )
}

/** What filters the tiles is part of their address; keys are not: they would be shown to whoever sees the map. */
function passedOn({ raw }: FastifyRequest): string {
  const given = new URLSearchParams(raw.url?.split('?')[1] ?? '')
  for (const name of ['lang', 'apikey', 'access_token']) given.delete(name)
  const text = given.toString()
  return text && `?${text}`
}

const texts = (given: string | string[] | undefined): string[] =>
  (given === undefined ? [] : typeof given === 'string' ? [given] : given).filter(
    (text) => text.trim() !== '',
  )

function requestOf(id: string, query: Static<typeof TileQuery>): TileRequest {
  const { columns, where, refine, exclude, timezone, at, geometry, window = '1h' } = query
  return {
    id,
    columns: columns?.trim(),
    where: texts(where),
    refine: texts(refine),
    exclude: texts(exclude),
    timezone,
    at,
    geometry,
    windowMs: window === 'all' ? undefined : readDuration('window', window, '1s', '36500d'),
  }
}

async function sendTile(
  tiles: Tiles,
  wanted: TileRequest,
  address: TileAddress,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const parameters = parametersOf(request)
  const opened = await tiles.open(wanted, address, askerOf(request, parameters))
  noteUse(request, parameters, opened.fields, opened.isPublic)
  // Set once the tile is there: an error must not carry its tag.
  const head = () =>
    openToAll(reply).headers({
      etag: opened.etag,
      'cache-control': opened.isPublic ? 'public, max-age=0, must-revalidate' : 'private, no-store',
      ...(opened.version !== null && { 'lacydon-dataset-version': `v${opened.version}` }),
    })
  if (matchesTag(request.headers['if-none-match'], opened.etag)) return head().code(304).send()
  const tile = await opened.make(untilClientLeaves(reply))
  await request.access?.addRows(tile?.rowCount ?? 0)
  if (!tile) return head().code(204).send()
  head().type(mvtType)
  reply.type(mvtType)
  const isCompressed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (isCompressed) reply.header('content-encoding', 'gzip')
  return reply.send(Buffer.from((isCompressed ? tile.gzip : tile.bytes).buffer))
}

/** Maps of other sites may draw what is public; cookies work on our origin only. */
const openToAll = (reply: FastifyReply) =>
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'ETag, Lacydon-Dataset-Version',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Authorization, Cookie, Origin, Accept-Encoding',
  })
