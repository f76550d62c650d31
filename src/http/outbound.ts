/** The one client for everything that goes out: which addresses, how much, how long and how often. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Agent, buildConnector, request as send } from 'undici'
import { cancelled, type LacydonError } from '../errors.ts'
import { packageVersion } from '../package-root.ts'
import { type AllowedRange, isAllowed, readAllowed, refusalOf } from './outbound-address.ts'
import { OutboundAnswer } from './outbound-answer.ts'
import { tooMuch } from './outbound-body.ts'
import { asProblem, outboundFailed, outboundRefused } from './outbound-failures.ts'
import { type Hop, type Method, nextHop } from './outbound-hop.ts'
import { backOffMs, type Manners, Pace, retryAfterMs } from './outbound-pace.ts'
import { allAllowed, mayFetch, nothingAllowed, type Robots, readRobots } from './outbound-robots.ts'

/** What the client does to the world; tests give their own. */
export interface OutboundEffects {
  /** Every address of a name. */
  resolve(hostname: string): Promise<string[]>
  /** Where a connection to a checked address really goes: to itself. */
  route(address: string, port: number): { address: string; port: number }
  wallMs(): number
  /** Resolves after so many milliseconds, or when the signal aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
  random(): number
}

export interface OutboundOptions {
  /** `OUTBOUND_ALLOW`: ranges of the operator's own networks. */
  allow?: string
  /** Where whoever runs a server can read who asks: `PUBLIC_URL`. */
  contact?: string | undefined
  /** Towards hosts of others, and towards those of `allow` written as addresses. */
  manners?: { others?: Manners; own?: Manners }
  effects?: Partial<OutboundEffects>
}

export interface OutboundRequest {
  method?: Method
  /** Names in small letters. Credentials among them are dropped when a redirect leaves the origin. */
  headers?: Record<string, string>
  body?: string | Uint8Array
  signal?: AbortSignal
  /** Unpacked bytes of the answer, default 64 MiB. */
  maxBytes?: number
  /** For the whole answer, default 2 minutes. */
  timeoutMs?: number
  /** What the last answer said: an unchanged one is answered by 304. */
  validators?: Validators
  /** Asks robots.txt of the host first: for files found by following links, not for documented APIs. */
  obeysRobots?: boolean
  /** Tries of a GET or HEAD that found the host busy or silent, default 4. */
  attempts?: number
  /** Unpacked bytes read so far. */
  onBytes?: (bytes: number) => void
}

export interface Validators {
  etag?: string | undefined
  lastModified?: string | undefined
}

const maxHops = 5
const defaultMaxBytes = 64 * 1024 ** 2
const defaultTimeoutMs = 120_000
const connectTimeoutMs = 10_000
/** Without a byte for so long a server is taken for gone. */
const silenceMs = 60_000
/** A host that asks for a longer rest is left to the next run. */
const longestRestMs = 15 * 60_000
const robotsBytes = 512 * 1024
const robotsKeptMs = 24 * 3_600_000
const busy = new Set([429, 500, 502, 503, 504])
const ratio = { ratio: 200, ratioFreeBytes: 10 * 1024 ** 2 }

/** Close it at the end: it keeps connections. */
export class Outbound {
  private readonly allowed: readonly AllowedRange[]
  private readonly effects: OutboundEffects
  private readonly manners: { others: Manners; own: Manners }
  private readonly userAgent: string
  private readonly pace: Pace
  private readonly agent: Agent
  private readonly robots = new Map<string, { at: number; rules: Robots }>()

  /** Throws `invalid_setting` for a list of ranges that cannot be read. */
  constructor({ allow = '', contact, manners = {}, effects = {} }: OutboundOptions = {}) {
    this.allowed = readAllowed(allow)
    this.effects = { ...realEffects, ...effects }
    this.manners = {
      others: manners.others ?? { calls: 1, gapMs: 1_000 },
      own: manners.own ?? { calls: 8, gapMs: 0 },
    }
    this.userAgent = `Lacydon/${packageVersion} (${contact ? `+${contact}` : 'open-source data platform'})`
    this.pace = new Pace({ now: () => this.effects.wallMs(), pause: this.effects.pause })
    this.agent = new Agent({
      connect: (target, done) => {
        this.connect(target).then(
          (socket) => done(null, socket),
          (error) => done(error, null),
        )
      },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      maxHeaderSize: 32 * 1024,
      connections: 8,
    })
  }

