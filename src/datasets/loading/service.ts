/** Loads of files into datasets: received, planned, loaded, and published once they are whole. */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import type { Snapshots } from '../../engines/columnar/snapshots.ts'
import type { ControlDb } from '../../engines/control/control.ts'
import { conflict, notFound } from '../../errors.ts'
import type { Datasets } from '../service.ts'
import { defaultThresholds, type Thresholds } from './holds.ts'
import { defaultLimits, type LoadLimits } from './limits.ts'
import { LoadJobs } from './load-jobs.ts'
import { LoadsStore, type StoredLoad } from './loads-store.ts'
import type { LoadOptions, LoadPlan, LoadState, LoadView, PlanView, TextLayout } from './schema.ts'
import { checkLayout } from './stated-layout.ts'
import { parseTableSchema } from './table-schema.ts'
import { Uploads } from './upload.ts'

export interface LoadsDependencies {
  datasets: Datasets
  columnar: Columnar & Snapshots
  control: ControlDb
  now: () => Date
  log: { info(details: object, text: string): void; warn(details: object, text: string): void }
  limits?: Partial<LoadLimits>
  thresholds?: Partial<Thresholds>
}

const ended: ReadonlySet<LoadState> = new Set(['published', 'failed', 'cancelled'])
/** Days that reports and rejected rows of ended loads, and unfinished uploads, stay. */
const keepDays = 30
const dayMs = 86_400_000

/** Call `close` before the engines close. */
export class Loads {
  private readonly deps: LoadsDependencies
  private readonly store: LoadsStore
  private readonly uploads: Uploads
  private readonly limits: LoadLimits
  private readonly events = new EventEmitter().setMaxListeners(0)
  private readonly jobs: LoadJobs

  /** Goes on with what a stop interrupted. Run `loadingMigrations` before. */
  static async open(dependencies: LoadsDependencies): Promise<Loads> {
    const loads = new Loads(dependencies)
    for (const load of await loads.store.inStates(['waiting', 'planning', 'loading']))
      await loads.jobs.resume(load)
    return loads
  }

  private constructor(dependencies: LoadsDependencies) {
    this.deps = dependencies
    this.store = new LoadsStore(dependencies.control)
    this.limits = { ...defaultLimits, ...dependencies.limits }
    this.uploads = new Uploads(join(dependencies.columnar.inboxFolder, 'loads'), this.limits.fileBytes)
    this.jobs = new LoadJobs({
      ...dependencies,
      store: this.store,
      uploads: this.uploads,
      limits: this.limits,
      thresholds: { ...defaultThresholds, ...dependencies.thresholds },
      save: (load) => this.save(load),
      tell: (load) => {
        if (this.events.listenerCount(load.id) === 0) return
        void this.viewOf(load).then((view) => this.events.emit(load.id, view))
      },
    })
  }

  /**
   * Begins a load. Its bytes follow by `append`; `sizeBytes` says how many there are, −1 when that shows at the end.
   * Throws `not_found` for a dataset that is not there (unless `create`), `conflict` for one of the product's own.
   */
  async begin(
    datasetId: string,
    options: LoadOptions,
    { sizeBytes = -1, tableSchema = '' }: { sizeBytes?: number; tableSchema?: string } = {},
  ): Promise<LoadView> {
    this.checkTarget(datasetId, options)
    if (tableSchema !== '') parseTableSchema(tableSchema)
    if (options.corrects !== undefined) await this.corrected(datasetId, options.corrects)
    const at = this.deps.now().toISOString()
    const load: StoredLoad = {
      id: randomBytes(8).toString('hex'),
      datasetId,
      state: 'receiving',
      fileName: plainName(options.fileName ?? 'file'),
      sizeBytes,
      options,
      tableSchema,
      plan: null,
      isDecided: false,
      isAccepted: false,
      holds: [],
      result: null,
      version: null,
      error: null,
      createdAt: at,
      modifiedAt: at,
    }
    await this.uploads.begin(load.id)
    await this.store.insert(load)
    return this.viewOf(load)
  }

