/** Changes to policies, grants and restrictions: checked, written with their history, in force when they are answered. */
import { randomUUID } from 'node:crypto'
import type { DatasetDefinition } from '../datasets/schema.ts'
import { readGeoJson } from '../engines/columnar/spatial/geojson.ts'
import { invalidInput, LacydonError, notFound } from '../errors.ts'
import type { Principal } from '../http/principal.ts'
import { type FilterReading, kindOf, readFilter } from './filter.ts'
import { policyFault } from './presets.ts'
import { isIdentifier } from './pseudonym.ts'
import type {
  Filter,
  Grant,
  GrantBody,
  Policy,
  PolicyBody,
  ReleaseRule,
  Restriction,
  RestrictionBody,
} from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'
import { managesDataset } from './standing.ts'

/** Who writes history. */
export const actorOf = (principal: Principal): { actor: string; organisation: string | null } => {
  if (principal.kind === 'user' || principal.kind === 'key')
    return { actor: principal.user, organisation: principal.organisation }
  return { actor: 'platform', organisation: null }
}

const isPlatformAdmin = (principal: Principal): boolean =>
  principal.kind === 'user' && principal.platformRoles.includes('platform-admin')

/** Throws what hides the dataset, or 403, unless the principal is a steward of its owner. */
export function requireSteward(sharing: Sharing, principal: Principal, asked: DatasetAsked): Policy {
  const policy = sharing.policyOf(asked)
  const isSteward =
    policy.owner === null
      ? principal.kind === 'service' || isPlatformAdmin(principal)
      : managesDataset(principal, policy)
  if (isSteward) return policy
  sharing.require(principal, asked, 'discover')
  throw new LacydonError('forbidden', 403, 'Stewards of the organisation that owns these data do this.')
}

const readingOf = ({ fields }: DatasetDefinition): FilterReading => ({
  fields,
  isGeometry: (text) => {
    try {
      return readGeoJson(text) !== undefined
    } catch {
      return false
    }
  },
})

const filterOf = (filter: Filter | null, definition: DatasetDefinition): Filter | null =>
  filter === null ? null : readFilter(filter, readingOf(definition))

/** Throws 400 for a rule that its column cannot carry: nothing is ever given untransformed instead. */
function checkRelease(rules: readonly ReleaseRule[], { fields, eventTime }: DatasetDefinition): void {
  for (const rule of rules) {
    if (rule.rule === 'delay') {
      if (!eventTime) throw invalidInput('Rows without an event time cannot be delayed.')
      continue
    }
    const field = fields.find(({ name }) => name === rule.column)
    if (!field) throw invalidInput(`There is no field “${rule.column}”.`)
    const isPoint = field.type === 'geo_point_2d'
    const kind = kindOf(field)
    if (rule.rule === 'round' && !isPoint && kind !== 'number' && kind !== 'timestamp')
      throw invalidInput(`“${rule.column}” cannot be rounded: it is no number, place or instant.`)
    if (rule.rule === 'pseudonym' && !isIdentifier(field))
      throw invalidInput(`“${rule.column}” cannot be a pseudonym: it is no text or whole number.`)
  }
}

function checkColumns(names: readonly string[], { fields }: DatasetDefinition): void {
  const stranger = names.find((name) => !fields.some((field) => field.name === name))
  if (stranger !== undefined) throw invalidInput(`There is no field “${stranger}”.`)
}

/** Instants as everything else compares them. Throws 400. */
function instantOf(text: string | null): string | null {
  if (text === null) return null
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw invalidInput(`“${text}” is no instant.`)
  return new Date(ms).toISOString()
}

/** Throws 400 and 422 for what does not fit the fields. */
export function checkedPolicy(body: PolicyBody, definition: DatasetDefinition): PolicyBody {
  const fault = policyFault(body)
  if (fault) throw invalidInput(fault)
  return { ...body, rowFilter: filterOf(body.rowFilter, definition) }
}

/** Throws 400 and 422 for what does not fit the fields. */
export function checkedRestriction(body: RestrictionBody, definition: DatasetDefinition): RestrictionBody {
  checkRelease(body.release, definition)
  checkColumns(body.deny, definition)
  return { ...body, keep: filterOf(body.keep, definition) }
}

