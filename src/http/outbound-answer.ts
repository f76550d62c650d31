/** An answer from outside: its headers, and its body within limits. */
import type { Readable } from 'node:stream'
import type { LacydonError } from '../errors.ts'
import { type BodyLimits, readBody } from './outbound-body.ts'
import { outboundFailed } from './outbound-failures.ts'

interface Parts {
  status: number
  headers: Readonly<Record<string, string>>
  /** Where it came from in the end. */
  url: string
  stream: Readable
  limits: BodyLimits
  onBytes: (bytes: number) => void
  asProblem: (error: unknown) => LacydonError
  /** Ends the host's turn. */
  leave: () => void
}

export class OutboundAnswer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  private readonly parts: Parts

  constructor(parts: Parts) {
    this.status = parts.status
    this.headers = parts.headers
    this.url = parts.url
    this.parts = parts
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /** Media type without parameters, small letters; empty when it is not said. */
  get mediaType(): string {
    return (this.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  }

  /** The body, unpacked; once. Throws `outbound_limit`, `outbound_failed`, `cancelled`. */
  async *body(): AsyncGenerator<Buffer> {
    const { stream, headers, limits, onBytes, asProblem, leave } = this.parts
    try {
      yield* readBody(stream, headers['content-encoding'], limits, onBytes)
    } catch (error) {
      throw asProblem(error)
    } finally {
      leave()
    }
  }

  async bytes(): Promise<Buffer> {
    const pieces: Buffer[] = []
    for await (const piece of this.body()) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8')
  }

  /** Throws `outbound_failed` for what is no JSON, such as the page of a proxy. */
  async json(): Promise<unknown> {
    const text = await this.text()
    try {
      return JSON.parse(text)
    } catch {
      const isPage = /^\s*</.test(text)
      throw outboundFailed(
        `${new URL(this.url).host} answers ${isPage ? 'a web page' : 'something else'} where JSON was expected.`,
      )
    }
  }

  /** Ends it unread. */
  async discard(): Promise<void> {
    this.parts.stream.on('error', () => {})
    this.parts.stream.destroy()
    this.parts.leave()
  }
}
