/** Imports of whole portals: begun, gone on with after a stop, told, and compared with their source. */
import { randomBytes } from 'node:crypto'
import type { Loads } from '../../datasets/loading/service.ts'
import { tableName } from '../../datasets/rules.ts'
import type { Datasets } from '../../datasets/service.ts'
import type { ControlDb } from '../../engines/control/control.ts'
import { conflict, LacydonError, notFound } from '../../errors.ts'
import type { Outbound } from '../../http/outbound.ts'
import type { Connector, FoundDataset } from '../contract.ts'
import { readAddress } from './address.ts'
import { datasetIdFor } from './description.ts'
import { ImportsStore, type NewItem, type StoredImport } from './imports-store.ts'
import { importItem } from './item-import.ts'
import { parityOf, viewOf } from './parity.ts'
import { portalConnector, recognise, unreachable } from './portal-kinds.ts'
import type { ImportRequest, ImportView, ParityReport } from './schema.ts'

export interface ImportsDependencies {
  datasets: Datasets
  loads: Loads
  control: ControlDb
  outbound: Outbound
  now: () => Date
  log: { warn(details: object, text: string): void }
  /** Datasets that are fetched at the same time. */
  atOnce?: number
  /** Of one file. */
  maxBytes?: number
}

interface Job {
  abort: AbortController
  done: Promise<void>
}

const defaultMaxBytes = 16 * 1024 ** 3

/** Call `close` before `Loads`. */
export class Imports {
  private readonly deps: ImportsDependencies
  private readonly store: ImportsStore
  private readonly jobs = new Map<string, Job>()

  /** Goes on with what a stop interrupted. Run `portalMigrations` before. */
  static async open(dependencies: ImportsDependencies): Promise<Imports> {
    const imports = new Imports(dependencies)
    for (const { id } of await imports.store.running()) imports.run(id)
    return imports
  }

  private constructor(dependencies: ImportsDependencies) {
    this.deps = dependencies
    this.store = new ImportsStore(dependencies.control)
  }

  /**
   * Begins the import of a portal; it runs in the background. The same question while it runs answers that import.
   * Throws `invalid_input`, `outbound_refused` for an address that may not be asked, `unavailable` for a kind unknown.
   */
  async begin(request: ImportRequest): Promise<ImportView> {
    const address = readAddress(request.address).href
    this.deps.outbound.check(address)
    if (request.kind !== undefined) portalConnector(request.kind)
    const options = { ...request, address }
    const same = (await this.store.running()).find(
      (other) => JSON.stringify(other.options) === JSON.stringify(options),
    )
    if (same) return this.view(same.id)
    const at = this.deps.now().toISOString()
    const made: StoredImport = {
      id: randomBytes(8).toString('hex'),
      address,
      kind: request.kind ?? '',
      options,
      state: 'running',
      cursor: '',
      isCatalogueRead: false,
      datasetsThere: -1,
      error: null,
      createdAt: at,
      modifiedAt: at,
    }
    await this.store.insert(made)
    this.run(made.id)
    return this.view(made.id)
  }

  /** Throws `not_found`. */
  async view(id: string): Promise<ImportView> {
    return viewOf(await this.find(id), await this.store.tally(id))
  }

  /** Newest first. */
  async list(limit = 50): Promise<ImportView[]> {
    const stored = await this.store.list(limit)
    return Promise.all(stored.map(async (one) => viewOf(one, await this.store.tally(one.id))))
  }

  /** Dataset by dataset what is there and what is here, at any time of an import. Throws `not_found`. */
  async report(id: string): Promise<ParityReport> {
    return parityOf(await this.view(id), await this.store.items(id))
  }

  /** Tries again what failed; the rest stays as it is. Throws `not_found`, `conflict` while it runs. */
  async retry(id: string): Promise<ImportView> {
    const stored = await this.find(id)
    if (stored.state === 'running') throw conflict('This import is running.')
    for (const item of await this.store.items(id))
      if (item.state === 'failed')
        await this.store.saveItem(item, { state: 'waiting', load_id: '', reason: null })
    await this.store.change(id, this.deps.now().toISOString(), { state: 'running', error: null })
    this.run(id)
    return this.view(id)
  }

  /** Stops an import; what it brought stays. Throws `not_found`. */
  async cancel(id: string): Promise<ImportView> {
    const stored = await this.find(id)
    const job = this.jobs.get(id)
    job?.abort.abort()
    await job?.done
    if (stored.state === 'running' && (await this.find(id)).state === 'running')
      await this.store.change(id, this.deps.now().toISOString(), { state: 'cancelled' })
    return this.view(id)
  }

  /** Resolves when nothing of an import runs here any more. */
  async settled(id: string): Promise<ImportView> {
    await this.jobs.get(id)?.done
    return this.view(id)
  }

  /** Stops what runs; the next `open` goes on with it. */
  async close(): Promise<void> {
    for (const { abort } of this.jobs.values()) abort.abort()
    await Promise.all([...this.jobs.values()].map(({ done }) => done))
  }

