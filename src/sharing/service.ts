/** The decision on every access, from what is written and who is asking, within microseconds and up to date. */
import { createHash } from 'node:crypto'
import type { DatasetDefinition, DatasetField } from '../datasets/schema.ts'
import type { Columnar, Row } from '../engines/columnar/columnar.ts'
import { compilePredicate } from '../engines/columnar/evaluate.ts'
import type { Expression } from '../engines/columnar/query.ts'
import type { ControlDb } from '../engines/control/control.ts'
import { LacydonError, notFound } from '../errors.ts'
import type { Action, Principal } from '../http/principal.ts'
import { storedFields } from './columns.ts'
import {
  type Base,
  isWholeDecision,
  pseudonymNeeds,
  rowCondition,
  type SecuredRows,
  securedFields,
  secureRows,
  unchangedFields,
} from './compile.ts'
import type { Allowed, Decision, Denied, PolicySnapshot } from './decision.ts'
import { defaultPolicy } from './defaults.ts'
import { type LookUp, tableLookUp } from './expressions.ts'
import { knownGrants } from './grantees.ts'
import { offersOf } from './odrl.ts'
import { ownerActions, presetGrants } from './presets.ts'
import { makePseudonyms, Pseudonyms, type PseudonymTables } from './pseudonym.ts'
import { isPrivateByNature, platformRestrictions } from './public-release.ts'
import { fieldScope } from './reader.ts'
import { type DecisionContext, effective } from './rules.ts'
import type { Grant, OdrlOffer, Parties, Policy, Quota, Restriction } from './schema.ts'
import { type SharingState, SharingStore } from './store.ts'

/** What a decision is asked about. */
export interface DatasetAsked {
  definition: DatasetDefinition
  /** Null for datasets of the product. */
  createdAt: string | null
}

export interface SharingOptions {
  control: ControlDb
  columnar: Pick<Columnar, 'query'>
  /** Organisations, memberships and consortia now: plain data, cheap to ask for. */
  parties: () => Parties
  /** Of the instance: pseudonyms are keyed by it. */
  secret: string
  /** Throws `not_found`. For look-ups into other datasets. */
  definitionOf: (dataset: string) => DatasetDefinition
  /** Reference data that the product brings are public like its own tables. */
  isProduct?: (dataset: string) => boolean
  /** Grants that the product itself gives, such as on the access log. */
  productGrants?: readonly Grant[]
  /** Whether its session or key goes on: asked again while accesses go on. Default: it does. */
  isStillGood?: (principal: Principal) => Promise<boolean>
  platformQuota?: Quota | null
  now: () => Date
  log: { warn(details: object, text: string): void }
}

/** Decisions that let time pass are worked out anew this often. */
const movingMs = 1_000
const mostRemembered = 20_000
const dayMs = 86_400_000

interface Remembered {
  decision: Decision
  definition: DatasetDefinition
  untilMs: number
}

/** An access under way. */
interface Watch {
  principal: Principal
  asked: DatasetAsked
  action: Action
  fingerprint: string
  abort: AbortController
}

export class Sharing {
  readonly store: SharingStore
  readonly pseudonyms: Pseudonyms
  readonly #options: SharingOptions
  readonly #watches = new Set<Watch>()
  readonly #listeners = new Set<() => void>()
  readonly #made = new Map<string, { at: number; tables: Promise<PseudonymTables> }>()
  #state: SharingState
  #remembered = new Map<string, Remembered>()
  #partiesVersion: number

  /** Reads what is written. */
  static async open(options: SharingOptions): Promise<Sharing> {
    const store = new SharingStore(options.control, options.now)
    return new Sharing(options, store, await store.load())
  }

  private constructor(options: SharingOptions, store: SharingStore, state: SharingState) {
    this.#options = options
    this.#state = state
    this.store = store
    this.pseudonyms = new Pseudonyms(options.secret)
    this.#partiesVersion = options.parties().version
  }

  get state(): SharingState {
    return this.#state
  }

  get parties(): Parties {
    return this.#options.parties()
  }

  now(): Date {
    return this.#options.now()
  }

