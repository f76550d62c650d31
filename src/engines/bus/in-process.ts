import { overloaded, unavailable } from '../../errors.ts'
import { AckWindow } from './ack-window.ts'
import type { Bus, BusMessage, Subscription } from './bus.ts'
import { type BusLog, Delivery } from './delivery.ts'
import { RecentIds } from './recent-ids.ts'
import { checkDurable, checkMessage, checkSubject, defaultMaxInFlight, duplicateWindowMs } from './rules.ts'
import { Topic } from './topic.ts'

export interface InProcessBusOptions {
  /** Payload bytes kept at most; the oldest acknowledged ones go first. */
  maxBytes?: number
  log: BusLog
  /** Milliseconds of a clock that never goes back. */
  nowMs?: () => number
}

interface Durable {
  subject: string
  floor: number
  running: Subscription | undefined
}

/** Counted for each message besides its payload. */
const overheadBytes = 200
/** Reclaiming frees this share of the whole at once, so that a full bus does not do it for every message. */
const freedShare = 0.25
const rememberedIds = 200_000

/**
 * A bus inside this process. Messages stay until their room is needed; then the oldest go that every durable consumer
 * of their subject has acknowledged. When none may go, `publish` throws `overloaded`. Nothing outlives the process:
 * what must is in the spool. Ids are remembered for two minutes, at most the last 200,000.
 */
export function createInProcessBus(options: InProcessBusOptions): Bus {
  const maxBytes = options.maxBytes ?? 32 * 1024 * 1024
  const nowMs = options.nowMs ?? (() => performance.now())
  const topics = new Map<string, Topic>()
  const durables = new Map<string, Durable>()
  const subscriptions = new Set<Subscription>()
  const recent = new RecentIds(duplicateWindowMs, rememberedIds)
  let lastPosition = 0
  let keptBytes = 0
  let isClosed = false

  const topicOf = (subject: string): Topic => {
    let topic = topics.get(subject)
    if (!topic) {
      topic = new Topic()
      topics.set(subject, topic)
    }
    return topic
  }

  /** Position up to which messages of a subject are needed by no durable consumer. */
  const droppableUpTo = (subject: string): number => {
    let floor = Number.POSITIVE_INFINITY
    for (const durable of durables.values()) {
      if (durable.subject === subject) floor = Math.min(floor, durable.floor)
    }
    return floor
  }

  const reclaim = (): void => {
    const limits = [...topics].map(([subject, topic]) => ({ topic, upTo: droppableUpTo(subject) }))
    while (keptBytes > maxBytes * (1 - freedShare)) {
      let oldest: Topic | undefined
      for (const { topic, upTo } of limits) {
        const candidate = topic.oldest
        if (!candidate || candidate.position > upTo) continue
        if (!oldest || candidate.position < oldest.oldest!.position) oldest = topic
      }
      if (!oldest) return
      keptBytes -= oldest.oldest!.data.length + overheadBytes
      oldest.dropOldest()
    }
  }

  const startPosition = (from: number | 'new' | 'first'): number =>
    from === 'new' ? lastPosition : from === 'first' ? 0 : from

  const subscribe = (
    subject: string,
    start: number,
    maxInFlight: number,
    handler: (message: BusMessage) => void | Promise<void>,
    durable: Durable | undefined,
  ): Subscription => {
    const topic = topicOf(subject)
    const window = new AckWindow(start)
    let isStopped = false
    const delivery = new Delivery({
      subject,
      source: topic.after(start, () => isStopped),
      closeSource: () => {
        isStopped = true
        topic.wakeAll()
      },
      window,
      maxInFlight,
      handler,
      onFloor: () => {
        if (durable) durable.floor = window.floor
      },
      log: options.log,
    })
    const subscription: Subscription = {
      async stop() {
        await delivery.stop()
        if (subscriptions.delete(subscription) && durable?.running === subscription)
          durable.running = undefined
      },
    }
    subscriptions.add(subscription)
    return subscription
  }

  return {
    async publish(subject, id, data) {
      checkMessage(subject, id, data)
      if (isClosed) throw unavailable('The bus is closed.')
      const key = `${subject} ${id}`
      const now = nowMs()
      if (recent.has(key, now)) return
      const bytes = data.length + overheadBytes
      if (keptBytes + bytes > maxBytes) reclaim()
      if (keptBytes + bytes > maxBytes) throw overloaded('The bus is full: its consumers do not keep up.', 1)
      keptBytes += bytes
      recent.add(key, now)
      // A copy: the publisher may reuse its buffer, and every consumer of the subject sees this one.
      topicOf(subject).push({ id, position: ++lastPosition, data: new Uint8Array(data) })
      // A publisher that never waits for anything else would keep its own consumers from running.
      if (lastPosition % 256 === 0) await new Promise((resolve) => setImmediate(resolve))
    },

    async consume(subject, { durable: name, from, maxInFlight = defaultMaxInFlight }, handler) {
      checkSubject(subject)
      if (isClosed) throw unavailable('The bus is closed.')
      if (name === undefined)
        return subscribe(subject, startPosition(from ?? 'new'), maxInFlight, handler, undefined)
      checkDurable(name)
      const key = `${subject} ${name}`
      const durable = durables.get(key) ?? {
        subject,
        floor: startPosition(from ?? 'first'),
        running: undefined,
      }
      durables.set(key, durable)
      await durable.running?.stop()
      durable.running = subscribe(subject, durable.floor, maxInFlight, handler, durable)
      return durable.running
    },

    async health() {
      return { engine: 'in-process', ok: !isClosed, message: isClosed ? 'The bus is closed.' : '' }
    },

    async close() {
      isClosed = true
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      topics.clear()
    },
  }
}
