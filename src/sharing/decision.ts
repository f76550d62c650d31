/** What a decision is made of, and what it says. */

import type { DatasetField } from '../datasets/schema.ts'
import type { OrganisationRole } from '../http/principal.ts'
import type { Agreement, Filter, Grant, Parties, Policy, Quota, Restriction } from './schema.ts'
import type { Transform } from './transform.ts'

/** What a decision needs to know of a dataset. */
export interface Subject {
  id: string
  fields: readonly DatasetField[]
  /** Field by which rows are delayed and aged; absent where rows have no time. */
  eventTime?: string | undefined
}

/** Everything that is in force for one dataset. */
export interface PolicySnapshot {
  policy: Policy
  grants: readonly Grant[]
  restrictions: readonly Restriction[]
  agreements: readonly Agreement[]
  /** By id: the version in force, and the versions before it that still are, with the end of their grace. */
  templates: ReadonlyMap<string, { version: number; previous: readonly { version: number; until: string }[] }>
  parties: Parties
  /** No grant gives more. */
  platformQuota: Quota | null
  /** What roles may do with what their organisation owns. */
  ownerActions: Readonly<Record<OrganisationRole, readonly string[]>>
}

export type DenialReason =
  | 'hidden'
  | 'login_required'
  | 'not_granted'
  | 'agreement_required'
  | 'expired'
  | 'suspended'

/** One way to a cell: rows of the grant at this place of `rows`, and what becomes of the value. */
export interface CellRule {
  grant: number
  transform?: Transform
}

export interface Denied {
  allow: false
  reason: DenialReason
  /** For `agreement_required`: what has to be accepted. */
  template: string | null
}

export interface Allowed {
  allow: true
  /** One filter for each grant: a row is seen when one of them passes. Attributes are literals already. */
  rows: readonly Filter[]
  /** Every one of them has to pass. */
  keep: readonly Filter[]
  /** By field, the best first; a field that is not here does not exist. */
  cells: Readonly<Record<string, readonly CellRule[]>>
  grants: readonly string[]
  agreements: readonly string[]
  quota: Quota | null
  /** The grant whose quota it is. */
  quotaGrant: string | null
  /** Pseudonyms are made for it: the organisation, or `public`. */
  space: string
  /** Anybody gets the same. */
  isPublic: boolean
  /** The rows it lets pass change with the clock alone. */
  movesWithTime: boolean
  /** ISO instant at which it has to be asked again; null when nothing ends by itself. */
  recheckAt: string | null
  /** Equal for equal decisions only. */
  fingerprint: string
}

export type Decision = Denied | Allowed