  /** Called after every change; answers how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What is in force for a dataset. */
  snapshotOf({ definition, createdAt }: DatasetAsked): PolicySnapshot {
    const { id } = definition
    const state = this.#state
    const parties = this.#options.parties()
    const policy = this.policyOf({ definition, createdAt })
    const templates = new Map(
      [...state.templates].map(([name, versions]) => {
        const current = versions.at(-1)!
        const until = new Date(Date.parse(current.publishedAt) + current.graceDays * dayMs).toISOString()
        const previous = versions.slice(0, -1).map(({ version }) => ({ version, until }))
        return [name, { version: current.version, previous }] as const
      }),
    )
    return {
      policy,
      grants: [
        ...presetGrants(policy),
        ...(this.#options.productGrants ?? []).filter(({ dataset }) => dataset === id),
        ...(state.grants.get(id) ?? []),
      ],
      restrictions: this.restrictionsOf(id),
      agreements: state.agreements.get(id) ?? [],
      templates,
      parties,
      platformQuota: this.#options.platformQuota ?? null,
      ownerActions,
    }
  }

  policyOf({ definition: { id }, createdAt }: DatasetAsked): Policy {
    const written = this.#state.policies.get(id)
    if (written) return written
    const isProduct = createdAt === null || (this.#options.isProduct?.(id) ?? false)
    const isReserved = this.#options.productGrants?.some(({ dataset }) => dataset === id) ?? false
    const origin = { id, isProduct, isPrivate: isPrivateByNature(id), isReserved, createdAt }
    return defaultPolicy(origin, this.#options.parties())
  }

  /** The platform's own, unless they were lifted, and those of organisations. */
  restrictionsOf(dataset: string): readonly Restriction[] {
    const written = this.#state.restrictions.get(dataset) ?? []
    const own = platformRestrictions(dataset).filter(({ id }) => !written.some((one) => one.id === id))
    return [...own, ...written]
  }

  /** The decision, from memory while nothing it rests on has changed. */
  decide(principal: Principal, asked: DatasetAsked, action: Action, context: DecisionContext = {}): Decision {
    const now = this.#options.now()
    const { version } = this.#options.parties()
    if (version !== this.#partiesVersion) {
      this.#partiesVersion = version
      this.#remembered.clear()
    }
    const { definition } = asked
    const key = JSON.stringify([principal, definition.id, action, context.zoom ?? null])
    const known = this.#remembered.get(key)
    if (known && known.definition === definition && now.getTime() < known.untilMs) return known.decision
    const subject = { id: definition.id, fields: definition.fields, eventTime: definition.eventTime }
    const decision = this.#printed(
      effective(principal, subject, action, this.snapshotOf(asked), now, context),
    )
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear()
    this.#remembered.set(key, { decision, definition, untilMs: this.#untilMs(decision, now) })
    return decision
  }

  #printed(decision: Decision): Decision {
    if (!decision.allow) return decision
    const fingerprint = createHash('sha256').update(decision.fingerprint).digest('base64url').slice(0, 22)
    return { ...decision, fingerprint }
  }

  #untilMs(decision: Decision, now: Date): number {
    // What is missing may begin any time: refusals are worked out anew.
    if (!decision.allow || decision.movesWithTime) return now.getTime() + movingMs
    return decision.recheckAt === null ? Number.POSITIVE_INFINITY : Date.parse(decision.recheckAt)
  }

  /** The allowing decision. Throws `not_found`, 401 or 403 as the refusal says. */
  require(principal: Principal, asked: DatasetAsked, action: Action, context: DecisionContext = {}): Allowed {
    const decision = this.decide(principal, asked, action, context)
    if (!decision.allow) throw refusal(decision, asked.definition.id)
    return decision
  }

