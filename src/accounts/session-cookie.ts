/** The cookie of a session: what scripts cannot read, other sites do not send, and no other host can set on https. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionS } from './rules.ts'

export class SessionCookie {
  readonly #isHttps: boolean | undefined

  /** By the address people use, if it was told; else each request tells whether it came by https. */
  constructor(publicUrl: string | undefined) {
    this.#isHttps = publicUrl === undefined ? undefined : new URL(publicUrl).protocol === 'https:'
  }

  isSecure(request: FastifyRequest): boolean {
    return this.#isHttps ?? request.protocol === 'https'
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.#name(request, 'session')]
  }

  set(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    this.#set(request, reply, 'session', secret, sessionS)
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.#set(request, reply, 'session', '', 0)
  }

  /** Ties a sign-in at a provider to the browser it began in, for ten minutes. */
  readFlow(request: FastifyRequest): string | undefined {
    return request.cookies[this.#name(request, 'flow')]
  }

  setFlow(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    this.#set(request, reply, 'flow', secret, secret === '' ? 0 : 600)
  }

  /** `__Host-` makes browsers refuse the cookie unless it is Secure, of this very host and of all its paths. */
  #name(request: FastifyRequest, what: 'session' | 'flow'): string {
    return this.isSecure(request) ? `__Host-lacydon-${what}` : `lacydon-${what}`
  }

  #set(
    request: FastifyRequest,
    reply: FastifyReply,
    what: 'session' | 'flow',
    value: string,
    maxAge: number,
  ): void {
    reply.setCookie(this.#name(request, what), value, {
      path: '/',
      httpOnly: true,
      // Lax and not Strict: coming back from a provider, or by a link in a mail, one is still signed in.
      sameSite: 'lax',
      secure: this.isSecure(request),
      maxAge,
    })
  }
}
