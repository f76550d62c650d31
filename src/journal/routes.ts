import { Readable } from 'node:stream'
import Type from 'typebox'
import { invalidInput, notFound } from '../errors.ts'
import { hasRight, platform, requireRight } from '../http/abilities.ts'
import type { StandingOf } from '../http/access-log.ts'
import type { App } from '../http/app.ts'
import { DatasetUsage, JournalHead, JournalKey } from './schema.ts'
import type { Journal } from './service.ts'
import type { DatasetUse } from './usage.ts'

const tags = ['journal']
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'UTC day, YYYY-MM-DD' })
const Node = Type.String({ pattern: '^[0-9a-f]{8}$' })
const proofs = { public: 'proofs that tell nothing of what they prove: counts, hashes and signatures' }
const dayMs = 86_400_000

export function journalRoutes(
  app: App,
  {
    journal,
    use,
    standingOf,
    now,
  }: { journal: Journal; use: DatasetUse; standingOf: StandingOf; now: () => Date },
): void {
  app.get(
    '/api/v1/journal/heads',
    {
      config: { door: proofs },
      schema: {
        tags,
        summary: 'Signed daily heads of the access log',
        description:
          'Keep them: whoever has the head of a day can prove that no entry up to it was changed or removed since.',
        querystring: Type.Object({
          node: Type.Optional(Node),
          from: Type.Optional(Day),
          to: Type.Optional(Day),
        }),
        response: { 200: Type.Object({ heads: Type.Array(JournalHead) }) },
      },
    },
    async ({ query }, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      return { heads: await journal.heads.list(query) }
    },
  )

  app.get(
    '/api/v1/journal/keys',
    {
      config: { door: proofs },
      schema: {
        tags,
        summary: 'Public keys that heads are signed with (Ed25519)',
        response: { 200: Type.Object({ keys: Type.Array(JournalKey) }) },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      return { keys: await journal.heads.keys() }
    },
  )

  app.get(
    '/api/v1/journal/entries',
    {
      config: { door: { account: 'auditor' } },
      schema: {
        tags,
        summary: 'The chain of this node as it is stored, one entry a line, for auditors',
        description:
          '`lacydon journal verify --url` reads this. Owners read theirs in the dataset access-log.',
        querystring: Type.Object({
          node: Type.Optional(Node),
          after: Type.Optional(Type.Integer({ minimum: 0, description: 'Rank of the last entry you have' })),
        }),
        produces: ['application/x-ndjson'],
      },
    },
    async ({ principal, query: { node, after } }, reply) => {
      requireRight(principal, 'audit:read', platform)
      const lines = journal.lines(node, after)
      const first = await lines.next()
      reply.type('application/x-ndjson').header('cache-control', 'no-store')
      return reply.send(
        Readable.from(
          (async function* () {
            if (first.done) return
            yield `${first.value}\n`
            for await (const line of lines) yield `${line}\n`
          })(),
          { objectMode: false },
        ),
      )
    },
  )

  app.get(
    '/api/v1/datasets/:id/usage',
    {
      config: { door: { action: 'discover', dataset: 'id' } },
      schema: {
        tags,
        summary: 'Use of a dataset by day and action, by organisation too for its owner',
        description:
          'Without cookies: the public without accounts is counted as a whole. Thirty days, or those asked for.',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day) }),
        response: { 200: DatasetUsage },
      },
    },
    async ({ principal, params: { id }, query }, reply) => {
      const standing = await standingOf(principal, id, 'discover')
      if (!standing) throw notFound('dataset', id)
      const to = query.to ?? now().toISOString().slice(0, 10)
      const from = query.from ?? new Date(Date.parse(to) - 29 * dayMs).toISOString().slice(0, 10)
      if (Number.isNaN(Date.parse(from)) || Number.isNaN(Date.parse(to)) || from > to)
        throw invalidInput(`from ${from} to ${to} is no period: write two days such as 2026-03-01.`)
      const isOwner =
        standing.owner !== null && 'organisation' in principal && principal.organisation === standing.owner
      reply.header('cache-control', 'private, no-store')
      const days = await use.byDay(
        id,
        { from, to },
        { byOrganisation: isOwner || hasRight(principal, 'audit:read', platform) },
      )
      return { dataset: id, from, to, days }
    },
  )
}
