/** Runs loads in the background, one after the other, and publishes what they staged. */

import { LacydonError } from '../../errors.ts'
import type { DatasetField, DatasetVersion } from '../schema.ts'
import { holdsOf, type Thresholds } from './holds.ts'
import type { LoadLimits } from './limits.ts'
import { LoadThreads } from './load-threads.ts'
import type { LoadsStore, StoredLoad } from './loads-store.ts'
import { type RunOutcome, runLoad, tidyFolder, tidyMade } from './run-load.ts'
import type { LoadPlan, LoadView } from './schema.ts'
import type { LoadsDependencies } from './service.ts'
import type { Uploads } from './upload.ts'

interface Job {
  abort: AbortController
  progress: LoadView['progress']
  done: Promise<void>
}

export interface JobsDependencies extends Pick<LoadsDependencies, 'datasets' | 'columnar' | 'now' | 'log'> {
  store: LoadsStore
  uploads: Uploads
  limits: LoadLimits
  thresholds: Thresholds
  /** Stores a change and tells whoever watches. */
  save(load: StoredLoad): Promise<void>
  /** Tells whoever watches about progress. */
  tell(load: StoredLoad): void
}

export class LoadJobs {
  private readonly deps: JobsDependencies
  private readonly jobs = new Map<string, Job>()
  private readonly threads = new LoadThreads()
  /** One load after the other: each uses a core of its own and one of the engine's. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(dependencies: JobsDependencies) {
    this.deps = dependencies
  }

  progressOf(id: string): LoadView['progress'] | undefined {
    return this.jobs.get(id)?.progress
  }

  has(id: string): boolean {
    return this.jobs.has(id)
  }

  /** Resolves when the job of a load has ended, at once when it has none. */
  async settled(id: string): Promise<void> {
    await this.jobs.get(id)?.done
  }

  /** Stops a job; resolves when nothing of it runs. */
  async stop(id: string): Promise<void> {
    const job = this.jobs.get(id)
    job?.abort.abort()
    await job?.done
  }

  /** Stops all; their loads stay as they are, to go on later. */
  async close(): Promise<void> {
    for (const { abort } of this.jobs.values()) abort.abort()
    await this.turn
    await this.threads.close()
  }

  /** A load that was interrupted: done when its version is there, else begun again. */
  async resume(load: StoredLoad): Promise<void> {
    const versions = await this.deps.datasets.versions(load.datasetId).catch(() => [])
    const made = versions.find(({ note }) => note.includes(mark(load.id)))
    if (made) await this.finish({ ...load, state: 'published', version: made.version })
    else this.enqueue(load.id)
  }

  enqueue(id: string): void {
    const abort = new AbortController()
    const job: Job = { abort, progress: { stage: 'waiting', share: 0, rows: 0 }, done: Promise.resolve() }
    const run = () => (abort.signal.aborted ? Promise.resolve() : this.run(id, job))
    job.done = this.turn.then(run).finally(() => {
      if (this.jobs.get(id) === job) this.jobs.delete(id)
    })
    this.turn = job.done.catch(() => undefined)
    this.jobs.set(id, job)
  }

  private async run(id: string, job: Job): Promise<void> {
    const load = await this.deps.store.find(id)
    if (!load) return
    try {
      await this.perform(load, job)
    } catch (error) {
      // A stop of the server is no failure: the load goes on at the next start.
      if (job.abort.signal.aborted) return
      const known = error instanceof LacydonError
      if (!known) this.deps.log.warn({ load: id, error: (error as Error).stack }, 'a load failed')
      await tidyMade(this.deps.uploads.folderOf(id))
      await this.finish({
        ...((await this.deps.store.find(id)) ?? load),
        state: 'failed',
        error: {
          code: known ? error.code : 'internal',
          title: known ? error.message : 'Something went wrong here; it has been logged.',
          help: known ? (error.help ?? null) : null,
        },
      })
    }
  }

