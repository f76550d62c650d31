/** How an administrator of the platform reads private rows when it has to be: said why, told to the owner first, for an hour. */
import { randomUUID } from 'node:crypto'
import Type from 'typebox'
import { conflict, LacydonError } from '../errors.ts'
import type { App } from '../http/app.ts'
import type { Principal } from '../http/principal.ts'
import { actorOf } from './policies.ts'
import { Grant } from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'

const lastsMs = 3_600_000
const shortestReason = 20

export interface GlassBroken {
  dataset: string
  /** Organisation that owns it. */
  owner: string
  /** Account of the administrator. */
  user: string
  reason: string
  /** ISO instant in UTC. */
  until: string
}

export interface BreakGlassDoors {
  sharing: Sharing
  /** Throws `not_found`. */
  describe(id: string): DatasetAsked
  /** Writes to the stewards of the owner and answers to how many, once the letters are on their way; rejects when they are not. */
  tellOwner(broken: GlassBroken): Promise<number>
}

export function breakGlassRoutes(app: App, doors: BreakGlassDoors): void {
  app.post(
    '/api/v1/administration/break-glass',
    {
      config: { write: 'service', door: { account: 'platform-admin', dataset: 'dataset', byPerson: true } },
      schema: {
        tags: ['sharing'],
        summary: 'Read the rows of a dataset for one hour as an administrator of the platform',
        description:
          'Its owner is written to before anything is given, sees who reads and why among the grants and in the log, and can end it.',
        body: Type.Object(
          {
            dataset: Type.String({ maxLength: 100 }),
            reason: Type.String({ minLength: shortestReason, maxLength: 2_000 }),
          },
          { additionalProperties: false },
        ),
        response: { 201: Grant },
      },
    },
    async ({ body: { dataset, reason }, principal }, reply) =>
      reply.code(201).send(await breakGlass(doors, principal, doors.describe(dataset), reason)),
  )
}

/**
 * A grant to one administrator, of everything but taking it away, that ends by itself. Throws 403, `conflict` where there
 * is nobody to tell, and what the mail throws: then nothing is given.
 */
export async function breakGlass(
  { sharing, tellOwner }: Pick<BreakGlassDoors, 'sharing' | 'tellOwner'>,
  principal: Principal,
  asked: DatasetAsked,
  reason: string,
): Promise<Grant> {
  if (principal.kind !== 'user' || !principal.platformRoles.includes('platform-admin'))
    throw new LacydonError('forbidden', 403, 'Administrators of the platform do this.')
  const said = reason.replace(/\s+/g, ' ').trim()
  if (said.length < shortestReason)
    throw new LacydonError('invalid_input', 400, 'Say why, so that the owner understands it.')
  const dataset = asked.definition.id
  const { owner } = sharing.policyOf(asked)
  if (owner === null)
    throw conflict('These data have no owner who could be told.', 'Name their owner in their policy.')
  const at = sharing.now()
  const until = new Date(at.getTime() + lastsMs).toISOString()
  const told = await tellOwner({ dataset, owner, user: principal.user, reason: said, until })
  if (told === 0) throw conflict('Their owner has no steward who could be told.')
  const grant: Grant = {
    id: `b_${randomUUID()}`,
    dataset,
    grantee: { kind: 'person', user: principal.user },
    actions: ['discover', 'preview', 'query'],
    rowFilter: null,
    columns: null,
    release: [],
    spatial: null,
    maxAgeS: null,
    quota: null,
    agreementTemplate: null,
    from: null,
    until,
    note: said,
    version: 1,
    createdAt: at.toISOString(),
    revokedAt: null,
  }
  await sharing.store.change(async (trx) => {
    await sharing.store.put(trx, 'sharing_grant', grant.id, grant, null)
    const step = { dataset, subject: `grant:${grant.id}`, ...actorOf(principal) }
    await sharing.store.note(trx, { ...step, step: 'glass broken', note: said })
  })
  await sharing.reload()
  return grant
}
