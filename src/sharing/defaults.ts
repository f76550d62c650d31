/** The policy of a dataset for which nobody has written one. Pure. */
import type { Parties, Policy } from './schema.ts'

export interface DatasetOrigin {
  id: string
  /** One of the platform's own: its tables, its reference data. */
  isProduct: boolean
  /** Their rows are nobody's business by default. */
  isPrivate: boolean
  /** The product names who reads it. */
  isReserved: boolean
  createdAt: string | null
}

/**
 * The platform's own data are public. What people loaded before the first account was made is public too: there was
 * nobody it could have been private to. Later datasets without a policy have no owner, and nobody sees them until
 * one is named.
 */
export function defaultPolicy(
  { id, isProduct, isPrivate, isReserved, createdAt }: DatasetOrigin,
  { firstAccountAt }: Parties,
): Policy {
  const isOpen = isProduct || firstAccountAt === null || (createdAt !== null && createdAt < firstAccountAt)
  const visibility = isOpen && !isPrivate && !isReserved ? ('public' as const) : ('private' as const)
  return {
    dataset: id,
    owner: null,
    visibility,
    metadataVisibility: isOpen && !isReserved ? 'public' : 'private',
    consortium: null,
    personalData: 'none',
    rowFilter: null,
    aggregate: null,
    version: 0,
  }
}