  private async perform(load: StoredLoad, job: Job): Promise<void> {
    const { datasets, columnar } = this.deps
    const { id, datasetId, options } = load
    await this.deps.save({ ...load, state: 'planning' })
    const existing = datasets.list().find((definition) => definition.id === datasetId)
    const before = existing ? datasets.describe(datasetId) : undefined
    let isMade = false
    let staging: string | undefined
    const folder = this.deps.uploads.folderOf(id)
    try {
      const outcome = await runLoad(
        {
          folder,
          path: this.deps.uploads.pathOf(id),
          limits: this.deps.limits,
          options,
          tableSchema: load.tableSchema,
          plan: load.isDecided && load.plan ? load.plan : await this.keptPlan(load),
          isDecided: load.isDecided,
        },
        {
          definition: before?.definition,
          currentVersion: before?.currentVersion ?? null,
          stage: async (fields) => {
            if (!before) {
              await this.make(load, fields)
              isMade = true
            }
            await this.deps.save({ ...load, state: 'loading' })
            const table = datasets.stagingTable(datasetId, fields)
            staging = table.name
            return table
          },
        },
        {
          columnar,
          threads: this.threads,
          signal: job.abort.signal,
          onProgress: (progress) => {
            job.progress = progress
            this.deps.tell({ ...load, state: progress.stage === 'convert' ? 'loading' : 'planning' })
          },
        },
      )
      if (await this.settle(load, outcome, before?.currentVersion ?? null, job)) isMade = false
    } finally {
      // Not there any more once it was published.
      if (staging !== undefined) await columnar.drop(staging).catch(() => undefined)
      if (isMade) await datasets.delete(datasetId)
    }
  }

  private async keptPlan(load: StoredLoad): Promise<LoadPlan | undefined> {
    const { corrects, fresh } = load.options
    if (corrects !== undefined) return (await this.deps.store.find(corrects))?.plan ?? undefined
    return fresh ? undefined : this.deps.store.keptPlan(load.datasetId)
  }

  /** Publishes what is staged, or holds it; true when it was published. */
  private async settle(
    load: StoredLoad,
    outcome: RunOutcome,
    lastVersion: number | null,
    job: Job,
  ): Promise<boolean> {
    const { datasets, now } = this.deps
    const { id, datasetId, options } = load
    if (outcome.kind === 'planned') {
      await this.deps.save({ ...load, state: 'planned', plan: outcome.preview.plan })
      return false
    }
    const { preview, fields, staging, result } = outcome
    const { plan } = preview
    const planned: StoredLoad = { ...load, plan, result }
    const last = lastVersion === null ? undefined : await this.lastVersion(datasetId)
    const holds = load.isAccepted
      ? []
      : holdsOf({
          result,
          lastRowCount: last?.rowCount ?? null,
          missingFields: preview.missingFields,
          thresholds: this.deps.thresholds,
        })
    if (holds.length > 0) {
      await this.deps.save({ ...planned, state: 'held', holds, isDecided: true })
      return false
    }
    if (job.abort.signal.aborted) return false
    job.progress = { stage: 'publish', share: 0, rows: result.rowCount }
    const note = [options.note, mark(id)].filter(Boolean).join(' ')
    const version = await datasets.publish(datasetId, staging, result, {
      origin: load.fileName,
      note,
      fields,
    })
    if (options.corrects === undefined) await this.deps.store.keepPlan(datasetId, plan, now().toISOString())
    await this.finish({ ...planned, state: 'published', version: version.version, holds: [] })
    return true
  }

  private async lastVersion(datasetId: string): Promise<DatasetVersion | undefined> {
    return (await this.deps.datasets.versions(datasetId)).find(({ state }) => state === 'kept')
  }

  private async make({ datasetId, options, fileName }: StoredLoad, fields: DatasetField[]): Promise<void> {
    const title = options.title ?? fileName.replace(/\.\w{1,8}$/, '').replace(/[_-]+/g, ' ')
    await this.deps.datasets.create({
      id: datasetId,
      kind: 'snapshot',
      title: { fr: title, en: title },
      description: { fr: '', en: '' },
      simulated: false,
      fields,
      sortBy: [],
    })
  }

  private async finish(load: StoredLoad): Promise<void> {
    await this.deps.save(load)
    if (load.state === 'published') await tidyFolder(this.deps.uploads.folderOf(load.id))
  }
}

/** Marks a version as the work of a load, so that an interrupted one is not done twice. */
const mark = (id: string) => `(load ${id})`