/** Throws 400 and 422 for what does not fit the fields. */
export function checkedGrant(body: GrantBody, definition: DatasetDefinition): GrantBody {
  if (body.grantee.kind === 'person') throw invalidInput('Grants are for organisations, not for persons.')
  checkRelease(body.release, definition)
  checkColumns(body.columns ?? [], definition)
  if (body.maxAgeS !== null && !definition.eventTime)
    throw invalidInput('Rows without an event time have no age.')
  if (body.spatial) {
    const { column, geometry } = body.spatial
    readFilter({ op: 'withinGeometry', column, geometry }, readingOf(definition))
  }
  const [from, until] = [instantOf(body.from), instantOf(body.until)]
  if (from !== null && until !== null && until <= from) throw invalidInput('It would end before it begins.')
  return { ...body, rowFilter: filterOf(body.rowFilter, definition), from, until }
}

export class Policies {
  readonly #sharing: Sharing

  constructor(sharing: Sharing) {
    this.#sharing = sharing
  }

  /**
   * A dataset about to be made belongs to the organisation of who makes it, and to nobody else's eyes; what the operator
   * makes at the machine itself is the platform's, and public.
   */
  async claim(dataset: string, principal: Principal): Promise<void> {
    const { store } = this.#sharing
    const { actor, organisation } = actorOf(principal)
    const known = this.#sharing.state.policies.get(dataset)
    const isOperator = principal.kind === 'service' || principal.kind === 'anonymous'
    const visibility = isOperator ? ('public' as const) : ('private' as const)
    const policy: Policy = {
      dataset,
      owner: organisation,
      visibility,
      metadataVisibility: visibility,
      consortium: null,
      personalData: 'none',
      rowFilter: null,
      aggregate: null,
      version: (known?.version ?? 0) + 1,
    }
    await store.change(async (trx) => {
      // What an earlier dataset of this name was shared by is not for this one.
      await store.forget(trx, dataset)
      await store.put(trx, 'sharing_policy', dataset, policy, null)
      await store.note(trx, {
        dataset,
        subject: `policy:${dataset}`,
        actor,
        organisation,
        step: 'owned',
        note: '',
      })
    })
    await this.#sharing.reload()
  }

  /** Throws 422 for a filter that does not fit, 400, 403, 409. `owner` is changed by platform administrators only. */
  async put(
    principal: Principal,
    asked: DatasetAsked,
    body: PolicyBody,
    owner: string | null | undefined,
  ): Promise<Policy> {
    const before = requireSteward(this.#sharing, principal, asked)
    const checked = checkedPolicy(body, asked.definition)
    if (owner !== undefined && owner !== before.owner && !isPlatformAdmin(principal))
      throw new LacydonError('forbidden', 403, 'Platform administrators name the owner of a dataset.')
    const { definition } = asked
    const policy: Policy = {
      dataset: definition.id,
      owner: owner === undefined ? before.owner : owner,
      ...checked,
      version: before.version + 1,
    }
    const isNew = !this.#sharing.state.policies.has(definition.id)
    await this.#write(principal, policy.dataset, `policy:${policy.dataset}`, policy.visibility, (trx) =>
      this.#sharing.store.put(trx, 'sharing_policy', policy.dataset, policy, isNew ? null : before.version),
    )
    return policy
  }

