import { setTimeout as wait } from 'node:timers/promises'
import { preciseNowMs } from './feed-transmitter.ts'

const pollMs = 50

/** One reader of the live stream, who notes when a vessel is first told. */
export class StreamReader {
  readonly #seenAtMs = new Map<number, number>()
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  frames = 0
  bytes = 0

  /** Opens the stream of a box, `west,south,east,north`. */
  static async open(address: string, box: number[]): Promise<StreamReader> {
    const abort = new AbortController()
    const url = `${address}/api/v1/datasets/vessels/stream?bbox=${box.join()}`
    const { body, status } = await fetch(url, { signal: abort.signal })
    if (status !== 200 || !body) throw new Error(`the live stream answered ${status}`)
    return new StreamReader(body, abort)
  }

  private constructor(body: ReadableStream<Uint8Array>, abort: AbortController) {
    this.#abort = abort
    this.#done = this.#read(body).catch((error) => {
      if (!abort.signal.aborted) throw error
    })
  }

  /** When a vessel was first told, in ms since 1970; undefined while it was not. */
  seenAtMs(mmsi: number): number | undefined {
    return this.#seenAtMs.get(mmsi)
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of body) {
      this.bytes += chunk.length
      const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
      rest = frames.pop() ?? ''
      for (const frame of frames) this.#note(frame)
    }
  }

  #note(frame: string): void {
    this.frames++
    const nowMs = preciseNowMs()
    const data = frame.split('\n').find((line) => line.startsWith('data: '))
    if (!data) return
    const { vessels = [] }: { vessels?: { mmsi: number }[] } = JSON.parse(data.slice(6))
    for (const { mmsi } of vessels) if (!this.#seenAtMs.has(mmsi)) this.#seenAtMs.set(mmsi, nowMs)
  }
}

/** When a stored position of the vessel was first found by a query, in ms since 1970; undefined after `limitMs`. */
export async function storedAtMs(
  address: string,
  mmsi: number,
  sentAtMs: number,
  limitMs: number,
): Promise<number | undefined> {
  const period = new URLSearchParams({
    from: new Date(sentAtMs - 60_000).toISOString(),
    to: new Date(sentAtMs + 60_000).toISOString(),
  })
  while (preciseNowMs() - sentAtMs < limitMs) {
    const response = await fetch(`${address}/api/v1/vessels/${mmsi}/track?${period}`)
    if (response.ok) {
      const { points }: { points: unknown[] } = (await response.json()) as { points: unknown[] }
      if (points.length > 0) return preciseNowMs()
    } else await response.body?.cancel()
    await wait(pollMs)
  }
  return undefined
}

/** Positions stored with an event time between two instants. */
export async function countStored(address: string, fromMs: number, toMs: number): Promise<number> {
  const period = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    buckets: '1',
  })
  const response = await fetch(`${address}/api/v1/vessels/activity?${period}`)
  if (!response.ok) throw new Error(`activity answered ${response.status}: ${await response.text()}`)
  const { counts } = (await response.json()) as { counts: number[] }
  return counts.reduce((sum, count) => sum + count, 0)
}
