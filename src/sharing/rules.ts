/** The decision function: who may do what with which cells of which rows. Pure. */
import type { DatasetField } from '../datasets/schema.ts'
import type { Action, Principal } from '../http/principal.ts'
import { expanded, shownFields, storedFields } from './columns.ts'
import type {
  Allowed,
  CellRule,
  Decision,
  DenialReason,
  Denied,
  PolicySnapshot,
  Subject,
} from './decision.ts'
import { everyRow, isEveryRow, noRow, usesAttributes, withAttributes } from './filter.ts'
import { type Asking, askingOf, type Ends, isOwner, mayAsOwner, membership, standing } from './grantees.ts'
import type { Filter, Grant, Quota, ReleaseRule, Restriction } from './schema.ts'
import { coarseness, coarser, delayOf, dropped, type Transform, transformOf } from './transform.ts'

/** A grant that matches principal, action and time, ready to be combined. */
interface Matched {
  id: string
  row: Filter
  /** Fields it gives with what becomes of them. */
  cells: Map<string, Transform | undefined>
  quota: Quota | null
  isForEveryone: boolean
  usesAttributes: boolean
  movesWithTime: boolean
  agreement: string | null
  ends: Ends
  /** Equal for equal grants only. */
  print: unknown
}

export interface DecisionContext {
  /** Zoom of the tile asked for. */
  zoom?: number | undefined
}

/**
 * The decision for one principal, dataset, action and moment. Cells are given by single grants: a value is seen only
 * where one grant gives both its row and its column. Without a grant there is nothing.
 */