  private checkTarget(datasetId: string, { create }: LoadOptions): void {
    const { datasets } = this.deps
    const exists = datasets.list().some(({ id }) => id === datasetId)
    if (!exists && !create) throw notFound('dataset', datasetId)
    if (exists && datasets.describe(datasetId).isBuiltIn)
      throw conflict(`“${datasetId}” is made by the platform itself: no file can be loaded into it.`)
    if (exists && datasets.get(datasetId).kind === 'stream')
      throw conflict(
        `“${datasetId}” is a stream: files make versions of snapshots only.`,
        `Send its rows by POST /api/v1/datasets/${datasetId}/rows.`,
      )
  }

  private async corrected(datasetId: string, id: string): Promise<StoredLoad> {
    const load = await this.find(datasetId, id)
    if (load.state !== 'published')
      throw conflict(
        'The load that this file corrects is not published.',
        'Accept it first, or load the whole corrected file instead.',
      )
    return load
  }

  /** Sets the Table Schema of a load whose file is not whole. Throws `invalid_input` for what is none. */
  async setSchema(datasetId: string, id: string, tableSchema: string): Promise<LoadView> {
    const load = await this.find(datasetId, id)
    if (load.state !== 'receiving') throw conflict('This load has begun: send the schema before the file.')
    parseTableSchema(tableSchema)
    const next = { ...load, tableSchema }
    await this.save(next)
    return this.viewOf(next)
  }

  /** Appends bytes of the file. The load starts by itself once as many came as were announced, or with `isLast`. */
  async append(
    datasetId: string,
    id: string,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
    isLast = false,
  ): Promise<LoadView> {
    const load = await this.find(datasetId, id)
    if (load.state !== 'receiving') throw conflict('This load has its file already.')
    const at = await this.uploads.append(id, offset, bytes, load.sizeBytes)
    if (!isLast && at !== load.sizeBytes) return this.viewOf(load)
    const whole: StoredLoad = { ...load, sizeBytes: at, state: 'waiting' }
    await this.save(whole)
    this.jobs.enqueue(id)
    return this.viewOf(whole)
  }

  /** The plan and the first rows. Throws `not_found` before they are made. */
  async preview(datasetId: string, id: string): Promise<PlanView> {
    await this.find(datasetId, id)
    const text = await readFile(join(this.uploads.folderOf(id), 'preview.json'), 'utf8').catch(
      () => undefined,
    )
    if (text === undefined) throw notFound('plan of load', id)
    return JSON.parse(text)
  }

  /**
   * Plans the file again, read as a person says that its text is written. For loads that are planned, failed or held;
   * what is no delimited text is planned as before. Throws `conflict`, `invalid_input`.
   */
  async replan(datasetId: string, id: string, layout: TextLayout): Promise<LoadView> {
    checkLayout(layout)
    const load = await this.restingWithFile(datasetId, id)
    const next: StoredLoad = {
      ...load,
      state: 'waiting',
      options: { ...load.options, preview: true, layout: { ...layout, isStated: true } },
      plan: null,
      isDecided: false,
      isAccepted: false,
      error: null,
      holds: [],
    }
    await this.save(next)
    this.jobs.enqueue(id)
    return this.viewOf(next)
  }

  private async restingWithFile(datasetId: string, id: string): Promise<StoredLoad> {
    const load = await this.find(datasetId, id)
    if (load.state !== 'planned' && load.state !== 'failed' && load.state !== 'held')
      throw conflict(`This load is ${load.state}: it cannot be started.`)
    if ((await this.uploads.offset(id)) === 0)
      throw conflict('The file of this load is no longer here.', 'Send it again.')
    return load
  }

  /** Loads by a plan that a person has seen, or as inferred. For loads that are planned, failed or held. */
  async start(datasetId: string, id: string, plan?: LoadPlan): Promise<LoadView> {
    const load = await this.restingWithFile(datasetId, id)
    const decided = plan ?? load.plan
    const next: StoredLoad = {
      ...load,
      state: 'waiting',
      plan: decided,
      isDecided: decided !== null,
      error: null,
      holds: [],
    }
    await this.save(next)
    this.jobs.enqueue(id)
    return this.viewOf(next)
  }

