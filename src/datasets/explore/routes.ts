/** The Explore API v2.1: addresses to answers. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import { notFound } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import { planFacets, runFacets } from '../odsql/facets.ts'
import { parseQuery } from '../odsql/query-text.ts'
import { everythingVisible, type VisibleFields } from './access.ts'
import { AnswerCache } from './answer-cache.ts'
import type { Catalogue } from './catalogue.ts'
import {
  type CatalogueReader,
  readCatalogueFacets,
  readDatasets,
  visibleDatasets,
} from './catalogue-records.ts'
import { asGone, type Place, readCursor } from './cursor.ts'
import { askerOf, closeDoor, openDoor, parametersOf, readable, sendJson, untilClientLeaves } from './door.ts'
import { exportRoutes } from './export-routes.ts'
import { apiRoot, both, datasetAddress, datasetLinks } from './links.ts'
import { type Parameters, queryTextOf } from './parameters.ts'
import { type Asking, askOf, readRecord, readRecords, walkRecords } from './records.ts'
import { type Secured, secure } from './relation.ts'
import type { Sources } from './sources.ts'

export interface ExploreOptions {
  columnar: Columnar
  sources: Sources
  catalogue: Catalogue
  secret: string
  now: () => Date
  /** Address under which people reach this instance; default: what the request was sent to. */
  publicUrl?: string | undefined
  visibleFields?: VisibleFields
}

/** What every handler needs. */
export interface Explore extends Required<Omit<ExploreOptions, 'publicUrl'>> {
  cache: AnswerCache
  baseOf(request: FastifyRequest): string
}

export const exploreRoot = '/api/explore/v2.1'
const cacheBytes = 64 * 1024 * 1024

