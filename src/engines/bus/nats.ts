import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node'
import { invalidSetting, LacydonError, overloaded, unavailable } from '../../errors.ts'
import { AckWindow } from './ack-window.ts'
import type { Bus, Subscription } from './bus.ts'
import { type BusLog, Delivery } from './delivery.ts'
import { DurablePosition } from './nats-positions.ts'
import { StreamReader } from './nats-reader.ts'
import { reclaim } from './nats-reclaim.ts'
import { type NatsSettings, readNatsUrl } from './nats-settings.ts'
import { checkDurable, checkMessage, checkSubject, defaultMaxInFlight, duplicateWindowMs } from './rules.ts'

export interface NatsBusOptions {
  /** As `readNatsUrl` takes it. */
  url: string
  /** Names the streams and begins the subjects, so that several instances can share a server. */
  prefix?: string
  /** Bytes the stream keeps; the oldest acknowledged ones go first. */
  maxBytes?: number
  /** How long a publish waits for the server. */
  publishTimeoutMs?: number
  log: BusLog
}

const noMoreRoom = new Set([10047, 10077])
const positionsAfterDays = 30
/** Acknowledged positions are stored this often at most; a crash repeats what came since. */
const storeEveryMs = 100

/**
 * The bus on NATS JetStream: one stream with explicit limits for all subjects, and one for the acknowledged positions
 * of durable consumers. Reading is by ordered consumers (no acknowledgement traffic per message), so order holds
 * and what was not acknowledged comes again at once to the next subscription, after a crash too. Throws
 * `unavailable` when no server answers, `invalid_setting` when it has no JetStream.
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const { log } = options
  const settings = readNatsUrl(options.url)
  const prefix = options.prefix ?? settings.prefix
  const maxBytes = options.maxBytes ?? settings.maxBytes
  const connection = await connectTo(settings)
  const names = { messages: `${prefix}_bus`, positions: `${prefix}_positions` }
  const jsm = await openStreams(connection, names, prefix, settings.replicas, maxBytes).catch(
    async (error) => {
      await connection.close()
      throw error
    },
  )
  const js = jetstream(connection, { timeout: options.publishTimeoutMs ?? 10_000 })
  const subscriptions = new Set<Subscription>()
  let publishedBytes = 0
  let reclaiming: Promise<void> | undefined
  void reportStatus(connection, log)

  const reclaimSoon = (): void => {
    reclaiming ??= reclaim(jsm, names, prefix, maxBytes)
      .catch((error) => log.warn({ error: String(error) }, 'making room on the bus failed'))
      .finally(() => {
        reclaiming = undefined
      })
  }

  const startPosition = async (from: number | 'new' | 'first'): Promise<number> => {
    if (from === 'first') return 0
    return from === 'new' ? (await jsm.streams.info(names.messages)).state.last_seq : from
  }

  return {
    async publish(subject, id, data) {
      checkMessage(subject, id, data)
      try {
        await js.publish(`${prefix}.bus.${subject}`, data, { msgID: `${subject} ${id}` })
      } catch (error) {
        if (error instanceof JetStreamApiError && noMoreRoom.has(error.code)) {
          reclaimSoon()
          throw overloaded('The bus is full: its consumers do not keep up.', 1)
        }
        throw away(error)
      }
      publishedBytes += data.length
      if (publishedBytes > maxBytes / 16) {
        publishedBytes = 0
        reclaimSoon()
      }
    },

    async consume(subject, { durable, from, maxInFlight = defaultMaxInFlight }, handler) {
      checkSubject(subject)
      if (durable !== undefined) checkDurable(durable)
      try {
        const position =
          durable === undefined
            ? undefined
            : new DurablePosition(js, jsm, names.positions, `${prefix}.position.${durable}.${subject}`)
        const initial = await startPosition(from ?? (durable === undefined ? 'new' : 'first'))
        const start = position ? await position.claim(initial) : initial
        const reader = new StreamReader({
          js,
          stream: names.messages,
          filter: `${prefix}.bus.${subject}`,
          after: start,
          ahead: Math.min(Math.max(maxInFlight, 2), 1000),
          log,
        })
        await reader.open()
        const window = new AckWindow(start)
        let timer: NodeJS.Timeout | undefined
        let isStoring = true
        const store = async () => {
          timer = undefined
          try {
            await position?.store(window.floor)
            isStoring = true
          } catch (error) {
            if (isStoring) {
              log.warn(
                { subject, durable, error: String(error) },
                'storing the position of a bus consumer failed',
              )
            }
            isStoring = false
            if (error instanceof LacydonError && error.code === 'conflict') await subscription.stop()
            else timer ??= setTimeout(store, 10 * storeEveryMs)
          }
        }
        const delivery = new Delivery({
          subject,
          source: reader,
          closeSource: () => reader.close(),
          window,
          maxInFlight,
          handler,
          onFloor: () => {
            if (position) timer ??= setTimeout(store, storeEveryMs)
          },
          log,
        })
        const subscription: Subscription = {
          async stop() {
            await delivery.stop()
            if (!subscriptions.delete(subscription)) return
            clearTimeout(timer)
            // What fails to be stored here comes again: at least once.
            await position?.store(window.floor).catch(() => {})
          },
        }
        subscriptions.add(subscription)
        return subscription
      } catch (error) {
        throw away(error)
      }
    },

    async health() {
      try {
        const { state } = await jsm.streams.info(names.messages)
        const share = Math.round((100 * state.bytes) / maxBytes)
        return { engine: 'nats', ok: true, message: share > 90 ? `The bus is ${share} % full.` : '' }
      } catch (error) {
        return { engine: 'nats', ok: false, message: `NATS does not answer: ${(error as Error).message}.` }
      }
    },

    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await reclaiming
      await connection.close()
    },
  }
}

async function connectTo(settings: NatsSettings): Promise<NatsConnection> {
  try {
    return await connect({
      servers: settings.servers,
      user: settings.user,
      pass: settings.password,
      tls: settings.isEncrypted ? {} : undefined,
      name: 'lacydon',
      maxReconnectAttempts: -1,
      timeout: 10_000,
    })
  } catch (error) {
    const message = `NATS at ${settings.servers.join(', ')} does not answer: ${(error as Error).message}.`
    throw unavailable(message, 'See NATS_URL.')
  }
}

async function openStreams(
  connection: NatsConnection,
  names: { messages: string; positions: string },
  prefix: string,
  replicas: number,
  maxBytes: number,
): Promise<JetStreamManager> {
  try {
    const jsm = await jetstreamManager(connection)
    const common = {
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      num_replicas: replicas,
    }
    await ensureStream(jsm, {
      ...common,
      name: names.messages,
      subjects: [`${prefix}.bus.>`],
      max_bytes: maxBytes,
      duplicate_window: nanos(duplicateWindowMs),
    })
    await ensureStream(jsm, {
      ...common,
      discard: DiscardPolicy.Old,
      name: names.positions,
      subjects: [`${prefix}.position.>`],
      max_msgs_per_subject: 1,
      max_age: nanos(positionsAfterDays * 86_400_000),
    })
    return jsm
  } catch (error) {
    if (/jetstream.*not.*enabled|no responders/i.test((error as Error).message)) {
      throw invalidSetting(
        'NATS_URL',
        'a server without JetStream',
        'the address of one started with JetStream (-js)',
      )
    }
    throw away(error)
  }
}

/** Makes the stream, or brings one that is there to these settings. */
async function ensureStream(
  jsm: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
): Promise<void> {
  try {
    await jsm.streams.info(config.name)
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.status !== 404) throw error
    await jsm.streams.add(config)
    return
  }
  await jsm.streams.update(config.name, config)
}

async function reportStatus(connection: NatsConnection, log: BusLog): Promise<void> {
  for await (const status of connection.status()) {
    if (['disconnect', 'reconnect', 'error', 'ldm', 'staleConnection'].includes(status.type)) {
      log.warn({ status: status.type }, 'the connection to NATS changed')
    }
  }
}

function away(error: unknown): LacydonError {
  if (error instanceof LacydonError) return error
  return unavailable(
    `NATS does not answer: ${(error as Error).message}.`,
    'See that it runs and NATS_URL is right.',
  )
}
