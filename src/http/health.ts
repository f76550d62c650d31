import Type, { type Static } from 'typebox'
import type { App } from './app.ts'

const Part = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('down')]),
  /** What is wrong and what to do; absent when nothing is. */
  message: Type.Optional(Type.String()),
})
export type HealthPart = Static<typeof Part>

const Health = Type.Object({
  status: Part.properties.status,
  version: Type.String(),
  engines: Type.Record(Type.String(), Type.Intersect([Part, Type.Object({ engine: Type.String() })])),
  sources: Type.Record(Type.String(), Type.Intersect([Part, Type.Object({ state: Type.String() })])),
})
export type Health = Static<typeof Health>

/** The worst of the parts; a source that fails degrades, only an engine takes the instance down. */
export function overallStatus(engines: HealthPart[], sources: HealthPart[]): HealthPart['status'] {
  if (engines.some(({ status }) => status === 'down')) return 'down'
  return [...engines, ...sources].some(({ status }) => status !== 'ok') ? 'degraded' : 'ok'
}

/** GET /health: 200 while the engines answer, 503 while one is down. */
export function healthRoute(app: App, check: () => Promise<Health>): void {
  app.get(
    '/health',
    {
      config: { door: { public: 'whether engines and sources work' } },
      schema: {
        tags: ['operations'],
        summary: 'State of engines and sources',
        response: { 200: Health, 503: Health },
      },
    },
    async (_request, reply) => {
      const health = await check()
      reply.header('cache-control', 'no-store')
      return reply.code(health.status === 'down' ? 503 : 200).send(health)
    },
  )
}
