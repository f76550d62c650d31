/** How everybody stands to a dataset while nobody decides otherwise: what is here is public, but for the journal itself. */
import { type LacydonError, notFound } from '../errors.ts'
import type { Standing, StandingOf } from '../http/access-log.ts'
import type { Principal } from '../http/principal.ts'
import { journalDatasets } from './datasets.ts'

const ownIds = new Set(journalDatasets.map(({ id }) => id))

/** Datasets whose rows belong to the owners of what they tell about. */
export const isJournalDataset = (id: string): boolean => ownIds.has(id)

export const isAuditor = (principal: Principal): boolean =>
  principal.kind === 'user' && principal.platformRoles.includes('auditor')

/**
 * What the journal's own datasets are restricted to, whatever else is granted: rows whose `owner` is the acting
 * organisation. Null: all rows, for auditors. Undefined: none.
 */
export function ownerOfVisibleRows(principal: Principal): string | null | undefined {
  if (isAuditor(principal)) return null
  if (principal.kind !== 'user' && principal.kind !== 'key') return undefined
  return principal.organisation ?? undefined
}

export function undecidedStanding(exists: (datasetId: string) => boolean): StandingOf {
  return (principal, datasetId): Standing | undefined => {
    if (!exists(datasetId)) return undefined
    const isOwn = isJournalDataset(datasetId)
    const denial: LacydonError | null = isOwn && !isAuditor(principal) ? notFound('dataset', datasetId) : null
    return { owner: null, isPublic: !isOwn, grants: [], agreements: [], denial }
  }
}