  /** Publishes a held load as it is. */
  async accept(datasetId: string, id: string): Promise<LoadView> {
    const load = await this.find(datasetId, id)
    if (load.state !== 'held') throw conflict(`This load is ${load.state}: there is nothing to accept.`)
    const next: StoredLoad = {
      ...load,
      state: 'waiting',
      isAccepted: true,
    }
    await this.save(next)
    this.jobs.enqueue(id)
    return this.viewOf(next)
  }

  /** Stops a load and forgets its file; what is published stays. */
  async cancel(datasetId: string, id: string): Promise<LoadView> {
    const load = await this.find(datasetId, id)
    if (ended.has(load.state)) return this.viewOf(load)
    await this.jobs.stop(id)
    const now = await this.find(datasetId, id)
    if (now.state === 'published') return this.viewOf(now)
    const next: StoredLoad = { ...now, state: 'cancelled', error: null }
    await this.save(next)
    await this.uploads.delete(id)
    return this.viewOf(next)
  }

  /** Throws `not_found`. */
  async view(datasetId: string, id: string): Promise<LoadView> {
    return this.viewOf(await this.find(datasetId, id))
  }

  async list(datasetId: string, limit = 50): Promise<LoadView[]> {
    return Promise.all((await this.store.ofDataset(datasetId, limit)).map((load) => this.viewOf(load)))
  }

  /** Calls `listener` with each change until the function it answers is called. */
  watch(id: string, listener: (view: LoadView) => void): () => void {
    this.events.on(id, listener)
    return () => this.events.off(id, listener)
  }

  /** The rejected rows with their reasons, to be corrected. Throws `not_found` when none were. */
  async rejectedRows(datasetId: string, id: string): Promise<AsyncIterable<Buffer>> {
    await this.find(datasetId, id)
    const path = join(this.uploads.folderOf(id), 'rejects.csv')
    if (!(await stat(path).catch(() => undefined))) throw notFound('list of rejected rows of load', id)
    return createReadStream(path) as AsyncIterable<Buffer>
  }

  /** Resolves once a load waits for nothing but a person, or has ended. */
  async settled(datasetId: string, id: string): Promise<LoadView> {
    await this.jobs.settled(id)
    return this.view(datasetId, id)
  }

  /** Forgets loads past their time. */
  async tend(): Promise<void> {
    const before = new Date(this.deps.now().getTime() - keepDays * dayMs).toISOString()
    for (const { id } of await this.store.modifiedBefore(before)) {
      if (this.jobs.has(id)) continue
      await this.uploads.delete(id)
      await this.store.delete(id)
    }
  }

  /** Stops what runs; the next `open` goes on with it. */
  async close(): Promise<void> {
    await this.jobs.close()
  }

  private async find(datasetId: string, id: string): Promise<StoredLoad> {
    const load = await this.store.find(id)
    if (!load || load.datasetId !== datasetId) throw notFound('load', id)
    return load
  }

  private async save(load: StoredLoad): Promise<void> {
    const changed = { ...load, modifiedAt: this.deps.now().toISOString() }
    await this.store.update(changed)
    this.events.emit(load.id, await this.viewOf(changed))
  }

  private async viewOf(load: StoredLoad): Promise<LoadView> {
    const {
      id,
      datasetId,
      state,
      fileName,
      sizeBytes,
      holds,
      result,
      version,
      error,
      createdAt,
      modifiedAt,
    } = load
    const isReceiving = state === 'receiving'
    const receivedBytes = isReceiving ? await this.uploads.offset(id) : sizeBytes
    const share = isReceiving && sizeBytes > 0 ? receivedBytes / sizeBytes : ended.has(state) ? 1 : 0
    const progress = this.jobs.progressOf(id) ?? {
      stage: isReceiving ? 'receive' : state,
      share,
      rows: result?.rowCount ?? 0,
    }
    return {
      id,
      datasetId,
      state,
      fileName,
      sizeBytes,
      receivedBytes,
      progress,
      holds,
      result,
      version,
      error,
      createdAt,
      modifiedAt,
    }
  }
}

/** What is left of a file's name without folders and control characters. */
function plainName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  return (
    last
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .trim()
      .slice(-200) || 'file'
  )
}
