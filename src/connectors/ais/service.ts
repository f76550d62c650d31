import { createHash } from 'node:crypto'
import { basename, resolve } from 'node:path'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import type { SpoolStore } from '../../engines/spool/spool.ts'
import { invalidSetting } from '../../errors.ts'
import type { Realm } from './datasets.ts'
import { Feed, type FeedStatus } from './feed.ts'
import { RealmMemory } from './ingest.ts'
import { type AisAddress, parseAisAddress } from './inputs/address.ts'
import type { InputEffects } from './inputs/input.ts'
import type { FeedListener, FeedMemory } from './message.ts'

export interface AisOptions {
  /** As written in the AIS setting. */
  addresses: string[]
  realm: Realm
  spools: SpoolStore
  columnar: Columnar
  listener: FeedListener
  isOnLand: (lon: number, lat: number) => boolean
  effects: InputEffects
  spoolKeepBytes: number
  /** Puts back what is known of vessels before the first line is judged. */
  seedMemory: (memory: FeedMemory) => void
}

export type { FeedStatus } from './feed.ts'
export { sourceStateOf } from './source-state.ts'

/** Every AIS source of this instance. */
export class AisFeeds {
  readonly #feeds: Feed[]
  #running: Promise<void> | undefined

  /**
   * Opens the sources of a configuration. Throws `invalid_setting` for an address that cannot be used or is given
   * twice.
   */
  static async open(options: AisOptions): Promise<AisFeeds> {
    const sources = options.addresses.map((text) => ({ text, address: parseAisAddress(text) }))
    const ids = sources.map(({ address }) => (options.realm === 'simulated' ? 'demo' : sourceId(address)))
    const twice = ids.findIndex((id, i) => ids.indexOf(id) !== i)
    if (twice >= 0) throw invalidSetting('AIS', ids[twice]!, 'each source once')
    const memory = new RealmMemory()
    options.seedMemory(memory)
    const feeds: Feed[] = []
    for (const [i, { address }] of sources.entries()) {
      feeds.push(await Feed.open({ ...options, id: ids[i]!, address, memory }))
    }
    return new AisFeeds(feeds)
  }

  private constructor(feeds: Feed[]) {
    this.#feeds = feeds
  }

  /**
   * Begins to receive at once. Rows follow when every source knows again what was heard before: they share it, and
   * what comes meanwhile waits in the spool.
   */
  start(): void {
    for (const feed of this.#feeds) feed.receive()
    this.#running = this.#warmUpAndStore()
  }

  async #warmUpAndStore(): Promise<void> {
    for (const feed of this.#feeds) await feed.warmUp()
    await Promise.all(this.#feeds.map((feed) => feed.store()))
  }

  status(): FeedStatus[] {
    return this.#feeds.map((feed) => feed.status())
  }

  async stop(): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.stopReceiving()))
    await this.#running
    await Promise.all(this.#feeds.map((feed) => feed.close()))
  }
}

/** Name of a source's spool and of its rows' origin: letters, digits and hyphens, the same at every start. */
export function sourceId(address: AisAddress): string {
  switch (address.kind) {
    case 'file': {
      const digest = createHash('sha256').update(resolve(address.path)).digest('hex').slice(0, 8)
      return `file-${slug(basename(address.path))}-${digest}`
    }
    case 'aisstream': {
      const boxes = address.boxes.map(({ west, south, east, north }) => `${west} ${south} ${east} ${north}`)
      return `aisstream-${createHash('sha256').update(boxes.join()).digest('hex').slice(0, 8)}`
    }
    default:
      return `${address.kind}-${slug(address.host)}-${address.port}`
  }
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50) || 'any'
