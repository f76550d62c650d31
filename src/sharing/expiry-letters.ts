/** Letters 30, 7 and 1 days before an agreement ends, once each, to both of its parties. */
import type { ControlDb } from '../engines/control/control.ts'
import type { Agreement } from './schema.ts'
import type { Sharing } from './service.ts'
import type { SharingTables } from './tables.ts'

/** Days before the end at which a letter goes out, the last first. */
const noticeDays = [1, 7, 30] as const
const dayMs = 86_400_000

export interface ExpiryNotice {
  agreement: Agreement
  /** Who is told: the grantee, then the owner of the data. */
  organisation: string
  /** It ends within so many days. */
  days: number
}

interface ExpiryLettersOptions {
  control: ControlDb
  sharing: Pick<Sharing, 'state' | 'now'>
  /** Writes to the stewards of an organisation. */
  send(notice: ExpiryNotice): Promise<void>
}

/** The letter that is due for an agreement; undefined when none is. Pure. */
function noticeDue(agreement: Agreement, nowMs: number): number | undefined {
  const { state, validity, expiresAt } = agreement
  if (state !== 'FINALIZED' || validity !== 'active' || expiresAt === null) return undefined
  const leftMs = Date.parse(expiresAt) - nowMs
  return leftMs <= 0 ? undefined : noticeDays.find((days) => leftMs <= days * dayMs)
}

export class ExpiryLetters {
  readonly #options: ExpiryLettersOptions

  constructor(options: ExpiryLettersOptions) {
    this.#options = options
  }

  /**
   * Sends what is due; answers how many letters. Asked daily or more often. After a time without it the latest due
   * letter goes out alone. What was begun is not repeated: a letter may be lost, it never comes twice.
   */
  async run(): Promise<number> {
    const { sharing } = this.#options
    let count = 0
    for (const agreements of sharing.state.agreements.values())
      for (const agreement of agreements) {
        const days = noticeDue(agreement, sharing.now().getTime())
        if (days === undefined || isReplaced(agreement, agreements)) continue
        if (!(await this.#claim(agreement, days))) continue
        const owner = sharing.state.policies.get(agreement.dataset)?.owner ?? null
        const parties = new Set([agreement.organisation, ...(owner === null ? [] : [owner])])
        for (const organisation of parties) await this.#options.send({ agreement, organisation, days })
        count += parties.size
      }
    return count
  }

  /** True for the one that may send it, among all nodes. */
  async #claim({ id, expiresAt }: Agreement, days: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#options.control.db
      .withTables<SharingTables>()
      .insertInto('sharing_notice')
      .values({ agreement: id, expires_at: expiresAt!, days })
      .onConflict((on) => on.columns(['agreement', 'expires_at', 'days']).doNothing())
      .executeTakeFirst()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n
  }
}

/** The same parties have signed the same terms again, for longer. */
const isReplaced = (ending: Agreement, all: readonly Agreement[]): boolean =>
  all.some(
    (one) =>
      one.id !== ending.id &&
      one.organisation === ending.organisation &&
      one.template === ending.template &&
      one.state === 'FINALIZED' &&
      one.validity === 'active' &&
      (one.expiresAt === null || one.expiresAt > ending.expiresAt!),
  )
