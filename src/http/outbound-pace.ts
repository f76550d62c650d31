/** Politeness towards other people's servers: one call after the other, with pauses, and longer ones when asked. */
import { cancelled } from '../errors.ts'

export interface PaceEffects {
  /** Milliseconds, any origin. */
  now(): number
  /** Resolves after so many milliseconds, or when the signal aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
}

/** What one host is asked at most. */
export interface Manners {
  /** Calls at the same time. */
  calls: number
  /** From the beginning of a call to that of the next, milliseconds. */
  gapMs: number
}

interface Host {
  active: number
  nextAt: number
  gapMs: number
  waiting: (() => void)[]
}

export class Pace {
  private readonly effects: PaceEffects
  private readonly hosts = new Map<string, Host>()

  constructor(effects: PaceEffects) {
    this.effects = effects
  }

  /** Waits for the turn of a call; call what it answers when the answer is read. Throws `cancelled`. */
  async enter(name: string, { calls, gapMs }: Manners, signal?: AbortSignal): Promise<() => void> {
    const host = this.hostOf(name)
    while (host.active >= calls) {
      if (signal?.aborted) throw cancelled()
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        signal?.addEventListener('abort', wake, { once: true })
        host.waiting.push(wake)
      })
    }
    host.active++
    let isLeft = false
    const leave = () => {
      if (isLeft) return
      isLeft = true
      host.active--
      // All: one that was aborted meanwhile must not keep the turn of another.
      for (const wake of host.waiting.splice(0)) wake()
    }
    try {
      // Others may have moved the time on while this one waited.
      for (
        let waitMs = host.nextAt - this.effects.now();
        waitMs > 0;
        waitMs = host.nextAt - this.effects.now()
      )
        await this.wait(waitMs, signal)
      if (signal?.aborted) throw cancelled()
      host.nextAt = this.effects.now() + Math.max(gapMs, host.gapMs)
      return leave
    } catch (error) {
      leave()
      throw error
    }
  }

  private async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await this.effects.pause(ms, signal)
    if (signal?.aborted) throw cancelled()
  }

  /** Nobody asks this host before so many milliseconds from now. */
  rest(name: string, ms: number): void {
    const host = this.hostOf(name)
    host.nextAt = Math.max(host.nextAt, this.effects.now() + ms)
  }

  /** What robots.txt asks for as a pause between calls. */
  slowDown(name: string, gapMs: number): void {
    this.hostOf(name).gapMs = gapMs
  }

  private hostOf(name: string): Host {
    const known = this.hosts.get(name)
    if (known) return known
    const host: Host = { active: 0, nextAt: 0, gapMs: 0, waiting: [] }
    this.hosts.set(name, host)
    return host
  }
}

/** Milliseconds that `Retry-After` asks for (seconds or an HTTP date); undefined when it says nothing. */
export function retryAfterMs(header: string | undefined, wallMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallMs)
}

const firstBackOffMs = 1_000
const maxBackOffMs = 15 * 60_000

/** Pause before try `attempt + 1`: doubled each time up to 15 minutes, of which a random half. */
export const backOffMs = (attempt: number, random: () => number): number =>
  Math.min(maxBackOffMs, firstBackOffMs * 2 ** (attempt - 1)) * (0.5 + random() / 2)
