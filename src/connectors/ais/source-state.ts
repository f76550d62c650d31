import type { FeedStatus } from './feed.ts'

const iso = (ms: number) => new Date(ms).toISOString()

/** A feed as the sources panel and the API show it (`SourceState` of the vessels schema). */
export function sourceStateOf(status: FeedStatus) {
  const { id, address, simulated, state, message, messagesPerMinute, messages, duplicates } = status
  return {
    id,
    address,
    simulated,
    state,
    message,
    lastReceivedAt: status.lastReceivedAtMs === null ? null : iso(status.lastReceivedAtMs),
    messagesPerMinute,
    messages,
    duplicates,
    rejects: status.rejects as Record<string, number>,
    rejectSamples: status.rejectSamples as Record<string, string>,
    stations: [...status.stations].map(([station, { messages: heard, lastReceivedAtMs }]) => ({
      station,
      messages: heard,
      lastReceivedAt: iso(lastReceivedAtMs),
    })),
  }
}