  /** The rows and cells that a decision gives of a dataset. Throws what the engine throws. */
  async secure(
    decision: Allowed,
    base: Base & { dataset: string; state: string | null },
  ): Promise<SecuredRows> {
    const needs = pseudonymNeeds(decision, base.fields)
    let pseudonyms: PseudonymTables | undefined
    if (needs.length > 0) pseudonyms = await this.#pseudonymTables(decision, base, needs)
    return secureRows(decision, base, { lookUp: this.#lookUp, pseudonyms })
  }

  /** Pseudonyms of rows that have not changed are made once; those of streams every few seconds. */
  async #pseudonymTables(
    decision: Allowed,
    base: Base & { dataset: string; state: string | null },
    needs: ReturnType<typeof pseudonymNeeds>,
  ): Promise<PseudonymTables> {
    const nowMs = this.#options.now().getTime()
    const key = JSON.stringify([base.dataset, base.state, decision.fingerprint])
    const known = this.#made.get(key)
    if (known && nowMs - known.at < (base.state === null ? 5_000 : 600_000)) return known.tables
    const conditions = [base.where, rowCondition(decision, base.fields, this.#lookUp)]
    const parts: Expression[] = conditions.filter((part) => part !== undefined)
    const where: Expression | undefined = parts.length > 0 ? { kind: 'and', of: parts } : undefined
    const rows = { from: base.from, where, eventTime: base.eventTime, today: Math.floor(nowMs / dayMs) }
    const { columnar } = this.#options
    const tables = makePseudonyms(columnar, this.pseudonyms, needs, rows, decision.space)
    if (this.#made.size >= 100) this.#made.clear()
    this.#made.set(key, { at: nowMs, tables })
    tables.catch(() => this.#made.delete(key))
    return tables
  }

  readonly #lookUp: LookUp = (leaf, of) => tableLookUp(this.#options.definitionOf)(leaf, of)

  /** Whether it withholds nothing. */
  isWhole(decision: Allowed, fields: readonly DatasetField[]): boolean {
    return isWholeDecision(decision, fields)
  }

  /**
   * Whether it would have withheld nothing of fields that are gone by now either: those of owners and of everybody, as
   * long as nothing restricts them.
   */
  seesPast(principal: Principal, decision: Allowed, asked: DatasetAsked): boolean {
    if (!this.isWhole(decision, asked.definition.fields)) return false
    if (this.restrictionsOf(asked.definition.id).some(({ liftedAt }) => liftedAt === null)) return false
    const { owner, visibility } = this.policyOf(asked)
    const acting = principal.kind === 'user' || principal.kind === 'key' ? principal.organisation : null
    return visibility === 'public' || (owner !== null && owner === acting)
  }

  /**
   * What somebody may know of how a dataset is shared, as ODRL: the grants that name them, all for the owner's members.
   * Undefined for who may not know that it exists. `base`: address of the platform, without a slash at the end.
   */
  offersTo(principal: Principal, asked: DatasetAsked, base: string): OdrlOffer[] | undefined {
    if (!this.decide(principal, asked, 'discover').allow) return undefined
    const snapshot = this.snapshotOf(asked)
    const grants = knownGrants(principal, snapshot, this.now().toISOString())
    return offersOf(snapshot.policy, grants, { base, termsOf: (id) => this.#state.templates.get(id)?.at(-1) })
  }

  fieldsOf(decision: Allowed, fields: readonly DatasetField[]): DatasetField[] {
    return securedFields(decision, fields)
  }

  /**
   * Whether a row is seen, for doors that keep rows in memory and show them whole. Throws 403 when the decision changes
   * or hides cells: such a door cannot serve it.
   */
  rowTest(decision: Allowed, fields: readonly DatasetField[]): (row: Row) => boolean {
    if (unchangedFields(decision, fields).size < storedFields(fields).length)
      throw new LacydonError('not_granted', 403, 'What is shared with you of these data is not shown here.', {
        help: 'Ask the dataset itself.',
      })
    const condition = rowCondition(decision, fields)
    return condition ? compilePredicate(condition, fieldScope(fields)) : () => true
  }

  /**
   * Watches over an access that goes on: `signal` aborts as soon as the decision it began with is not in force any more.
   */
  watch(
    principal: Principal,
    asked: DatasetAsked,
    action: Action,
    fingerprint: string,
  ): { signal: AbortSignal; end(): void } {
    const watch: Watch = { principal, asked, action, fingerprint, abort: new AbortController() }
    this.#watches.add(watch)
    return { signal: watch.abort.signal, end: () => this.#watches.delete(watch) }
  }

  /** Once a second: takes in what other nodes changed, and cuts what has lost its right. */
  async tick(): Promise<void> {
    await this.#endOfEnded()
    if ((await this.store.counter()) !== this.#state.version) await this.reload()
    else this.#recheck()
  }

  /** Ends what goes on for a session or key that does not; each is looked up once. */
  async #endOfEnded(): Promise<void> {
    const { isStillGood } = this.#options
    if (!isStillGood) return
    const good = new Map<string, Promise<boolean>>()
    for (const watch of [...this.#watches]) {
      const key = JSON.stringify(watch.principal)
      const isGood = good.get(key) ?? isStillGood(watch.principal)
      good.set(key, isGood)
      if (!(await isGood)) this.#end(watch)
    }
  }

  #end(watch: Watch): void {
    this.#watches.delete(watch)
    watch.abort.abort(
      new LacydonError('right_ended', 403, 'The right to these data ended while they were being sent.'),
    )
  }

  /** Reads everything again. Whoever changed something waits for it, so that the change holds when it is answered. */
  async reload(): Promise<void> {
    this.#state = await this.store.load()
    this.#remembered.clear()
    this.#recheck()
    for (const listener of this.#listeners) listener()
  }

  #recheck(): void {
    for (const watch of this.#watches) {
      const { principal, asked, action, fingerprint } = watch
      const decision = this.decide(principal, asked, action)
      if (!decision.allow || decision.fingerprint !== fingerprint) this.#end(watch)
    }
  }
}

/** The error of a refusal: what is hidden answers as what is not there. */
export function refusal({ reason, template }: Denied, dataset: string): LacydonError {
  const request = { request: `/api/v1/sharing/requests?dataset=${encodeURIComponent(dataset)}` }
  switch (reason) {
    case 'hidden':
      return notFound('dataset', dataset)
    case 'login_required':
      return new LacydonError('login_required', 401, 'Sign in to use these data, or ask for them.', {
        details: request,
      })
    case 'agreement_required':
      return new LacydonError('agreement_required', 403, 'An agreement has to be accepted first.', {
        help: 'A steward of your organisation can accept it.',
        details: {
          agreement: `/api/v1/sharing/agreements?dataset=${encodeURIComponent(dataset)}&template=${encodeURIComponent(template ?? '')}`,
        },
      })
    case 'expired':
      return new LacydonError('grant_expired', 403, 'The right to these data has expired.', {
        details: request,
      })
    case 'suspended':
      return new LacydonError('suspended', 403, 'The right to these data is suspended.')
    case 'not_granted':
      return new LacydonError('not_granted', 403, 'These data are not shared with you for this.', {
        help: 'Ask their owner for them.',
        details: request,
      })
  }
}
