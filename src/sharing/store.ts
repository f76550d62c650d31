/** What is written of sharing, read as a whole: it is small, and a decision may wait for nothing. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict } from '../errors.ts'
import type {
  Agreement,
  AgreementTemplate,
  DataRequest,
  Grant,
  HistoryStep,
  Policy,
  Restriction,
} from './schema.ts'
import { type DocumentTable, documentTables, type SharingTables } from './tables.ts'

export interface SharingState {
  /** Of the counter: equal for equal content. */
  version: number
  policies: ReadonlyMap<string, Policy>
  grants: ReadonlyMap<string, readonly Grant[]>
  restrictions: ReadonlyMap<string, readonly Restriction[]>
  agreements: ReadonlyMap<string, readonly Agreement[]>
  /** By id, oldest version first. */
  templates: ReadonlyMap<string, readonly AgreementTemplate[]>
  requests: ReadonlyMap<string, DataRequest>
}

interface Documents {
  sharing_policy: Policy
  sharing_grant: Grant
  sharing_restriction: Restriction
  sharing_template: AgreementTemplate
  sharing_agreement: Agreement
  sharing_request: DataRequest
}

export interface Step {
  dataset: string
  subject: string
  actor: string
  organisation: string | null
  step: string
  note: string
}

export type SharingTrx = Transaction<SharingTables>

export class SharingStore {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<SharingTables>()
  }

  async counter(): Promise<number> {
    const row = await this.#db
      .selectFrom('sharing_counter')
      .select('value')
      .where('name', '=', 'state')
      .executeTakeFirst()
    return row?.value ?? 0
  }

  async load(): Promise<SharingState> {
    // Before the rows: what changes meanwhile is read again.
    const version = await this.counter()
    const read = async <Name extends DocumentTable>(name: Name): Promise<Documents[Name][]> => {
      const rows = await this.#db
        .selectFrom(name as DocumentTable)
        .select('body')
        .orderBy('id')
        .execute()
      return rows.map(({ body }) => JSON.parse(body) as Documents[Name])
    }
    const [policies, grants, restrictions, templates, agreements, requests] = [
      await read('sharing_policy'),
      await read('sharing_grant'),
      await read('sharing_restriction'),
      await read('sharing_template'),
      await read('sharing_agreement'),
      await read('sharing_request'),
    ]
    return {
      version,
      policies: new Map(policies.map((one) => [one.dataset, one])),
      grants: grouped(grants, ({ dataset }) => dataset),
      restrictions: grouped(restrictions, ({ dataset }) => dataset),
      agreements: grouped(agreements, ({ dataset }) => dataset),
      templates: grouped(
        templates.sort((a, b) => a.version - b.version),
        ({ id }) => id,
      ),
      requests: new Map(requests.map((one) => [one.id, one])),
    }
  }

  /** One change: documents and their history, and the counter, together. */
  async change(run: (trx: SharingTrx) => Promise<void>): Promise<void> {
    await this.#control.transaction<SharingTables, void>(async (trx) => {
      await run(trx)
      await trx
        .insertInto('sharing_counter')
        .values({ name: 'state', value: 1 })
        .onConflict((on) =>
          on.column('name').doUpdateSet((eb) => ({ value: eb('sharing_counter.value', '+', 1) })),
        )
        .execute()
    })
  }

  /** Writes a document. Throws `conflict` when it is not at the version that was read. */
  async put<Name extends DocumentTable>(
    trx: SharingTrx,
    name: Name,
    id: string,
    document: Documents[Name],
    expected: number | null,
  ): Promise<void> {
    const dataset = 'dataset' in document ? (document.dataset ?? '') : ''
    const body = JSON.stringify(document)
    const { version } = document
    if (expected === null) {
      await trx
        .insertInto(name as DocumentTable)
        .values({ id, dataset_id: dataset, body, version })
        .execute()
      return
    }
    const { numUpdatedRows } = await trx
      .updateTable(name as DocumentTable)
      .set({ body, version })
      .where('id', '=', id)
      .where('version', '=', expected)
      .executeTakeFirst()
    if (numUpdatedRows === 0n)
      throw conflict('Somebody else changed it meanwhile.', 'Read it again, then change it.')
  }

  async note(trx: SharingTrx, { dataset, ...step }: Step): Promise<void> {
    await trx
      .insertInto('sharing_event')
      .values({ id: randomUUID(), dataset_id: dataset, at: this.#now().toISOString(), ...step })
      .execute()
  }

  async history(subject: string): Promise<HistoryStep[]> {
    return this.#db
      .selectFrom('sharing_event')
      .select(['at', 'actor', 'step', 'note'])
      .where('subject', '=', subject)
      .orderBy('at')
      .execute()
  }

  /** Forgets what a deleted dataset was shared by; its history stays. */
  async forget(trx: SharingTrx, dataset: string): Promise<void> {
    for (const name of documentTables)
      if (name !== 'sharing_template') await trx.deleteFrom(name).where('dataset_id', '=', dataset).execute()
  }
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
