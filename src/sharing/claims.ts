/** Whoever makes a dataset makes it for an organisation: said before the dataset is there, so that nobody sees it before. */
import type { FastifyRequest } from 'fastify'
import type { App } from '../http/app.ts'
import { datasetsOf } from '../http/doors.ts'
import type { Policies } from './policies.ts'

const making = new Set(['POST', 'PUT'])

/** Before any route is registered. */
export function claimNewDatasets(app: App, policies: Policies, exists: (dataset: string) => boolean): void {
  app.addHook('preHandler', async (request) => {
    for (const dataset of madeBy(request))
      if (!exists(dataset)) await policies.claim(dataset, request.principal)
  })
}

function madeBy(request: FastifyRequest): string[] {
  const { door, write } = request.routeOptions.config
  if (!door || !('account' in door) || write === 'service' || !making.has(request.method)) return []
  if (door.account !== 'steward') return []
  if (door.dataset !== undefined) return datasetsOf(door, request)
  const { id } = (request.body ?? {}) as { id?: unknown }
  return typeof id === 'string' && /^[a-z0-9][a-z0-9_-]{0,99}$/i.test(id) ? [id] : []
}
