import type { AisFeeds } from './connectors/ais/service.ts'
import { type Engines, engineStates } from './engines/engines.ts'
import { type Health, overallStatus } from './http/health.ts'
import type { Measure } from './http/metrics.ts'
import { packageVersion } from './package-root.ts'
import type { LiveStream } from './vessels/live-stream.ts'
import type { Vessels } from './vessels/service.ts'

/** What /health answers: each engine and each source, and the worst of them. */
export async function checkHealth(engines: Engines, feeds: AisFeeds): Promise<Health> {
  const states = await engineStates(engines)
  const engineParts = Object.fromEntries(
    Object.entries(states).map(([role, { engine, ok, message }]) => [
      role,
      { engine, status: ok ? ('ok' as const) : ('down' as const), ...(message && { message }) },
    ]),
  )
  const sourceParts = Object.fromEntries(
    feeds
      .status()
      .map(({ id, state, message, isDegraded }) => [
        id,
        { state, status: isDegraded ? ('degraded' as const) : ('ok' as const), ...(message && { message }) },
      ]),
  )
  return {
    status: overallStatus(Object.values(engineParts), Object.values(sourceParts)),
    version: packageVersion,
    engines: engineParts,
    sources: sourceParts,
  }
}

/** What /metrics shows beside the process itself. */
export function measures(feeds: AisFeeds, vessels: Vessels, stream: LiveStream): Measure[] {
  const perSource = (
    name: string,
    help: string,
    read: (status: ReturnType<AisFeeds['status']>[number]) => number,
  ): Measure => ({
    name,
    help,
    labels: ['source'],
    *read() {
      for (const status of feeds.status()) yield { labels: { source: status.id }, value: read(status) }
    },
  })
  const one = (name: string, help: string, read: () => number): Measure => ({
    name,
    help,
    labels: [],
    *read() {
      yield { labels: {}, value: read() }
    },
  })
  return [
    perSource(
      'lacydon_spool_durable_seq',
      'Spool position below which every line is fsynced',
      (s) => s.durableSeq,
    ),
    perSource(
      'lacydon_spool_committed_seq',
      'Spool position below which every row is stored',
      (s) => s.committedSeq,
    ),
    perSource('lacydon_spool_backlog_bytes', 'Durable bytes not yet decoded', (s) => s.backlogBytes),
    perSource('lacydon_ais_messages', 'Messages decoded since start', (s) => s.messages),
    perSource('lacydon_ais_duplicates', 'Messages heard again since start', (s) => s.duplicates),
    perSource('lacydon_ais_source_degraded', '1 while a source is silent, reconnecting or failed', (s) =>
      Number(s.isDegraded),
    ),
    {
      name: 'lacydon_ais_rejects',
      help: 'Lines rejected since start, by reason',
      labels: ['source', 'reason'],
      *read() {
        for (const { id, rejects } of feeds.status()) {
          for (const [reason, count] of Object.entries(rejects)) {
            yield { labels: { source: id, reason }, value: Number(count) }
          }
        }
      },
    },
    one('lacydon_vessels', 'Vessels and stations known', () => vessels.registry.vessels.size),
    one('lacydon_stream_readers', 'Readers of the live stream', () => stream.readerCount),
    one(
      'lacydon_stream_dropped',
      'Readers dropped since start because they were too slow',
      () => stream.dropped,
    ),
  ]
}