  async grant(principal: Principal, asked: DatasetAsked, body: GrantBody): Promise<Grant> {
    requireSteward(this.#sharing, principal, asked)
    const { definition } = asked
    const grant: Grant = {
      id: `g_${randomUUID()}`,
      dataset: definition.id,
      ...checkedGrant(body, definition),
      version: 1,
      createdAt: this.#sharing.now().toISOString(),
      revokedAt: null,
    }
    if (grant.agreementTemplate !== null && !this.#sharing.state.templates.has(grant.agreementTemplate))
      throw notFound('agreement template', grant.agreementTemplate)
    await this.#write(principal, grant.dataset, `grant:${grant.id}`, 'granted', (trx) =>
      this.#sharing.store.put(trx, 'sharing_grant', grant.id, grant, null),
    )
    return grant
  }

  async changeGrant(principal: Principal, asked: DatasetAsked, id: string, body: GrantBody): Promise<Grant> {
    requireSteward(this.#sharing, principal, asked)
    const before = this.#grantOf(asked, id)
    const grant = { ...before, ...checkedGrant(body, asked.definition), version: before.version + 1 }
    await this.#write(principal, grant.dataset, `grant:${id}`, 'changed', (trx) =>
      this.#sharing.store.put(trx, 'sharing_grant', id, grant, before.version),
    )
    return grant
  }

  /** In force when it is answered; streams and exports end within a second. */
  async revoke(principal: Principal, asked: DatasetAsked, id: string): Promise<Grant> {
    requireSteward(this.#sharing, principal, asked)
    const before = this.#grantOf(asked, id)
    if (before.revokedAt !== null) return before
    const grant = { ...before, revokedAt: this.#sharing.now().toISOString(), version: before.version + 1 }
    await this.#write(principal, grant.dataset, `grant:${id}`, 'revoked', (trx) =>
      this.#sharing.store.put(trx, 'sharing_grant', id, grant, before.version),
    )
    return grant
  }

  async restrict(principal: Principal, asked: DatasetAsked, body: RestrictionBody): Promise<Restriction> {
    const { definition } = asked
    const isPlatform = isPlatformAdmin(principal)
    if (!isPlatform) requireSteward(this.#sharing, principal, asked)
    const restriction: Restriction = {
      id: `r_${randomUUID()}`,
      dataset: definition.id,
      ...checkedRestriction(body, definition),
      author: isPlatform ? null : actorOf(principal).organisation,
      version: 1,
      createdAt: this.#sharing.now().toISOString(),
      liftedAt: null,
    }
    await this.#write(principal, restriction.dataset, `restriction:${restriction.id}`, 'restricted', (trx) =>
      this.#sharing.store.put(trx, 'sharing_restriction', restriction.id, restriction, null),
    )
    return restriction
  }

  /** Only its author's organisation lifts it; those of the platform, platform administrators. */
  async lift(principal: Principal, asked: DatasetAsked, id: string): Promise<Restriction> {
    const before = this.#sharing.restrictionsOf(asked.definition.id).find((one) => one.id === id)
    if (!before) {
      if (!isPlatformAdmin(principal)) this.#sharing.require(principal, asked, 'discover')
      throw notFound('restriction', id)
    }
    const isAuthor =
      before.author === null
        ? isPlatformAdmin(principal)
        : managesDataset(principal, { ...this.#sharing.policyOf(asked), owner: before.author })
    if (!isAuthor) {
      this.#sharing.require(principal, asked, 'discover')
      throw new LacydonError('forbidden', 403, 'Only who made a restriction lifts it.', {
        details: { author: before.author ?? 'platform' },
      })
    }
    if (before.liftedAt !== null) return before
    const isWritten = this.#sharing.state.restrictions.get(before.dataset)?.some((one) => one.id === id)
    const lifted = { ...before, liftedAt: this.#sharing.now().toISOString(), version: before.version + 1 }
    await this.#write(principal, lifted.dataset, `restriction:${id}`, 'lifted', (trx) =>
      this.#sharing.store.put(trx, 'sharing_restriction', id, lifted, isWritten ? before.version : null),
    )
    return lifted
  }

  #grantOf({ definition }: DatasetAsked, id: string): Grant {
    const grant = this.#sharing.state.grants.get(definition.id)?.find((one) => one.id === id)
    if (!grant) throw notFound('grant', id)
    return grant
  }

  async #write(
    principal: Principal,
    dataset: string,
    subject: string,
    step: string,
    run: Parameters<Sharing['store']['change']>[0],
  ): Promise<void> {
    const { store } = this.#sharing
    await store.change(async (trx) => {
      await run(trx)
      await store.note(trx, { dataset, subject, ...actorOf(principal), step, note: '' })
    })
    await this.#sharing.reload()
  }
}
