/** Signed daily heads, kept in the control store so that every node shows those of all. */
import type { ControlDb } from '../engines/control/control.ts'
import type { DayEnd } from './chain-state.ts'
import type { JournalHead, JournalKey } from './schema.ts'
import type { SigningKey } from './signing-key.ts'
import type { JournalTables } from './tables.ts'

export class Heads {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<JournalTables>()
  }

  async publishKey(node: string, { id, publicKey }: SigningKey): Promise<void> {
    await this.#db
      .insertInto('journal_key')
      .values({ id, node, public_key: publicKey, created_at: this.#now().toISOString() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }

  /** Signs the end of a day; a head that is there already stays as it is. */
  async publish(node: string, { date, count, hash, position }: DayEnd, key: SigningKey): Promise<void> {
    await this.#db
      .insertInto('journal_head')
      .values({
        node,
        date,
        count,
        hash,
        position,
        key_id: key.id,
        signature: key.sign({ node, date, count, hash }),
        signed_at: this.#now().toISOString(),
      })
      .onConflict((conflict) => conflict.columns(['node', 'date']).doNothing())
      .execute()
  }

  /** Oldest first; `from` and `to` are days, both included. */
  async list({
    node,
    from = '0000-01-01',
    to = '9999-12-31',
  }: {
    node?: string | undefined
    from?: string | undefined
    to?: string | undefined
  }): Promise<JournalHead[]> {
    let query = this.#db
      .selectFrom('journal_head')
      .selectAll()
      .where('date', '>=', from)
      .where('date', '<=', to)
      .orderBy('date')
      .orderBy('node')
      .limit(10_000)
    if (node !== undefined) query = query.where('node', '=', node)
    return (await query.execute()).map(({ position: _, key_id, signed_at, ...head }) => ({
      ...head,
      keyId: key_id,
      signedAt: signed_at,
    }))
  }

  async keys(): Promise<JournalKey[]> {
    const rows = await this.#db.selectFrom('journal_key').selectAll().orderBy('created_at').execute()
    return rows.map(({ id, node, public_key, created_at }) => ({
      id,
      node,
      publicKey: public_key,
      createdAt: created_at,
    }))
  }

  last(node: string): Promise<DayEnd | undefined> {
    return this.before(node, '9999-12-31')
  }

  /** The last day with entries before a day (YYYY-MM-DD). */
  async before(node: string, day: string): Promise<DayEnd | undefined> {
    return this.#db
      .selectFrom('journal_head')
      .select(['date', 'count', 'hash', 'position'])
      .where('node', '=', node)
      .where('date', '<', day)
      .orderBy('date', 'desc')
      .limit(1)
      .executeTakeFirst()
  }
}