export function effective(
  principal: Principal,
  subject: Subject,
  action: Action,
  snapshot: PolicySnapshot,
  now: Date,
  context: DecisionContext = {},
): Decision {
  const at = now.toISOString()
  if (principal.kind === 'service')
    return combine([ownerGrant('service', subject)], [], subject, false, 'service', at)
  const asking = askingOf(principal, snapshot.parties, at)
  if (principal.kind === 'key') {
    const { datasets, scopes } = principal
    const isKnown = datasets === null || datasets.includes(subject.id)
    const isInScope = action === 'discover' ? scopes.length > 0 : scopes.includes(action)
    if (!isKnown || !isInScope) {
      // What a key is not for, it learns no more of than a stranger.
      const knows = isKnown ? asking : askingOf({ kind: 'anonymous' }, snapshot.parties, at)
      return denied(isDiscoverable(knows, snapshot, at) ? 'not_granted' : 'hidden')
    }
  }
  const owner = isOwner(snapshot.policy, asking)
  const restrictions = inForce(snapshot.restrictions, at).filter((one) => !owner || one.bindsOwner)
  if (action === 'discover') return discovery(asking, subject, restrictions, snapshot, at)

  const matched: Matched[] = []
  const missing: { reason: DenialReason; template: string | null }[] = []
  const starts: Ends = []
  if (mayAsOwner(snapshot, asking, action)) {
    const grant = ownerGrant(`owner:${asking.organisation}`, subject)
    matched.push({ ...grant, ends: [asking.endsAt] })
  }
  for (const grant of [...snapshot.grants].sort(byId)) {
    if (!grant.actions.includes(action)) continue
    const member = membership(grant.grantee, asking, snapshot.parties, at)
    if (!member || isBelowZoom(grant, action, context)) continue
    const found = standing(grant, asking, snapshot, at)
    if (found.missing) {
      missing.push({ reason: found.missing, template: grant.agreementTemplate })
      starts.push(...found.ends)
      continue
    }
    const one = matchedGrant(grant, subject, restrictions, attributesOf(asking, snapshot), now)
    const agreement = found.agreement
    one.ends = [...member, ...found.ends]
    one.agreement = agreement?.id ?? null
    one.print = [one.print, agreement && [agreement.id, agreement.version]]
    matched.push(one)
  }
  if (matched.length === 0) {
    if (!isDiscoverable(asking, snapshot, at)) return denied('hidden')
    if (asking.isSuspended) return denied('suspended')
    if (!asking.isSignedIn) return denied('login_required')
    return mostHelpful(missing)
  }
  const bound = restrictions.filter(({ audience }) => audience === 'all')
  const resolved = bound.map((one) => ({
    ...one,
    keep: one.keep && withAttributes(one.keep, attributesOf(asking, snapshot)),
    asks: one.keep !== null && usesAttributes(one.keep),
  }))
  for (const one of matched) one.ends.push(...starts)
  const decision = combine(matched, resolved, subject, owner, asking.organisation ?? 'public', at)
  return { ...decision, quota: capped(decision.quota, snapshot.platformQuota) }
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const denied = (reason: DenialReason, template: string | null = null): Denied => ({
  allow: false,
  reason,
  template,
})

const helpfulness: DenialReason[] = ['suspended', 'agreement_required', 'expired', 'not_granted']
function mostHelpful(missing: { reason: DenialReason; template: string | null }[]): Denied {
  for (const reason of helpfulness) {
    const found = missing.find((one) => one.reason === reason)
    if (found) return denied(reason, reason === 'agreement_required' ? found.template : null)
  }
  return denied('not_granted')
}

const inForce = (restrictions: readonly Restriction[], at: string): Restriction[] =>
  restrictions.filter(({ liftedAt }) => liftedAt === null || at < liftedAt).sort(byId)

const attributesOf = (asking: Asking, { parties }: PolicySnapshot): Readonly<Record<string, string>> => {
  if (asking.organisation === null) return {}
  const known = parties.organisations.get(asking.organisation)
  return { ...known?.attributes, id: asking.organisation }
}

/** A tile whose zoom nobody told counts as too far out. */
const isBelowZoom = ({ spatial }: Grant, action: Action, { zoom }: DecisionContext): boolean =>
  action === 'tiles' && typeof spatial?.minZoom === 'number' && (zoom ?? -1) < spatial.minZoom

/** Who may know that the dataset exists: its owner, whom its metadata are for, and whoever a grant names. */
export function isDiscoverable(asking: Asking, snapshot: PolicySnapshot, at: string): boolean {
  const { policy, grants, parties } = snapshot
  if (isOwner(policy, asking) || policy.metadataVisibility === 'public') return true
  if (policy.metadataVisibility === 'consortium' && policy.consortium !== null) {
    const grantee = { kind: 'consortium', consortium: policy.consortium } as const
    if (membership(grantee, asking, parties, at)) return true
  }
  return grants.some((grant) => {
    if (!membership(grant.grantee, asking, parties, at)) return false
    const { missing } = standing(grant, asking, snapshot, at)
    return missing === undefined || missing === 'agreement_required' || missing === 'suspended'
  })
}

/** The record of the catalogue: fields that nothing denies, and no row. */
function discovery(
  asking: Asking,
  subject: Subject,
  restrictions: readonly Restriction[],
  snapshot: PolicySnapshot,
  at: string,
): Decision {
  if (!isDiscoverable(asking, snapshot, at)) return denied('hidden')
  const row = { ...ownerGrant('discover', subject), row: noRow, ends: [asking.endsAt] }
  const bound = restrictions.map((one) => ({
    ...one,
    keep: null,
    release: dropsOnly(one.release),
    asks: false,
  }))
  const isForAll = snapshot.policy.metadataVisibility === 'public' && !isOwner(snapshot.policy, asking)
  return combine(
    [{ ...row, isForEveryone: isForAll }],
    bound,
    subject,
    false,
    asking.organisation ?? 'public',
    at,
  )
}

const dropsOnly = (rules: readonly ReleaseRule[]) => rules.filter(({ rule }) => rule === 'drop')

/** Everything, for whom the data belong to. */
const ownerGrant = (id: string, { fields }: Subject): Matched => ({
  id,
  row: everyRow,
  cells: new Map(storedFields(fields).map(({ name }) => [name, undefined])),
  quota: null,
  isForEveryone: false,
  usesAttributes: false,
  movesWithTime: false,
  agreement: null,
  ends: [],
  print: id,
})

function matchedGrant(
  grant: Grant,
  subject: Subject,
  restrictions: readonly Restriction[],
  attributes: Readonly<Record<string, string>>,
  now: Date,
): Matched {
  const { fields, eventTime } = subject
  const isForAnybody = grant.grantee.kind === 'everyone' || grant.grantee.kind === 'authenticated'
  const own = isForAnybody ? restrictions.filter(({ audience }) => audience === 'public') : []
  const release = [grant.release, ...own.map((one) => one.release)].map((rules) => spread(rules, fields))
  const filters = [grant.rowFilter, ...own.map(({ keep }) => keep)].filter((filter) => filter !== null)
  const times = agePart(Math.max(...release.map(delayOf)), grant.maxAgeS, eventTime, now)
  const row = all([
    ...filters.map((filter) => withAttributes(filter, attributes)),
    ...times,
    ...(grant.spatial
      ? [
          {
            op: 'withinGeometry' as const,
            column: grant.spatial.column,
            geometry: grant.spatial.geometry,
          },
        ]
      : []),
  ])
  const hidden = new Set([
    ...release.flatMap(dropped),
    ...own.flatMap(({ deny }) => [...expanded(deny, fields)]),
  ])
  const listed = grant.columns && expanded(grant.columns, fields)
  const cells: Matched['cells'] = new Map()
  for (const { name } of storedFields(fields)) {
    if (hidden.has(name) || (listed && !listed.has(name))) continue
    let transform: Transform | undefined
    for (const rules of release) transform = coarser(transform, transformOf(rules, name))
    cells.set(name, transform)
  }
  return {
    id: grant.id,
    row,
    cells,
    quota: grant.quota,
    isForEveryone: grant.grantee.kind === 'everyone',
    usesAttributes: filters.some(usesAttributes),
    movesWithTime: times.length > 0,
    agreement: null,
    ends: [],
    print: [
      grant.id,
      grant.version,
      // A preset has no version of its own: it is what its policy says.
      grant.id.startsWith('preset:') ? grant.rowFilter : null,
      own.map(({ id, version }) => [id, version]),
    ],
  }
}

/** Rules on a point made of two fields are rules on both. */
const spread = (rules: readonly ReleaseRule[], fields: readonly DatasetField[]): ReleaseRule[] =>
  rules.flatMap((rule): ReleaseRule[] => {
    if (!('column' in rule)) return [rule]
    const point = fields.find(({ name, coordinates }) => name === rule.column && coordinates)
    return point?.coordinates
      ? [point.coordinates.lon, point.coordinates.lat].map((column) => ({ ...rule, column }))
      : [rule]
  })

/** Rows old enough, and not too old. Rows without a time are never old enough. */
function agePart(delayS: number, maxAgeS: number | null, eventTime: string | undefined, now: Date): Filter[] {
  if (delayS <= 0 && maxAgeS === null) return []
  if (eventTime === undefined) return [noRow]
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000).toISOString()
  const parts: Filter[] = []
  if (delayS > 0) parts.push({ op: 'lte', column: eventTime, value: ago(delayS) })
  if (maxAgeS !== null) parts.push({ op: 'gte', column: eventTime, value: ago(maxAgeS) })
  return parts
}

