import { Refusal } from '../requests.ts'

/** What sending needs of the world. */
export interface UploadEffects {
  /** Sends a piece; answers how many bytes are there now. Throws {@link Refusal}, or TypeError when cut. */
  send: (piece: Blob, offset: number, signal: AbortSignal) => Promise<number>
  /** How many bytes are there. */
  offset: (signal: AbortSignal) => Promise<number>
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface UploadOptions {
  effects: UploadEffects
  signal: AbortSignal
  onProgress: (sentBytes: number, state: 'sending' | 'interrupted') => void
  chunkBytes?: number
  /** Attempts without any progress before it gives up. */
  mostAttempts?: number
}

const backoffMs = (attempt: number) => Math.min(500 * 2 ** attempt, 15_000)
/** Cut, overloaded, or at another place than we thought: worth asking again. */
const isPassing = (error: unknown) =>
  !(error instanceof Refusal) || error.status === 409 || error.status === 429 || error.status >= 500

/**
 * Sends a file in pieces from where the server is. After a cut it asks for the place and goes on; what the server
 * refuses for good is thrown.
 */
export async function uploadFile(
  file: Blob,
  { effects, signal, onProgress, chunkBytes = 4 * 1024 * 1024, mostAttempts = 12 }: UploadOptions,
): Promise<void> {
  let offset: number | undefined
  for (let attempt = 0; ; ) {
    try {
      offset ??= await effects.offset(signal)
      onProgress(offset, 'sending')
      if (offset >= file.size) return
      const next = await effects.send(file.slice(offset, offset + chunkBytes), offset, signal)
      if (next > offset) attempt = 0
      offset = next
    } catch (error) {
      if (signal.aborted || !isPassing(error) || ++attempt >= mostAttempts) throw error
      onProgress(offset ?? 0, 'interrupted')
      offset = undefined
      await effects.wait(backoffMs(attempt), signal)
    }
  }
}
