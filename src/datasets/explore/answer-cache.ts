/** Answers kept while the rows they were made from stay the same. */
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'identity' | 'gzip' | 'br'

/** A body as it was made, and compressed once somebody asked for that. */
export interface Answer {
  etag: string
  /** Rows that it shows; absent when it shows none. */
  rows?: number
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer }
}

/** Smaller bodies fit one packet as they are. */
const leastCompressedBytes = 1024
const brotliQuality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

const compressed = (encoding: 'gzip' | 'br', body: Buffer) =>
  new Promise<Buffer>((resolve, reject) => {
    const done = (error: Error | null, result: Buffer) => (error ? reject(error) : resolve(result))
    if (encoding === 'br') brotliCompress(body, brotliQuality, done)
    else gzip(body, { level: 6 }, done)
  })

const encodings = new Map<string, Encoding>()
const maxHeaders = 1_000

/** The best encoding that a header `accept-encoding` allows. */
export function encodingOf(header: string | string[] | undefined): Encoding {
  if (header === undefined) return 'identity'
  const text = String(header)
  let found = encodings.get(text)
  if (found === undefined) {
    found = readEncoding(text)
    if (encodings.size < maxHeaders) encodings.set(text, found)
  }
  return found
}

function readEncoding(text: string): Encoding {
  const weights = new Map(
    text.split(',').map((part): [string, number] => {
      const [name = '', ...rest] = part.split(';').map((piece) => piece.trim().toLowerCase())
      const weight = rest.find((piece) => piece.startsWith('q='))
      return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0]
    }),
  )
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  const [gzipped, brotli] = [weightOf('gzip'), weightOf('br')]
  if (brotli > 0 && brotli >= gzipped) return 'br'
  return gzipped > 0 ? 'gzip' : 'identity'
}

/** Least recently used first out, by bytes. */
export class AnswerCache {
  readonly #limitBytes: number
  readonly #answers = new Map<string, Answer>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get(key: string): Answer | undefined {
    const found = this.#answers.get(key)
    if (!found) return undefined
    this.#answers.delete(key)
    this.#answers.set(key, found)
    return found
  }

  /** Larger than an eighth of the whole is not kept: it would push out too much. */
  keep(key: string, answer: Answer): void {
    const size = sizeOf(answer)
    if (size > this.#limitBytes / 8 || this.#answers.has(key)) return
    this.#answers.set(key, answer)
    this.#add(size)
  }

  /** The body in an encoding and what that encoding is: bodies that would hardly shrink stay as they are. */
  async body(key: string | undefined, answer: Answer, encoding: Encoding): Promise<[Buffer, Encoding]> {
    const { bodies } = answer
    if (encoding === 'identity' || bodies.identity.length < leastCompressedBytes)
      return [bodies.identity, 'identity']
    const known = bodies[encoding]
    if (known) return [known, encoding]
    const made = await compressed(encoding, bodies.identity)
    if (key !== undefined && !bodies[encoding] && this.#answers.get(key) === answer) {
      bodies[encoding] = made
      this.#add(made.length)
    }
    return [made, encoding]
  }

  #add(bytes: number): void {
    this.#bytes += bytes
    for (const [oldest, answer] of this.#answers) {
      if (this.#bytes <= this.#limitBytes) break
      this.#answers.delete(oldest)
      this.#bytes -= sizeOf(answer)
    }
  }

  get byteLength(): number {
    return this.#bytes
  }
}

const sizeOf = ({ bodies }: Answer) => Object.values(bodies).reduce((sum, { length }) => sum + length, 0)
