import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { datasetIn } from '../connectors/ais/datasets.ts'
import { invalidInput } from '../errors.ts'
import type { App } from '../http/app.ts'
import type { Action } from '../http/principal.ts'
import type { Audience, AudienceOf } from './audience.ts'
import type { LiveStream } from './live-stream.ts'
import type { Box } from './rules.ts'
import {
  Activity,
  LiveOverview,
  SearchResults,
  type SourceState,
  Track,
  Trails,
  VesselDetail,
  VesselList,
} from './schema.ts'
import type { Vessels } from './service.ts'

/** What the vessels routes need beside their service. */
export interface VesselDoors {
  vessels: Vessels
  stream: LiveStream
  sources: () => SourceState[]
  audienceOf: AudienceOf
}

const Instant = Type.String({ description: 'ISO 8601 instant, such as 2026-11-24T14:02:00Z' })
const BoxText = Type.String({
  description: 'west,south,east,north in degrees; west > east crosses the antimeridian',
})
const Limit = Type.Integer({ minimum: 1, maximum: 20_000, default: 5_000 })

const worldBox: Box = [-180, -90, 180, 90]

/** A box from its text. Throws `invalid_input` that says what to write. */
function boxOf(text: string | undefined): Box {
  if (text === undefined) return worldBox
  const numbers = text.split(',').map(Number)
  const [west, south, east, north] = numbers
  const valid =
    numbers.length === 4 &&
    numbers.every(Number.isFinite) &&
    Math.abs(west!) <= 180 &&
    Math.abs(east!) <= 180 &&
    south! >= -90 &&
    north! <= 90 &&
    south! <= north!
  if (!valid)
    throw invalidInput(
      `bbox is “${text}”: write west,south,east,north in degrees, such as 4.2,42.7,6.4,43.75.`,
    )
  return numbers as Box
}

function msOf(name: string, text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw invalidInput(`${name} is “${text}”: write an instant such as 2026-11-24T14:02:00Z.`)
  return ms
}

/** Aborts when the client leaves, so that its query stops in the engine. */
function untilClientLeaves(raw: NodeJS.EventEmitter): AbortSignal {
  const abort = new AbortController()
  raw.once('close', () => abort.abort())
  return abort.signal
}

type Asked = Pick<FastifyRequest, 'access' | 'url'>

/** Notes for the log what was asked for, and of which fields. */
function noteUse({ access, url }: Asked, audience: Audience): Audience {
  const [path = '', query = ''] = url.split('?')
  const asked = new URLSearchParams(query)
  for (const name of ['apikey', 'access_token']) asked.delete(name)
  // The number of a vessel is a condition too.
  const [mmsi = ''] = /\d+/.exec(path.split('/vessels/')[1] ?? '') ?? []
  access?.noteFilter(mmsi === '' && asked.size === 0 ? '' : `${mmsi}?${asked}`)
  access?.addColumns(audience.fields)
  return audience
}

/** The same answer, its rows told to the log. Rejects with 429 where they are too many. */
async function counted<T>(
  { access }: Asked,
  answer: T | Promise<T>,
  rowsOf: (answer: T) => number,
): Promise<T> {
  const made = await answer
  await access?.addRows(rowsOf(made))
  return made
}

