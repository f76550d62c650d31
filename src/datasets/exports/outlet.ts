/**
 * Between the engine and a client of any speed: the engine is let go as soon as it has said everything, what the client has
 * not read yet waits in memory, and beyond that on disk.
 */
import { LacydonError } from '../../errors.ts'
import { temporaryFile } from './temporary-file.ts'

const memoryBytes = 8 * 1024 * 1024
const diskBytes = 16 * 1024 ** 3
const stallMs = 300_000

export interface OutletOptions {
  memoryBytes?: number
  /** Beyond this the engine waits for the client. */
  diskBytes?: number
  /** A client that reads nothing for so long is gone. */
  stallMs?: number
  /** Called when the reader stops before the end, and when it stalls. */
  abort(): void
}

/** The same pieces in the same order. Throws what `pieces` throws, after what came before; leaving the loop stops all. */
export async function* outlet(
  pieces: AsyncIterable<Uint8Array>,
  options: OutletOptions,
): AsyncGenerator<Uint8Array> {
  const limit = { memoryBytes, diskBytes, stallMs, ...options }
  const queue: Uint8Array[] = []
  const file = await temporaryFile()
  let queuedBytes = 0
  let readBytes = 0
  let outcome: { error?: unknown } | undefined
  let isLeft = false
  let wakeReader = () => {}
  let wakeWriter = () => {}
  const waitForReader = () =>
    new Promise<void>((resolve) => {
      wakeWriter = resolve
    })

  const writing = (async () => {
    for await (const piece of pieces) {
      while (!isLeft && file.length - readBytes >= limit.diskBytes) await waitForReader()
      if (isLeft) return
      const isSpilling = file.length > readBytes
      if (!isSpilling && queuedBytes < limit.memoryBytes) {
        queue.push(piece)
        queuedBytes += piece.length
      } else await file.append(piece)
      wakeReader()
    }
  })()
    .then(
      () => ({}),
      (error: unknown) => ({ error }),
    )
    .then((how) => {
      outcome = how
      wakeReader()
    })

  let stalled = false
  const patience = () =>
    setTimeout(() => {
      stalled = true
      limit.abort()
    }, limit.stallMs)
  try {
    for (;;) {
      const queued = queue.shift()
      if (queued) queuedBytes -= queued.length
      const piece = queued ?? (await readSpilled())
      if (piece) {
        wakeWriter()
        const timer = patience()
        try {
          yield piece
        } finally {
          clearTimeout(timer)
        }
        if (stalled) throw new LacydonError('cancelled', 499, 'The client stopped reading.')
      } else if (outcome) {
        if ('error' in outcome) throw outcome.error
        return
      } else
        await new Promise<void>((resolve) => {
          wakeReader = resolve
        })
    }
  } finally {
    isLeft = true
    if (!outcome) limit.abort()
    wakeWriter()
    await writing
    await file.remove()
  }

  async function readSpilled(): Promise<Uint8Array | undefined> {
    if (readBytes >= file.length) return undefined
    const piece = await file.readAt(readBytes)
    readBytes += piece.length
    return piece
  }
}