  private async find(id: string): Promise<StoredImport> {
    const stored = await this.store.find(id)
    if (!stored) throw notFound('import', id)
    return stored
  }

  private run(id: string): void {
    const abort = new AbortController()
    const done = this.perform(id, abort.signal)
      .catch(async (error: Error) => {
        if (abort.signal.aborted) return
        const isKnown = error instanceof LacydonError
        if (!isKnown) this.deps.log.warn({ import: id, error: error.stack }, 'an import failed')
        await this.store.change(id, this.deps.now().toISOString(), {
          state: 'failed',
          error: {
            code: isKnown ? error.code : 'internal',
            message: isKnown
              ? `${error.message}${error.help ? ` ${error.help}` : ''}`
              : 'Something went wrong here; it has been logged.',
          },
        })
      })
      .finally(() => this.jobs.delete(id))
    this.jobs.set(id, { abort, done })
  }

  private async perform(id: string, signal: AbortSignal): Promise<void> {
    const { outbound, now } = this.deps
    let stored = await this.find(id)
    const connector =
      stored.kind === ''
        ? await recognise(stored.address, { outbound, signal })
        : portalConnector(stored.kind)
    if (stored.kind === '') await this.store.change(id, now().toISOString(), { kind: connector.id })
    stored = { ...stored, kind: connector.id }
    if (!stored.isCatalogueRead)
      await this.readCatalogue(stored, connector, signal).catch((error: unknown) => {
        const isSilent = error instanceof LacydonError && error.code === 'outbound_failed'
        throw isSilent ? unreachable(new URL(stored.address).host, error) : error
      })
    await this.importAll(stored, connector, signal)
    await this.store.change(id, now().toISOString(), { state: 'done', error: null })
  }

  private async readCatalogue(
    stored: StoredImport,
    connector: Connector,
    signal: AbortSignal,
  ): Promise<void> {
    const { outbound, now, datasets } = this.deps
    const { id, address, options } = stored
    const source = sourceOf(connector, address)
    const taken = new Map<string, string>()
    for (const definition of datasets.list()) taken.set(tableName(definition.id), '')
    for (const origin of await this.store.origins())
      taken.set(tableName(origin.datasetId), `${origin.source} ${origin.key}`)
    const seen = new Set<string>()
    for (const { key, datasetId } of await this.store.keys(id)) {
      seen.add(key)
      taken.set(tableName(datasetId), `${source} ${key}`)
    }
    const wanted = wantedBy(options.only)
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const pages = connector.discover({ config: { address }, outbound, signal }, stored.cursor || null)
    for await (const { datasets: found, cursor, total } of pages) {
      if (signal.aborted) return
      const items: NewItem[] = []
      for (const one of found) {
        if (seen.size >= limit || seen.has(one.key) || !wanted(one)) continue
        seen.add(one.key)
        const known = await this.store.known(source, one.key)
        const mine = `${source} ${one.key}`
        const datasetId =
          known?.dataset_id ??
          datasetIdFor(one.name, address, (name) => (taken.get(tableName(name)) ?? mine) !== mine)
        taken.set(tableName(datasetId), mine)
        items.push({ datasetId, found: one })
      }
      const isEnough = seen.size >= limit
      await this.store.addPage(id, items, {
        cursor: isEnough ? null : cursor,
        total,
        at: now().toISOString(),
      })
      if (isEnough || cursor === null) return
    }
    await this.store.addPage(id, [], { cursor: null, total: null, at: now().toISOString() })
  }

  private async importAll(stored: StoredImport, connector: Connector, signal: AbortSignal): Promise<void> {
    const { datasets, loads, outbound, now, atOnce = 3, maxBytes = defaultMaxBytes } = this.deps
    const queue = await this.store.open(stored.id)
    const source = sourceOf(connector, stored.address)
    const work = async () => {
      for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
        const item = await this.store.item(stored.id, next.key)
        await importItem(item, {
          store: this.store,
          datasets,
          loads,
          outbound,
          connector,
          source,
          now,
          signal,
          maxBytes,
        })
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: atOnce }, work))
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
    if (signal.aborted) throw new Error('stopped')
  }
}

/** What stays the same when a portal is asked another question. */
function sourceOf(connector: Connector, address: string): string {
  const url = new URL(address)
  return `${connector.id} ${url.origin}${connector.id === 'dcat' ? url.pathname : ''}`
}

/** Keys or names with `*` for any text; all without a list. */
function wantedBy(only: readonly string[] | undefined): (found: FoundDataset) => boolean {
  if (only === undefined || only.length === 0) return () => true
  const exact = new Set(only.filter((text) => !text.includes('*')))
  const patterns = only.filter((text) => text.includes('*')).map((text) => text.split('*'))
  const fits = (parts: string[], text: string): boolean => {
    let at = 0
    for (const [i, part] of parts.entries()) {
      if (i === 0 && !text.startsWith(part)) return false
      if (i === parts.length - 1) return text.length - part.length >= at && text.endsWith(part)
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return true
  }
  return ({ key, name }) =>
    exact.has(key) || exact.has(name) || patterns.some((parts) => fits(parts, key) || fits(parts, name))
}
