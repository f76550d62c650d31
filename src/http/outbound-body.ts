/** Bodies of answers from outside: unpacked, counted, and cut where they pass a limit. */
import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { LacydonError } from '../errors.ts'

export const tooMuch = (message: string) => new LacydonError('outbound_limit', 422, message)

export interface BodyLimits {
  /** Unpacked. */
  maxBytes: number
  /** Unpacked bytes for a packed one, beyond the first `ratioFreeBytes`. */
  ratio: number
  ratioFreeBytes: number
}

/** Throws `outbound_failed` for an encoding that nobody asked for. */
function unpacker(encoding: string) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'deflate':
      return createInflate()
    default:
      throw new LacydonError(
        'outbound_failed',
        502,
        `The answer is packed as “${encoding.slice(0, 40)}”, which was not asked for.`,
      )
  }
}

/**
 * The body without its packing. Throws `outbound_limit` when it grows beyond a limit; the connection is closed then, as
 * when the reader stops early.
 */
export async function* readBody(
  body: Readable,
  contentEncoding: string | undefined,
  limits: BodyLimits,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const encodings = (contentEncoding ?? '')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '' && encoding !== 'identity')
  if (encodings.length > 2) {
    body.destroy()
    throw tooMuch('The answer is packed more than twice.')
  }
  // Told by the reading below; an end that nobody waits for any more is none.
  body.on('error', () => {})
  let packed = 0
  let unpacked = 0
  const counted = Readable.from(
    (async function* () {
      for await (const piece of body as AsyncIterable<Buffer>) {
        packed += piece.length
        yield piece
      }
    })(),
    { objectMode: false },
  )
  let stream: Readable = counted
  const stages: Readable[] = [counted]
  try {
    for (const encoding of encodings.reverse()) {
      const next = unpacker(encoding)
      stream.once('error', (error) => next.destroy(error))
      stream = stream.pipe(next)
      stages.push(stream)
    }
    for await (const piece of stream as AsyncIterable<Buffer>) {
      unpacked += piece.length
      if (unpacked > limits.maxBytes) throw tooMuch(`The answer is larger than ${sizeText(limits.maxBytes)}.`)
      if (encodings.length > 0 && unpacked > limits.ratioFreeBytes && unpacked > packed * limits.ratio)
        throw tooMuch(`The answer unpacks to more than ${limits.ratio} times its size.`)
      onBytes(unpacked)
      yield piece
    }
  } finally {
    for (const stage of stages) stage.destroy()
    body.destroy()
  }
}

/** `64 MB`, `3 KB`. */
export const sizeText = (bytes: number): string =>
  bytes >= 1_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${Math.ceil(bytes / 1000)} KB`
