/** A grant as its form holds it, and the grant it stands for. Pure. */
import type { DatasetField } from '../../../src/datasets/schema.ts'
import type { Filter, Grant, GrantBody, Grantee, Quota } from '../../../src/sharing/schema.ts'
import { endOfDay, lastDayOf } from '../organisations/days.ts'
import { type ActionName, actionNames } from './api.ts'
import { type Conditions, filterOf, readConditions } from './conditions.ts'
import { delayOf, type Fates, fatesAsGrant, kindOfField, readFates } from './fields.ts'

export interface GrantDraft {
  grantee: Grantee | null
  actions: readonly ActionName[]
  /** Undefined: a filter that the list of conditions cannot say, kept as it is. */
  conditions: Conditions | undefined
  kept: Filter | null
  fates: Fates
  delayS: number | null
  maxAgeS: number | null
  spatial: GrantBody['spatial']
  quota: Quota
  agreementTemplate: string | null
  /** Days of the reader's calendar; empty for none. */
  fromDay: string
  untilDay: string
  note: string
}

const noQuota: Quota = { requestsPerMinute: null, rowsPerDay: null, bytesPerDay: null, openStreams: null }

export const everyRow: Conditions = { join: 'and', of: [] }

export function draftOf(fields: readonly DatasetField[], grant?: Partial<Grant>): GrantDraft {
  const rowFilter = grant?.rowFilter ?? null
  return {
    grantee: grant?.grantee ?? null,
    actions: grant?.actions ?? actionNames.filter((name) => name !== 'reshare' && name !== 'export'),
    conditions: readConditions(rowFilter),
    kept: rowFilter,
    fates: readFates(fields, { columns: grant?.columns ?? null, release: grant?.release ?? [] }),
    delayS: delayOf(grant?.release ?? []),
    maxAgeS: grant?.maxAgeS ?? null,
    spatial: grant?.spatial ?? null,
    quota: grant?.quota ?? noQuota,
    agreementTemplate: grant?.agreementTemplate ?? null,
    fromDay: grant?.from ? localDay(grant.from) : '',
    untilDay: lastDayOf(grant?.until ?? null),
    note: grant?.note ?? '',
  }
}

/** Undefined while something is missing. */
export function grantOf(draft: GrantDraft, fields: readonly DatasetField[]): GrantBody | undefined {
  const kindOf = (name: string) => {
    const field = fields.find((one) => one.name === name)
    return field && kindOfField(field)
  }
  const rowFilter = draft.conditions ? filterOf(draft.conditions, kindOf) : draft.kept
  const isStepMissing = Object.values(draft.fates).some((fate) => fate.as === 'round' && !(fate.step > 0))
  if (rowFilter === undefined || !draft.grantee || draft.actions.length === 0 || isStepMissing)
    return undefined
  const hasQuota = Object.values(draft.quota).some((limit) => limit !== null)
  const from = endOfDay(draft.fromDay)
  return {
    grantee: draft.grantee,
    // Whoever gets rows may know that they exist.
    actions: actionNames.filter((name) => name === 'discover' || draft.actions.includes(name)),
    rowFilter,
    ...fatesAsGrant(draft.fates, draft.delayS),
    spatial: draft.spatial,
    maxAgeS: draft.maxAgeS,
    quota: hasQuota ? draft.quota : null,
    agreementTemplate: draft.agreementTemplate,
    from: from && startOfDay(draft.fromDay),
    until: endOfDay(draft.untilDay),
    note: draft.note,
  }
}

const startOfDay = (day: string): string => {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year!, month! - 1, date!).toISOString()
}
function localDay(iso: string): string {
  const at = new Date(iso)
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}
/** The last day of a period of so many days that begins now. */
export const dayAfter = (days: number, nowMs: number): string =>
  localDay(new Date(nowMs + days * 86_400_000).toISOString())
