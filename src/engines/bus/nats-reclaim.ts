import type { JetStreamManager } from '@nats-io/jetstream'
import { readPosition } from './nats-positions.ts'

/** Reclaiming begins above the first share of the stream's bytes and goes on until below the second. */
const fromShare = 0.75
const toShare = 0.5

/**
 * Makes room in the stream: removes the oldest messages that every durable consumer of their subject has acknowledged,
 * in eighths of the stream until it is half empty or nothing more may go.
 */
export async function reclaim(
  jsm: JetStreamManager,
  names: { messages: string; positions: string },
  prefix: string,
  maxBytes: number,
): Promise<void> {
  let { state } = await jsm.streams.info(names.messages, { subjects_filter: '>' })
  if (state.bytes < maxBytes * fromShare) return
  const subjects = Object.keys(state.subjects ?? {})
  const floors = await acknowledgedFloors(jsm, names.positions, prefix)
  const { first_seq: first, last_seq: last } = state
  for (let eighth = 1; eighth <= 8 && state.bytes > maxBytes * toShare; eighth++) {
    const upTo = first + Math.ceil(((last + 1 - first) * eighth) / 8)
    for (const subject of subjects) {
      const floor = floors.get(subject.slice(`${prefix}.bus.`.length)) ?? last
      const seq = Math.min(upTo, floor + 1)
      if (seq > first) await jsm.streams.purge(names.messages, { filter: subject, seq })
    }
    state = (await jsm.streams.info(names.messages)).state
  }
}

/** The least acknowledged position among the durable consumers of each subject. */
async function acknowledgedFloors(
  jsm: JetStreamManager,
  stream: string,
  prefix: string,
): Promise<Map<string, number>> {
  const { state } = await jsm.streams.info(stream, { subjects_filter: '>' })
  const floors = new Map<string, number>()
  for (const recordSubject of Object.keys(state.subjects ?? {})) {
    const stored = await readPosition(jsm, stream, recordSubject)
    if (!stored) continue
    const rest = recordSubject.slice(`${prefix}.position.`.length)
    const subject = rest.slice(rest.indexOf('.') + 1)
    floors.set(subject, Math.min(stored.record.position, floors.get(subject) ?? Number.POSITIVE_INFINITY))
  }
  return floors
}
