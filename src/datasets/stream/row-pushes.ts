/** Takes rows that people push to stream datasets, each push once. */
import { createHash } from 'node:crypto'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import type { ControlDb } from '../../engines/control/control.ts'
import { conflict, invalidInput, LacydonError } from '../../errors.ts'
import { provenanceColumns, tableOf } from '../rules.ts'
import type { Datasets } from '../service.ts'
import { elementsOf, type RowReject, readRow } from './pushed-row.ts'
import type { StreamTables } from './tables.ts'

export interface RowPushesOptions {
  columnar: Columnar
  control: ControlDb
  datasets: Datasets
  now: () => Date
}

export interface PushAnswer {
  accepted: number
  rejected: number
  /** The first ones. */
  rejects: RowReject[]
  /** Receive time of the rows: `at=` from this instant on shows them. */
  receivedAt: string
}

const maxRows = 100_000
const toldRejects = 100
const keyDays = 7
const dayMs = 86_400_000
const keyPattern = /^[\x21-\x7e]{1,255}$/

const hash = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('hex')

/** Pushes to one dataset go through one process; the column store refuses overlaps of two. */
export class RowPushes {
  readonly #options: RowPushesOptions
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: RowPushesOptions) {
    this.#options = options
  }

  get #db() {
    return this.#options.control.db.withTables<StreamTables>()
  }

  /**
   * Appends the rows of a body (a JSON list, or lines of JSON) that fit the fields of the dataset. With a key an equal
   * push is answered and not done again, also after a crash. Throws `not_found`, `conflict` for a dataset that takes no
   * rows, `invalid_input` for a body that cannot be read, `idempotency_key_reused` for a key with another body.
   */
  async push(
    datasetId: string,
    body: string,
    key?: string,
  ): Promise<{ answer: PushAnswer; isRepeated: boolean }> {
    const { datasets } = this.#options
    const { definition, createdAt } = datasets.describe(datasetId)
    if (createdAt === null)
      throw conflict(`“${datasetId}” is made by the platform itself: no rows can be sent to it.`)
    if (definition.kind !== 'stream')
      throw conflict(
        `“${datasetId}” is no stream: its rows change by versions.`,
        `Load a file by POST /api/v1/datasets/${datasetId}/versions.`,
      )
    if (key !== undefined && !keyPattern.test(key))
      throw invalidInput('Idempotency-Key has 1 to 255 signs of ASCII without blanks.')
    const elements = elementsOf(body)
    if (elements.length > maxRows)
      throw invalidInput(`There are ${elements.length} rows: send at most ${maxRows} at a time.`)
    return this.#inTurn(datasetId, async () => {
      const source = `rows:${datasetId}`
      await this.#settle(source)
      const id = key === undefined ? undefined : hash(datasetId, createdAt, key)
      const known = id === undefined ? undefined : await this.#known(id)
      if (known && known.body !== hash(body))
        throw new LacydonError('idempotency_key_reused', 422, 'This Idempotency-Key came with other rows.', {
          help: 'Use a new key for each push, and the same one only to repeat it.',
        })
      if (known) return { answer: JSON.parse(known.answer) as PushAnswer, isRepeated: true }
      return { answer: await this.#append(datasetId, elements, source, id, hash(body)), isRepeated: false }
    })
  }

  async #append(
    datasetId: string,
    elements: readonly unknown[],
    source: string,
    id: string | undefined,
    body: string,
  ): Promise<PushAnswer> {
    const { columnar, datasets, now } = this.#options
    const definition = datasets.get(datasetId)
    const lo = await this.#reached(source)
    const receivedAt = now().toISOString()
    const [src, seq] = provenanceColumns.map(({ name }) => name) as [string, string]
    const rows: Row[] = []
    const rejects: RowReject[] = []
    for (const [i, element] of elements.entries()) {
      const read = readRow(definition, element, i + 1, receivedAt)
      if ('reject' in read) rejects.push(read.reject)
      else rows.push({ ...read.row, [src]: source, [seq]: lo + rows.length })
    }
    const answer: PushAnswer = {
      accepted: rows.length,
      rejected: rejects.length,
      rejects: rejects.slice(0, toldRejects),
      receivedAt,
    }
    const hi = lo + rows.length
    if (id !== undefined)
      await this.#db
        .insertInto('pushed_rows')
        .values({ id, source, body, hi, is_done: 0, answer: JSON.stringify(answer), created_at: receivedAt })
        .execute()
    if (rows.length > 0) {
      const isNew = await columnar.append([batchOfRows(tableOf(definition), rows)], {
        source,
        lo,
        hi,
        resumeFrom: hi,
      })
      if (!isNew) {
        // The range is somebody else's: this push was not done.
        if (id !== undefined) await this.#db.deleteFrom('pushed_rows').where('id', '=', id).execute()
        throw conflict('Another process is writing to this stream.', 'Send all rows of a dataset to one.')
      }
    }
    if (id !== undefined)
      await this.#db.updateTable('pushed_rows').set({ is_done: 1 }).where('id', '=', id).execute()
    return answer
  }

  /** After a crash: what the store has reached was written, what it has not never will be. */
  async #settle(source: string): Promise<void> {
    const open = await this.#db
      .selectFrom('pushed_rows')
      .select(['id', 'hi'])
      .where('source', '=', source)
      .where('is_done', '=', 0)
      .execute()
    if (open.length === 0) return
    const reached = await this.#reached(source)
    for (const { id, hi } of open)
      if (Number(hi) <= reached)
        await this.#db.updateTable('pushed_rows').set({ is_done: 1 }).where('id', '=', id).execute()
      else await this.#db.deleteFrom('pushed_rows').where('id', '=', id).execute()
  }

  async #reached(source: string): Promise<number> {
    const ranges = await this.#options.columnar.ranges()
    return ranges.find((range) => range.source === source)?.hi ?? 0
  }

  #known(id: string) {
    return this.#db
      .selectFrom('pushed_rows')
      .select(['body', 'answer'])
      .where('id', '=', id)
      .executeTakeFirst()
  }

  #inTurn<T>(datasetId: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#turns.get(datasetId) ?? Promise.resolve()).then(work, work)
    const settled = mine.catch(() => undefined)
    this.#turns.set(datasetId, settled)
    void settled.then(() => {
      if (this.#turns.get(datasetId) === settled) this.#turns.delete(datasetId)
    })
    return mine
  }

  /** Forgets keys past their time. */
  async tend(): Promise<void> {
    const before = new Date(this.#options.now().getTime() - keyDays * dayMs).toISOString()
    await this.#db.deleteFrom('pushed_rows').where('created_at', '<', before).execute()
  }
}
