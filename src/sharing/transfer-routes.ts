import Type from 'typebox'
import { notFound } from '../errors.ts'
import type { App } from '../http/app.ts'
import type { Agreements } from './agreements.ts'
import { Transfer } from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'
import { managesDataset } from './standing.ts'
import type { Transfers } from './transfers.ts'

export interface TransferDoors {
  transfers: Transfers
  agreements: Agreements
  sharing: Sharing
  /** Throws `not_found`. */
  describe(id: string): DatasetAsked
}

export function transferRoutes(app: App, { transfers, agreements, sharing, describe }: TransferDoors): void {
  app.get(
    '/api/v1/sharing/agreements/:id/transfers',
    {
      config: { door: { account: 'signed-in' } },
      schema: {
        tags: ['sharing'],
        summary: 'How an agreement is used (Dataspace Protocol names)',
        params: Type.Object({ id: Type.String() }),
        response: { 200: Type.Object({ transfers: Type.Array(Transfer) }) },
      },
    },
    async ({ params: { id }, principal }) => {
      const owns = (dataset: string) => {
        const policy = sharing.state.policies.get(dataset)
        return policy !== undefined && policy.owner !== null && managesDataset(principal, policy)
      }
      const agreement = agreements.list(principal, undefined, owns).find((one) => one.id === id)
      if (!agreement) throw notFound('agreement', id)
      return { transfers: await transfers.list(agreement, describe(agreement.dataset)) }
    },
  )
}
