/** What people made with datasets: proposed by who is signed in, shown once a steward of the owner accepts it. */
import { randomBytes } from 'node:crypto'
import type { ControlDb } from '../../engines/control/control.ts'
import { conflict, notFound } from '../../errors.ts'
import { checkedProposal } from './rules.ts'
import type { Reuse, ReuseProposal, Reuses } from './schema.ts'
import type { ReuseTables } from './tables.ts'

/** How somebody stands to one dataset that they may know of. */
export interface ReuseReader {
  datasetId: string
  /** Instant; null for datasets of the product. What was told of an earlier dataset of that name is not of this one. */
  datasetCreatedAt: string | null
  /** Account; undefined for who is not signed in. */
  person: string | undefined
  mayPropose: boolean
  mayManage: boolean
}

/** Waiting for a steward: more of one person, or of all, are not taken. */
const mostProposedByOne = 20
const mostProposed = 500

type Row = ReuseTables['dataset_reuse']

export class DatasetReuses {
  readonly #control: ControlDb
  readonly #now: () => Date

  /** Run `reuseMigrations` before. */
  constructor({ control, now }: { control: ControlDb; now: () => Date }) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<ReuseTables>()
  }

  /** Newest first, proposals before the others. */
  async list(reader: ReuseReader): Promise<Reuses> {
    const rows = await this.#rows(reader)
    return {
      reuses: rows.filter((row) => isShown(row, reader)).map((row) => reuseOf(row, reader)),
      mayPropose: reader.mayPropose,
      mayManage: reader.mayManage,
    }
  }

  /** A steward's own is accepted at once. Throws `invalid_input`, `conflict` for an address that is there already. */
  async propose(reader: ReuseReader, proposal: ReuseProposal): Promise<Reuse> {
    const { picture, ...told } = checkedProposal(proposal)
    const rows = await this.#rows(reader)
    if (rows.some((row) => row.url === told.url && (row.state === 'accepted' || isShown(row, reader))))
      throw conflict('This address is among the reuses of the dataset already.')
    const waiting = rows.filter(({ state }) => state === 'proposed')
    const mine = waiting.filter(({ proposed_by }) => proposed_by === (reader.person ?? ''))
    if (!reader.mayManage && (mine.length >= mostProposedByOne || waiting.length >= mostProposed))
      throw conflict('Many reuses of this dataset wait for its steward already.', 'Try again later.')
    const row: Row = {
      ...told,
      id: randomBytes(8).toString('hex'),
      dataset_id: reader.datasetId,
      picture: picture ?? '',
      state: reader.mayManage ? 'accepted' : 'proposed',
      proposed_by: reader.person ?? '',
      created_at: this.#now().toISOString(),
    }
    await this.#db.insertInto('dataset_reuse').values(row).execute()
    return reuseOf(row, reader)
  }

  /** From now on everybody reads it. Throws `not_found`. */
  async accept(reader: ReuseReader, id: string): Promise<Reuse> {
    const row = await this.#find(reader, id)
    await this.#db.updateTable('dataset_reuse').set({ state: 'accepted' }).where('id', '=', id).execute()
    return reuseOf({ ...row, state: 'accepted' }, reader)
  }

  /** By a steward, or by who proposed it. Throws `not_found`, also for what the reader may not remove. */
  async remove(reader: ReuseReader, id: string): Promise<void> {
    const row = await this.#find(reader, id)
    if (!mayRemove(row, reader)) throw notFound('reuse', id)
    await this.#db.deleteFrom('dataset_reuse').where('id', '=', id).execute()
  }

  async #find(reader: ReuseReader, id: string): Promise<Row> {
    const row = (await this.#rows(reader)).find((one) => one.id === id)
    if (!row) throw notFound('reuse', id)
    return row
  }

  #rows({ datasetId, datasetCreatedAt }: ReuseReader): Promise<Row[]> {
    return this.#db
      .selectFrom('dataset_reuse')
      .selectAll()
      .where('dataset_id', '=', datasetId)
      .where('created_at', '>=', datasetCreatedAt ?? '')
      .orderBy('state', 'desc')
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute()
  }
}

const isOwn = (row: Row, { person }: ReuseReader) => person !== undefined && row.proposed_by === person

const isShown = (row: Row, reader: ReuseReader) =>
  row.state === 'accepted' || reader.mayManage || isOwn(row, reader)

const mayRemove = (row: Row, reader: ReuseReader) => reader.mayManage || isOwn(row, reader)

/** Who proposed it is not told. */
function reuseOf(row: Row, reader: ReuseReader): Reuse {
  const { id, dataset_id, title, url, kind, maker, picture, state, created_at } = row
  return {
    id,
    datasetId: dataset_id,
    title,
    url,
    kind: kind as Reuse['kind'],
    maker,
    picture: picture || null,
    state: state as Reuse['state'],
    createdAt: created_at,
    mayRemove: mayRemove(row, reader),
  }
}