function all(filters: readonly Filter[]): Filter {
  const asking = filters.filter((filter) => !isEveryRow(filter))
  return asking.length === 1 ? asking[0]! : { op: 'and', of: asking }
}

function combine(
  matched: readonly Matched[],
  restrictions: readonly (Restriction & { asks: boolean })[],
  subject: Subject,
  isOwnerAsking: boolean,
  organisation: string,
  at: string,
): Allowed {
  const { fields, eventTime } = subject
  const release = restrictions.map((one) => spread(one.release, fields))
  const denied = new Set([
    ...restrictions.flatMap(({ deny }) => [...expanded(deny, fields)]),
    ...release.flatMap(dropped),
  ])
  const delays = agePart(Math.max(0, ...release.map(delayOf)), null, eventTime, new Date(at))
  const cells: Record<string, CellRule[]> = Object.create(null)
  let usesPseudonym = false
  for (const { name } of storedFields(fields)) {
    if (denied.has(name)) continue
    const ways = matched
      .map((grant, index) => ({ grant, index }))
      .filter(({ grant }) => grant.cells.has(name))
      .map(({ grant, index }) => ({ grant, index, own: grant.cells.get(name) }))
      .sort((a, b) => coarseness(a.own) - coarseness(b.own) || a.index - b.index)
    const rules: CellRule[] = []
    for (const { grant, index, own } of ways) {
      let transform = own
      for (const rules of release) transform = coarser(transform, transformOf(rules, name))
      usesPseudonym ||= transform?.kind === 'pseudonym'
      rules.push({ grant: index, ...(transform && { transform }) })
      // Nothing comes after a grant of all rows.
      if (isEveryRow(grant.row)) break
    }
    if (rules.length > 0) cells[name] = rules
  }
  const isPublic =
    !isOwnerAsking &&
    matched.every((one) => one.isForEveryone && !one.usesAttributes) &&
    !restrictions.some(({ asks }) => asks)
  const best = matched.reduce((most, one) => (isMoreGenerous(one.quota, most.quota) ? one : most))
  // Where rows have no day of their own, pseudonyms change with the day of asking.
  const day = usesPseudonym && eventTime === undefined ? at.slice(0, 10) : null
  const ends = matched.flatMap((one) => one.ends)
  if (day !== null) ends.push(new Date(Date.parse(day) + 86_400_000).toISOString())
  return {
    allow: true,
    rows: matched.map(({ row }) => row),
    keep: [...restrictions.flatMap(({ keep }) => (keep && !isEveryRow(keep) ? [keep] : [])), ...delays],
    cells,
    grants: matched.map(({ id }) => id),
    agreements: matched.flatMap(({ agreement }) => agreement ?? []),
    quota: best.quota,
    quotaGrant: best.id,
    space: isPublic ? 'public' : organisation,
    isPublic,
    movesWithTime: delays.length > 0 || matched.some((one) => one.movesWithTime),
    recheckAt: ends.filter((end) => end !== null && end > at).sort()[0] ?? null,
    fingerprint: JSON.stringify([
      subject.id,
      isPublic ? null : organisation,
      matched.map(({ print }) => print),
      restrictions.map(({ id, version }) => [id, version]),
      day,
      fields.map(({ name, type }) => [name, type]),
    ]),
  }
}