export function vesselRoutes(app: App, { vessels, stream, sources, audienceOf }: VesselDoors): void {
  const tags = ['vessels']
  const doorTo = (dataset: 'vessels' | 'ais-positions', action: Action) => ({
    door: { action, datasets: [datasetIn(vessels.realm, dataset)] },
  })
  const Mmsi = Type.Object({ mmsi: Type.Integer({ minimum: 0, maximum: 999_999_999 }) })
  const Period = Type.Object({ from: Instant, to: Instant })

  app.get(
    '/api/v1/live',
    {
      config: doorTo('vessels', 'discover'),
      schema: { tags, summary: 'Where and when the feed is', response: { 200: LiveOverview } },
    },
    async ({ principal }): Promise<LiveOverview> => {
      const states = sources()
      const goesOn = states.some(({ state }) => state !== 'finished')
      const overview = await vessels.overview(audienceOf(principal, 'query'))
      const { registry } = vessels
      return {
        ...overview,
        simulated: vessels.realm === 'simulated',
        mode: overview.vesselCount === 0 && overview.lastAt === null ? 'empty' : goesOn ? 'live' : 'history',
        lastReceivedAt:
          registry.lastReceivedAtMs > 0 ? new Date(registry.lastReceivedAtMs).toISOString() : null,
        messagesPerMinute: states.reduce((sum, source) => sum + source.messagesPerMinute, 0),
        sources: states,
      }
    },
  )

  app.get(
    '/api/v1/vessels',
    {
      config: doorTo('vessels', 'query'),
      schema: {
        tags,
        summary: 'Vessels of a box, now or at an instant of the stored past',
        querystring: Type.Object({
          bbox: Type.Optional(BoxText),
          at: Type.Optional(Instant),
          limit: Type.Optional(Limit),
        }),
        response: { 200: VesselList },
      },
    },
    (request) => {
      const { bbox, at, limit = 5_000 } = request.query
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      const atMs = at === undefined ? undefined : msOf('at', at)
      const options = { signal: untilClientLeaves(request.raw.socket) }
      const list = vessels.list(audience, boxOf(bbox), atMs, limit, options)
      return counted(request, list, (answer) => answer.vessels.length)
    },
  )

  app.get(
    '/api/v1/vessels/activity',
    {
      config: doorTo('ais-positions', 'query'),
      schema: {
        tags,
        summary: 'Positions stored per time bucket',
        querystring: Type.Intersect([
          Period,
          Type.Object({ buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })) }),
        ]),
        response: { 200: Activity },
      },
    },
    (request) => {
      const { from, to, buckets = 96 } = request.query
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      const options = { signal: untilClientLeaves(request.raw.socket) }
      const activity = vessels.activity(audience, msOf('from', from), msOf('to', to), buckets, options)
      return counted(request, activity, ({ counts }) => counts.length)
    },
  )

  app.get(
    '/api/v1/vessels/trails',
    {
      config: doorTo('ais-positions', 'query'),
      schema: {
        tags,
        summary: 'Recent paths in a box: [lon, lat, ms since 1970] by MMSI',
        querystring: Type.Object({
          bbox: Type.Optional(BoxText),
          minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 180 })),
          at: Type.Optional(Instant),
        }),
        response: { 200: Trails },
      },
    },
    (request) => {
      const { bbox, minutes = 15, at } = request.query
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      const atMs = at === undefined ? undefined : msOf('at', at)
      const options = { signal: untilClientLeaves(request.raw.socket) }
      const trails = vessels.trails(audience, boxOf(bbox), minutes, atMs, options)
      return counted(request, trails, (answer) =>
        Object.values(answer.trails).reduce((sum, { length }) => sum + length, 0),
      )
    },
  )

  app.get(
    '/api/v1/vessels/search',
    {
      config: doorTo('vessels', 'query'),
      schema: {
        tags,
        summary: 'Vessels by name, MMSI, IMO number or call sign',
        querystring: Type.Object({
          q: Type.String({ maxLength: 100 }),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        }),
        response: { 200: SearchResults },
      },
    },
    (request) => {
      const { q, limit = 10 } = request.query
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      return counted(request, vessels.search(audience, q, limit), (answer) => answer.vessels.length)
    },
  )

  app.get(
    '/api/v1/vessels/:mmsi',
    {
      config: doorTo('vessels', 'query'),
      schema: {
        tags,
        summary: 'Everything known about one vessel',
        params: Mmsi,
        response: { 200: VesselDetail },
      },
    },
    (request) => {
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      const options = { signal: untilClientLeaves(request.raw.socket) }
      return counted(request, vessels.detail(audience, request.params.mmsi, options), () => 1)
    },
  )

  app.get(
    '/api/v1/vessels/:mmsi/track',
    {
      config: doorTo('ais-positions', 'query'),
      schema: {
        tags,
        summary: 'Positions of one vessel: [lon, lat, ms since 1970, speed kn, course °]',
        params: Mmsi,
        querystring: Period,
        response: { 200: Track },
      },
    },
    (request) => {
      const { from, to } = request.query
      const audience = noteUse(request, audienceOf(request.principal, 'query'))
      const options = { signal: untilClientLeaves(request.raw.socket) }
      const track = vessels.track(audience, request.params.mmsi, msOf('from', from), msOf('to', to), options)
      return counted(request, track, ({ points }) => points.length)
    },
  )

  app.get(
    '/api/v1/datasets/vessels/stream',
    {
      config: doorTo('vessels', 'stream'),
      schema: {
        tags,
        summary: 'Live state of the vessels of a box, as server-sent events',
        querystring: Type.Object({ bbox: Type.Optional(BoxText), limit: Type.Optional(Limit) }),
      },
    },
    (request, reply) => {
      const { headers, raw } = request
      const { bbox, limit } = request.query
      const box = boxOf(bbox)
      const audience = noteUse(request, audienceOf(request.principal, 'stream'))
      reply.hijack()
      const response = reply.raw
      response.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const leave = stream.join(
        box,
        limit ?? 5_000,
        headers['last-event-id'] as string | undefined,
        {
          write: (frame) => {
            response.write(frame)
            return response.writableLength
          },
          drop: () => response.destroy(),
        },
        audience,
      )
      raw.once('close', leave)
      response.once('close', leave)
    },
  )
}
