import { JsonLines } from './json-lines.ts'
import type { RejectReason } from './message.ts'
import { AisReader } from './reader.ts'

export interface Golden {
  messages: unknown[]
  /** Reason and position of each reject. */
  rejects: [RejectReason, number][]
  /** Counters that are not zero. */
  counters: Record<string, number>
}

/** What a golden case must give: read as `ais decode` does, received at the start of 2026, in one piece or line by line. */
export function decodeCase(input: Uint8Array, isLineByLine = false): Golden {
  const rejects: [RejectReason, number][] = []
  const lines = new JsonLines()
  const sink = {
    message: lines.message.bind(lines),
    reject: (reason: RejectReason, _line: string, seq: number) => void rejects.push([reason, seq]),
  }
  const reader = new AisReader('golden', sink, { baseStationClock: true, keepImpossible: true })
  for (let at = 0; at < input.length; ) {
    const end = isLineByLine ? input.indexOf(10, at) + 1 || input.length : input.length
    reader.read(input.slice(at, end), at, Date.UTC(2026, 0, 1))
    at = end
  }
  reader.end()
  const { rejects: _reasons, ignored, ...counts } = reader.counters
  const counters = Object.fromEntries(
    Object.entries({ ...counts, ...ignored }).filter(([, count]) => count > 0),
  )
  const text = lines.take().toString().trimEnd()
  return { messages: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line)), rejects, counters }
}