/** By requests, rows, bytes, streams, in this order; no limit is more than any. */
function isMoreGenerous(a: Quota | null, b: Quota | null): boolean {
  if (a === null || b === null) return b !== null
  for (const name of ['requestsPerMinute', 'rowsPerDay', 'bytesPerDay', 'openStreams'] as const) {
    const [x, y] = [a[name] ?? Number.POSITIVE_INFINITY, b[name] ?? Number.POSITIVE_INFINITY]
    if (x !== y) return x > y
  }
  return false
}

/** The smaller of each limit. */
export function capped(quota: Quota | null, cap: Quota | null): Quota | null {
  if (quota === null || cap === null) return quota ?? cap
  const least = (name: keyof Quota) => {
    const limits = [quota[name], cap[name]].filter((limit) => limit !== null)
    return limits.length > 0 ? Math.min(...limits) : null
  }
  return {
    requestsPerMinute: least('requestsPerMinute'),
    rowsPerDay: least('rowsPerDay'),
    bytesPerDay: least('bytesPerDay'),
    openStreams: least('openStreams'),
  }
}

/** The fields there are for whoever the decision is about. */
export const fieldsShown = (decision: Allowed, fields: readonly DatasetField[]): DatasetField[] =>
  shownFields(fields, (name) => Object.hasOwn(decision.cells, name))