export async function exploreRoutes(app: App, options: ExploreOptions): Promise<void> {
  const { publicUrl } = options
  const explore: Explore = {
    ...options,
    visibleFields: options.visibleFields ?? everythingVisible,
    cache: new AnswerCache(cacheBytes),
    baseOf: (request) => publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`,
  }
  await app.register(async (scope) => {
    openDoor(scope as App)
    for (const source of ['catalog', 'monitoring'] as const) sourceRoutes(scope as App, explore, source)
    closeDoor(scope as App, '/api/explore', (url) =>
      url.startsWith('/api/explore/v2.0')
        ? 'Version 2.0 is not served here: use /api/explore/v2.1.'
        : 'There is nothing at this address of the Explore API.',
    )
  })
}

export type Handler = (call: Call) => unknown

/** One request. */
export interface Call {
  request: FastifyRequest
  reply: FastifyReply
  parameters: Parameters
  params: Record<string, string>
  asking: Asking
}

export function callOf(request: FastifyRequest, reply: FastifyReply, explore: Explore): Call {
  return {
    request,
    reply,
    parameters: parametersOf(request),
    params: request.params as Record<string, string>,
    asking: {
      columnar: explore.columnar,
      secret: explore.secret,
      now: explore.now(),
      base: explore.baseOf(request),
      signal: untilClientLeaves(reply),
    },
  }
}

const clause = (description: string) => Type.Optional(Type.String({ description }))
const clauses = {
  select: clause('Fields and expressions, ODSQL'),
  where: clause('Conditions, ODSQL; several are ANDed'),
  group_by: clause('Keys of groups, ODSQL'),
  order_by: clause('Order, ODSQL'),
  refine: clause('field:value'),
  exclude: clause('field:value'),
  lang: clause('Language of names and dates'),
  timezone: clause('IANA time zone of datetimes'),
}
const paging = {
  limit: Type.Optional(Type.Integer({ minimum: -1 })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  include_links: Type.Optional(Type.Boolean()),
  include_app_metas: Type.Optional(Type.Boolean()),
}
const past = { at: clause('A version (v12), a day or an instant: rows as they were') }
const walk = { cursor: clause('*, then the next_cursor of each answer: pages without a wall') }
const datasetParams = Type.Object({ dataset: Type.String() })

function sourceRoutes(scope: App, explore: Explore, source: 'catalog' | 'monitoring'): void {
  const root = `${exploreRoot}/${source}`
  const on = (path: string, summary: string, querystring: object, handler: Handler) =>
    readable(
      scope,
      `${root}${path}`,
      {
        summary,
        querystring: Type.Object(querystring as never),
        ...(path.includes(':dataset') && { params: datasetParams }),
      },
      (request, reply) => handler(callOf(request, reply, explore)),
    )

  on('', 'Where to go from here', {}, ({ reply, asking }) => {
    const self = `${asking.base}${root}`
    const links = [
      { rel: 'self', href: self },
      { rel: 'datasets', href: `${self}/datasets` },
      { rel: 'exports', href: `${self}/exports` },
      { rel: 'facets', href: `${self}/facets` },
    ]
    return reply.send(both(links))
  })
  if (source === 'monitoring') {
    on('/datasets', 'Statistics of use', { ...clauses, ...paging }, ({ reply }) =>
      reply.send({ total_count: 0, results: [] }),
    )
    return
  }
  catalogueRoutes(on, explore)
  datasetRoutes(on, explore)
  exportRoutes(on, explore)
}

export type On = (path: string, summary: string, querystring: object, handler: Handler) => void

function catalogueRoutes(on: On, explore: Explore): void {
  const { cache, secret } = explore
  /** Answers about the catalogue change with its rows and with who asks. */
  const answer = async (
    { request, reply, parameters, asking }: Call,
    make: (reader: CatalogueReader) => Promise<unknown>,
  ) => {
    const reader = { ...explore, asker: askerOf(request, parameters) }
    const lang = parseQuery({ lang: parameters.text('lang') }).lang
    const { fingerprint, isPublic } = await visibleDatasets(reader, lang, secret)
    const state = isTimeless(parameters) ? explore.catalogue.state : null
    const key = [fingerprint, asking.base, request.url, parameters].join('\n')
    return sendJson(request, reply, cache, { state, key, isPublic, make: () => make(reader) })
  }
  on('/datasets', 'Datasets of the catalogue', { ...clauses, ...paging }, (call) =>
    answer(call, (reader) => readDatasets(reader, call.parameters, call.asking)),
  )
  on(
    '/facets',
    'Values of the metadata with the number of datasets',
    { facet: clause('Fields'), ...clauses },
    (call) =>
      answer(call, async (reader) => ({
        ...both([
          { rel: 'self', href: `${apiRoot(call.asking.base)}/facets` },
          { rel: 'datasets', href: `${apiRoot(call.asking.base)}/datasets` },
        ]),
        facets: await readCatalogueFacets(reader, call.parameters, call.asking),
      })),
  )
}

/** Answers that name the present moment are made anew each time. */
export const isTimeless = (parameters: Parameters): boolean =>
  !/\bnow\s*\(/i.test(decodeURIComponent(parameters.toString()))

function datasetRoutes(on: On, explore: Explore): void {
  const { cache, secret, catalogue } = explore
  const answer = async (
    { request, reply, parameters, params, asking }: Call,
    make: (secured: Secured) => Promise<unknown>,
    at: string | undefined = parameters.text('at'),
  ) => {
    const secured = await secure(explore, params.dataset!, askerOf(request, parameters), { at })
    const { source, visible } = secured
    if (source.version !== null) reply.header('lacydon-dataset-version', `v${source.version}`)
    return sendJson(request, reply, cache, {
      state: isTimeless(parameters) ? source.state : null,
      key: [visible.fingerprint, asking.base, request.url, parameters].join('\n'),
      isPublic: visible.isPublic,
      make: () => make(secured),
    })
  }
  const linked = ({ asking, params }: Call, what: string) =>
    both([
      { rel: 'self', href: `${datasetAddress(asking.base, params.dataset!)}/${what}` },
      { rel: 'dataset', href: datasetAddress(asking.base, params.dataset!) },
    ])

  on('/datasets/:dataset', 'One dataset: fields and metadata', { ...clauses, ...paging, ...past }, (call) =>
    answer(call, async ({ source }) => {
      const { parameters, asking } = call
      const { definition } = source
      await catalogue.refresh()
      const reader = { ...explore, asker: askerOf(call.request, parameters) }
      if (parameters.text('select')) {
        const { results } = await readDatasets(
          reader,
          parameters.with('where', `dataset_id = ${JSON.stringify(definition.id)}`),
          asking,
        )
        if (!results[0]) throw notFound('dataset', definition.id)
        return results[0]
      }
      const { body } = await visibleDatasets(
        reader,
        parseQuery({ lang: parameters.text('lang') }).lang,
        secret,
        parameters.flag('include_app_metas', false),
      )
      return {
        ...(parameters.flag('include_links', false) && both(datasetLinks(asking.base, definition.id))),
        ...body(definition.id),
      }
    }),
  )

  on(
    '/datasets/:dataset/records',
    'Records of a dataset, or groups of them',
    { ...clauses, ...paging, ...past, ...walk },
    (call) => {
      const { parameters, asking } = call
      const cursor = parameters.text('cursor')
      if (cursor === undefined) return answer(call, (secured) => readRecords(secured, parameters, asking))
      return walkRoute(call, cursor)
    },
  )
  const walkRoute = async (call: Call, cursor: string) => {
    const { parameters, asking, reply, request } = call
    const place: Place | undefined = cursor === '*' ? undefined : readCursor(cursor, secret, asking.now)
    const asker = askerOf(request, parameters)
    const at = place?.moment ?? parameters.text('at')
    const opened = place
      ? await secure(explore, call.params.dataset!, asker, { at }).catch(asGone)
      : await secure(explore, call.params.dataset!, asker, { at })
    // A walk stays with what there is now, from its first page on.
    const moment = place ? place.moment : opened.source.moment
    const secured =
      moment === null || at !== undefined
        ? opened
        : await secure(explore, call.params.dataset!, asker, { at: moment })
    const page = await walkRecords(secured, parameters, place, asking)
    if (page.next_cursor) {
      const next = parameters.with('cursor', page.next_cursor)
      reply.header(
        'link',
        `<${datasetAddress(asking.base, call.params.dataset!)}/records?${next}>; rel="next"`,
      )
    }
    if (secured.source.version !== null) reply.header('lacydon-dataset-version', `v${secured.source.version}`)
    return sendJson(request, reply, cache, {
      state: null,
      key: '',
      isPublic: secured.visible.isPublic,
      make: async () => page,
    })
  }

  on('/datasets/:dataset/records/:record', 'One record', { ...clauses, ...past }, (call) =>
    answer(call, (secured) => readRecord(secured, call.params.record!, call.parameters, call.asking)),
  )

  on(
    '/datasets/:dataset/facets',
    'Values of fields with their counts',
    { facet: clause('Fields'), ...clauses, ...past },
    (call) =>
      answer(call, async ({ relation }) => {
        const plan = planFacets(parseQuery(queryTextOf(call.parameters)), relation, call.asking.now)
        return { ...linked(call, 'facets'), facets: await runFacets(plan, askOf(call.asking)) }
      }),
  )

  on('/datasets/:dataset/attachments', 'Files attached to a dataset', {}, (call) =>
    answer(call, async () => ({ ...linked(call, 'attachments'), attachments: [] })),
  )
  on('/datasets/:dataset/attachments/:attachment', 'One attached file', {}, (call) =>
    answer(call, async () => {
      throw notFound('attachment', call.params.attachment!)
    }),
  )
}
