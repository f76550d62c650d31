/** Transfers: which agreements are used, and how. Opened by the first use of a mode, in the state of their agreement. */
import { randomUUID } from 'node:crypto'
import type { ControlDb } from '../engines/control/control.ts'
import type { App } from '../http/app.ts'
import { datasetsOf } from '../http/doors.ts'
import type { Agreement, Transfer } from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'
import type { TransferState } from './states.ts'
import type { SharingTables } from './tables.ts'

type Mode = Transfer['mode']

/**
 * The state of a transfer follows from its agreement and the clock, and is never stored: STARTED while the agreement is
 * in force, SUSPENDED while it is suspended, TERMINATED once it is neither. Pure.
 */
function transferState(
  { state, validity, expiresAt, template, templateVersion }: Agreement,
  versionsInForce: (template: string) => readonly number[],
  now: string,
): TransferState {
  const isOver = state !== 'FINALIZED' || (expiresAt !== null && expiresAt <= now)
  if (isOver || validity === 'revoked' || validity === 'superseded') return 'TERMINATED'
  if (!versionsInForce(template).includes(templateVersion)) return 'TERMINATED'
  return validity === 'suspended' ? 'SUSPENDED' : 'STARTED'
}

export class Transfers {
  readonly #control: ControlDb
  readonly #sharing: Sharing
  readonly #known = new Set<string>()

  constructor({ control, sharing }: { control: ControlDb; sharing: Sharing }) {
    this.#control = control
    this.#sharing = sharing
  }

  get #db() {
    return this.#control.db.withTables<SharingTables>()
  }

  /** Notes a use; all but the first of an agreement and mode cost nothing. */
  async use(agreements: readonly string[], mode: Mode): Promise<void> {
    for (const agreement of agreements) {
      const key = `${agreement} ${mode}`
      if (this.#known.has(key)) continue
      await this.#db
        .insertInto('sharing_transfer')
        .values({ agreement, mode, id: `x_${randomUUID()}`, started_at: this.#sharing.now().toISOString() })
        .onConflict((on) => on.columns(['agreement', 'mode']).doNothing())
        .execute()
      if (this.#known.size >= 10_000) this.#known.clear()
      this.#known.add(key)
    }
  }

  /** Of one agreement about a dataset, oldest first. Who may know of it is the caller's to say. */
  async list(agreement: Agreement, asked: DatasetAsked): Promise<Transfer[]> {
    const now = this.#sharing.now().toISOString()
    const { templates } = this.#sharing.snapshotOf(asked)
    const versions = (id: string) => {
      const known = templates.get(id)
      const graced = known?.previous.filter(({ until }) => now < until).map(({ version }) => version) ?? []
      return known ? [known.version, ...graced] : []
    }
    const rows = await this.#db
      .selectFrom('sharing_transfer')
      .selectAll()
      .where('agreement', '=', agreement.id)
      .orderBy('started_at')
      .execute()
    return rows.map(({ id, mode, started_at }) => ({
      id,
      agreement: agreement.id,
      mode: mode as Mode,
      state: transferState(agreement, versions, now),
      startedAt: started_at,
    }))
  }
}

const modes: Partial<Record<string, Mode>> = { export: 'pull', stream: 'stream' }

/** Opens transfers at the doors of exports and streams. Before any route is registered, and after what decides. */
export function noteTransfers(
  app: App,
  {
    transfers,
    sharing,
    describe,
  }: { transfers: Transfers; sharing: Sharing; describe(id: string): DatasetAsked },
): void {
  app.addHook('preHandler', async ({ principal, params, query, body, routeOptions: { config } }) => {
    const { door } = config
    if (!door || !('action' in door)) return
    const mode = modes[door.action]
    if (!mode) return
    for (const id of datasetsOf(door, { params, query, body })) {
      let asked: DatasetAsked
      try {
        asked = describe(id)
      } catch {
        continue
      }
      const decision = sharing.decide(principal, asked, door.action)
      if (decision.allow && decision.agreements.length > 0) await transfers.use(decision.agreements, mode)
    }
  })
}
