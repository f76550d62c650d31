/** The Explore API v2.1, and its elder beside it: where their paths are. */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../../http/app.ts'
import type { Door } from '../../http/doors.ts'
import { ExportWriters } from '../exports/writers.ts'
import { searchRoutes } from '../search-api/routes.ts'
import { everythingVisible, type VisibleFields } from './access.ts'
import { AnswerCache } from './answer-cache.ts'
import { callOf, clauses, type Explore, type On, paging } from './call.ts'
import { catalogueExportRoutes } from './catalogue-exports.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { closeDoor, openDoor, readable } from './door.ts'
import { exportRoutes } from './export-routes.ts'
import { both } from './links.ts'
import { monitoredDatasets } from './monitoring.ts'

export interface ExploreOptions
  extends Pick<Explore, 'columnar' | 'sources' | 'catalogue' | 'secret' | 'now'> {
  /** Address under which people reach this instance; default: what the request was sent to. */
  publicUrl?: string | undefined
  /** Default: everybody sees everything. */
  visibleFields?: VisibleFields
  /** Default: nothing was ever used. */
  totalsOfUse?: Explore['totalsOfUse']
  /** Default: nothing is told of it. */
  offersTo?: Explore['offersTo']
}

export const exploreRoot = '/api/explore/v2.1'
const cacheBytes = 64 * 1024 * 1024

export async function exploreRoutes(app: App, options: ExploreOptions): Promise<void> {
  const { publicUrl } = options
  const explore: Explore = {
    ...options,
    visibleFields: options.visibleFields ?? everythingVisible,
    totalsOfUse: options.totalsOfUse ?? (async () => new Map()),
    offersTo: options.offersTo ?? (() => []),
    cache: new AnswerCache(cacheBytes),
    writers: new ExportWriters(),
    baseOf: (request: FastifyRequest) =>
      publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`,
  }
  app.addHook('onClose', () => explore.writers.close())
  await app.register(async (scope) => {
    openDoor(scope as App)
    for (const source of ['catalog', 'monitoring'] as const) sourceRoutes(scope as App, explore, source)
    closeDoor(scope as App, '/api/explore', (url) =>
      url.startsWith('/api/explore/v2.0')
        ? 'Version 2.0 is not served here: use /api/explore/v2.1.'
        : 'There is nothing at this address of the Explore API.',
    )
  })
  await searchRoutes(app, explore)
}

function sourceRoutes(scope: App, explore: Explore, source: 'catalog' | 'monitoring'): void {
  const root = `${exploreRoot}/${source}`
  const on: On = (path, summary, querystring, handler) => {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => [name!, Type.String()])
    readable(
      scope,
      `${root}${path}`,
      {
        summary,
        door: doorOf(path),
        querystring: Type.Object(querystring as never),
        ...(names.length > 0 && { params: Type.Object(Object.fromEntries(names)) }),
      },
      (request, reply) => handler(callOf(request, reply, explore)),
    )
  }
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
    on('/datasets', 'Statistics of use', { ...clauses, ...paging }, async (call) =>
      call.reply.header('cache-control', 'private, no-store').send(await monitoredDatasets(call, explore)),
    )
    return
  }
  on('/assets', 'Files that belong to no dataset', {}, ({ reply }) =>
    reply.send({ total_count: 0, results: [] }),
  )
  catalogueRoutes(on, explore)
  catalogueExportRoutes(on, explore)
  datasetRoutes(on, explore)
  exportRoutes(on, explore)
}

/** Paths below a dataset give its rows, unless they only tell what there is; all others list datasets. */
function doorOf(path: string): Door {
  if (!path.startsWith('/datasets/:dataset')) return { action: 'discover', catalogue: true }
  if (/^\/datasets\/:dataset(\/exports)?$/.test(path)) return { action: 'discover', dataset: 'dataset' }
  return { action: path.endsWith('/exports/:format') ? 'export' : 'query', dataset: 'dataset' }
}