  /** Throws `outbound_refused` for an address that could never be asked, before a name is looked up: to check what is saved. */
  check(address: string | URL, protocols: readonly string[] = ['http:', 'https:']): URL {
    const url = URL.canParse(String(address)) ? new URL(address) : undefined
    if (!url) throw outboundRefused(String(address), 'it is no address')
    if (!protocols.includes(url.protocol))
      throw outboundRefused(String(address), `only ${protocols.map((p) => `${p}//`).join(' and ')} is asked`)
    if (url.username !== '' || url.password !== '')
      throw outboundRefused(url.host, 'an address must not hold a user name or a password')
    const hostname = plainHost(url.hostname)
    if (/(^|\.)localhost\.?$/.test(hostname) && !isAllowed('127.0.0.1', portOf(url), this.allowed))
      throw outboundRefused(url.host, 'it is this machine')
    if (isIP(hostname)) {
      const reason = refusalOf(hostname, portOf(url), this.allowed)
      if (reason) throw outboundRefused(url.host, reason)
    }
    return url
  }

  /**
   * Looks a name up once and checks every address it has: the ones to connect to, for protocols that make their own
   * connection. Throws `outbound_refused`, `outbound_failed` for a name that is not known.
   */
  async addressesOf(hostname: string, port: number): Promise<string[]> {
    const host = plainHost(hostname)
    const addresses = isIP(host) ? [host] : await this.resolved(host)
    for (const address of addresses) {
      const reason = refusalOf(address, port, this.allowed)
      if (reason) throw outboundRefused(host === address ? host : `${host} (${address})`, reason)
    }
    return addresses
  }

  private async resolved(host: string): Promise<string[]> {
    const addresses = await this.effects.resolve(host).catch((error: Error) => {
      throw outboundFailed(
        `The name ${host} is not known here (${(error as { code?: string }).code ?? 'DNS'}).`,
      )
    })
    if (addresses.length === 0) throw outboundFailed(`The name ${host} has no address.`)
    return addresses
  }

  /** Connects to the address that was checked, never to the name again. */
  private async connect(target: buildConnector.Options) {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
    const host = plainHost(target.hostname)
    let last: unknown
    for (const checked of await this.addressesOf(host, port)) {
      const route = this.effects.route(checked, port)
      const connector = buildConnector({ timeout: connectTimeoutMs })
      try {
        return await new Promise<Parameters<buildConnector.Callback>[1] & object>((resolve, reject) =>
          connector(
            {
              ...target,
              hostname: route.address,
              port: String(route.port),
              ...(isIP(host) === 0 && { servername: host.replace(/\.$/, '') }),
            },
            (error, socket) => (error ? reject(error) : resolve(socket!)),
          ),
        )
      } catch (error) {
        last = error
      }
    }
    throw last
  }

  /**
   * Asks and answers once the headers are there; read the body to its end or `discard` it, the host's turn ends then.
   * Redirects are followed, each checked like the first. Throws `outbound_refused`, `outbound_failed` (no answer),
   * `outbound_limit` (too much, too long), `cancelled`. Answers of any status are answers: see `ok`.
   */
  async request(address: string | URL, asked: OutboundRequest = {}): Promise<OutboundAnswer> {
    const isRepeatable = (asked.method ?? 'GET') === 'GET' || asked.method === 'HEAD'
    const attempts = isRepeatable ? (asked.attempts ?? 4) : 1
    for (let attempt = 1; ; attempt++) {
      const answer = await this.follow(this.check(address), asked).catch((error: unknown) => {
        const problem = asProblem(error, asked.signal)
        // Without a code it is no matter of the moment: a name that is not known, redirects in a circle.
        const isPassing = problem.code === 'outbound_failed' && problem.details?.code !== undefined
        if (!isPassing || attempt >= attempts) throw problem
      })
      const isBusy = answer !== undefined && busy.has(answer.status)
      if (answer && !(isBusy && attempt < attempts)) return answer
      const asksFor = answer && retryAfterMs(answer.headers['retry-after'], this.effects.wallMs())
      if (answer && asksFor !== undefined && asksFor > longestRestMs) return answer
      await answer?.discard()
      const restMs = Math.max(asksFor ?? 0, backOffMs(attempt, this.effects.random))
      this.pace.rest((answer ? new URL(answer.url) : new URL(address)).host, restMs)
    }
  }

  private async follow(first: URL, asked: OutboundRequest): Promise<OutboundAnswer> {
    const timeout = AbortSignal.timeout(asked.timeoutMs ?? defaultTimeoutMs)
    const signal = asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout
    let hop: Hop = {
      url: first,
      method: asked.method ?? 'GET',
      headers: { ...asked.headers },
      body: asked.body,
    }
    if (asked.validators?.etag) hop.headers['if-none-match'] = asked.validators.etag
    if (asked.validators?.lastModified) hop.headers['if-modified-since'] = asked.validators.lastModified
    for (let hops = 0; ; hops++) {
      if (asked.obeysRobots) await this.obeyRobots(hop.url, signal)
      const answer = await this.exchange(hop, asked, signal)
      const location = answer.headers.location
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer
      await answer.discard()
      if (hops === maxHops) throw outboundFailed(`${first.host} redirects more than ${maxHops} times.`)
      const next = nextHop(hop, answer.status, location)
      hop = { ...next, url: this.check(next.url) }
    }
  }

  private async exchange(
    { url, method, headers, body }: Hop,
    asked: OutboundRequest,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const leave = await this.pace.enter(url.host, this.mannersOf(url), asked.signal)
    try {
      const {
        statusCode,
        headers: given,
        body: stream,
      } = await send(url, {
        dispatcher: this.agent,
        method,
        headers: { 'user-agent': this.userAgent, 'accept-encoding': 'gzip, br', accept: '*/*', ...headers },
        body: body ?? null,
        signal,
      })
      const answer = new OutboundAnswer({
        status: statusCode,
        headers: plainHeaders(given),
        url: url.href,
        stream,
        limits: { maxBytes: asked.maxBytes ?? defaultMaxBytes, ...ratio },
        onBytes: asked.onBytes ?? (() => {}),
        asProblem: (error) => asProblem(error, asked.signal),
        leave,
      })
      this.heed(url.host, answer.headers)
      const announced = Number(answer.headers['content-length'] ?? 0)
      if (method !== 'HEAD' && announced > (asked.maxBytes ?? defaultMaxBytes)) {
        await answer.discard()
        throw tooMuch(`${url.host} announces an answer of ${announced} bytes, more than is taken.`)
      }
      return answer
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Quotas that a host tells are kept before it has to refuse. */
  private heed(host: string, headers: Readonly<Record<string, string>>): void {
    const restMs = retryAfterMs(headers['retry-after'], this.effects.wallMs())
    if (restMs !== undefined) this.pace.rest(host, Math.min(restMs, longestRestMs))
    if (headers['x-ratelimit-remaining']?.trim() !== '0') return
    const reset = headers['x-ratelimit-reset'] ?? ''
    const seconds = /^\d{1,6}$/.test(reset)
      ? Number(reset)
      : (Date.parse(reset) - this.effects.wallMs()) / 1000
    if (seconds > 0) this.pace.rest(host, Math.min(seconds * 1000, longestRestMs))
  }

  private mannersOf(url: URL): Manners {
    const host = plainHost(url.hostname)
    return isIP(host) && isAllowed(host, portOf(url), this.allowed) ? this.manners.own : this.manners.others
  }

  private async obeyRobots(url: URL, signal: AbortSignal): Promise<void> {
    const rules = await this.robotsOf(url.origin, signal)
    if (rules.crawlDelayS > 0) this.pace.slowDown(url.host, rules.crawlDelayS * 1000)
    if (!mayFetch(rules, url.pathname + url.search))
      throw outboundRefused(url.host, `its robots.txt does not want ${url.pathname.slice(0, 100)} to be read`)
  }

  private async robotsOf(origin: string, signal: AbortSignal): Promise<Robots> {
    const known = this.robots.get(origin)
    if (known && this.effects.wallMs() - known.at < robotsKeptMs) return known.rules
    const rules = await this.request(`${origin}/robots.txt`, {
      maxBytes: robotsBytes,
      attempts: 2,
      signal,
    }).then(
      async (answer) => {
        if (answer.ok) return readRobots(await answer.text(), 'lacydon')
        await answer.discard()
        return answer.status >= 500 || answer.status === 429 ? nothingAllowed : allAllowed
      },
      (error: LacydonError) => {
        // Too long to read, or not for us to reach: only the second is a reason to stay away.
        if (error.code === 'outbound_limit') return allAllowed
        throw error
      },
    )
    this.robots.set(origin, { at: this.effects.wallMs(), rules })
    return rules
  }

  /** `request` in the form of the standard `fetch`, for libraries that take one. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const given = new Request(input, init)
    const body = given.body ? new Uint8Array(await given.arrayBuffer()) : undefined
    const answer = await this.request(given.url, {
      method: given.method as Method,
      headers: Object.fromEntries(given.headers),
      ...(body && { body }),
      signal: given.signal,
      attempts: 1,
    })
    // The packing is undone here, and a length told for it would be wrong.
    const { 'content-encoding': _, 'content-length': __, ...headers } = answer.headers
    const hasBody = ![204, 205, 304].includes(answer.status)
    const bytes = await answer.bytes()
    return new Response(hasBody ? new Uint8Array(bytes) : null, { status: answer.status, headers })
  }

  async close(): Promise<void> {
    await this.agent.destroy()
  }
}

const realEffects: OutboundEffects = {
  resolve: async (hostname) =>
    (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address),
  route: (address, port) => ({ address, port }),
  wallMs: Date.now,
  pause: (ms, signal) =>
    wait(ms, undefined, { ...(signal && { signal }), ref: true }).catch(() => {
      throw cancelled()
    }),
  random: Math.random,
}

/** Without the brackets of IPv6. */
const plainHost = (hostname: string) => hostname.replace(/^\[|\]$/g, '')

const portOf = (url: URL) => Number(url.port || (/^(https|wss|mqtts):$/.test(url.protocol) ? 443 : 80))

function plainHeaders(given: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return headers
}
