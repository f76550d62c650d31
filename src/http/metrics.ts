import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { App } from './app.ts'

/** A value read when /metrics is asked: name, meaning, and one number per set of labels. */
export interface Measure {
  name: string
  help: string
  labels: string[]
  read(): Iterable<{ labels: Record<string, string>; value: number }>
}

/** GET /metrics for Prometheus: the process (default metrics) and the measures of the product. */
export function metricsRoute(app: App, measures: Measure[]): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const { name, help, labels, read } of measures) {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels: set, value } of read()) this.set(set, value)
      },
    })
  }
  app.get(
    '/metrics',
    {
      config: { door: { public: 'counters of the process and of the feeds' } },
      schema: { tags: ['operations'], summary: 'Prometheus metrics' },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store').type(registry.contentType)
      return registry.metrics()
    },
  )
  app.addHook('onClose', async () => registry.clear())
}
