/** The decision worked out cell by cell, from what owners wrote, sharing no code with the decision function. */
import { createHmac } from 'node:crypto'
import type { DatasetField } from '../datasets/schema.ts'
import type { Cell, Row } from '../engines/columnar/columnar.ts'
import type { Action, Principal } from '../http/principal.ts'
import type { PolicySnapshot } from './decision.ts'
import type { Filter, Grant, ReleaseRule, Restriction } from './schema.ts'

export interface World {
  fields: readonly DatasetField[]
  eventTime: string | undefined
  snapshot: PolicySnapshot
  secret: string
}

/** Rows with the cells that are seen; undefined in place of a row that is not. Cells nobody gives are absent. */
export function oracle(
  { fields, eventTime, snapshot, secret }: World,
  principal: Principal,
  action: Action,
  rows: readonly Row[],
  now: Date,
): (Row | undefined)[] {
  const at = now.toISOString()
  const organisation = organisationOf(principal, snapshot, at)
  const isSignedIn =
    (principal.kind === 'user' || principal.kind === 'key') &&
    !(principal.endsAt !== null && principal.endsAt <= at) &&
    !(principal.organisation !== null && organisation === null)
  if (principal.kind === 'key') {
    if (!principal.scopes.includes(action)) return rows.map(() => undefined)
    if (principal.datasets && !principal.datasets.includes(snapshot.policy.dataset))
      return rows.map(() => undefined)
  }
  const ownsIt = organisation !== null && snapshot.policy.owner === organisation
  const role = principal.kind === 'user' || principal.kind === 'key' ? principal.role : null
  const hasAll = ownsIt && role !== null && snapshot.ownerActions[role].includes(action)
  const grants = snapshot.grants.filter(
    (grant) =>
      grant.actions.includes(action) &&
      isFor(grant, organisation, role, isSignedIn, snapshot, at) &&
      !(grant.revokedAt !== null && grant.revokedAt <= at) &&
      !(grant.from !== null && grant.from > at) &&
      !(grant.until !== null && grant.until <= at) &&
      hasSigned(grant, organisation, snapshot, at),
  )
  if (!hasAll && grants.length === 0) return rows.map(() => undefined)
  const attributes = organisation
    ? { ...snapshot.parties.organisations.get(organisation)?.attributes, id: organisation }
    : {}
  const restrictions = snapshot.restrictions.filter(
    (one) => !(one.liftedAt !== null && one.liftedAt <= at) && (!ownsIt || one.bindsOwner),
  )
  const everywhere = restrictions.filter(({ audience }) => audience === 'all')
  const inPublic = restrictions.filter(({ audience }) => audience === 'public')
  const asks = (filter: Filter | null) => filter !== null && /"attr"/.test(JSON.stringify(filter))
  const isPublic =
    !ownsIt &&
    !hasAll &&
    grants.every(({ grantee, rowFilter }) => grantee.kind === 'everyone' && !asks(rowFilter)) &&
    !restrictions.some(({ keep }) => asks(keep))
  const space = isPublic ? 'public' : (organisation ?? 'public')
  const holds = (filter: Filter | null, row: Row) =>
    filter === null || isTrue(filter, row, fields, attributes)
  const isOldEnough = (rules: readonly ReleaseRule[], row: Row) =>
    rules.every((rule) => {
      if (rule.rule !== 'delay') return true
      const time = eventTime === undefined ? null : (row[eventTime] ?? null)
      return time !== null && Date.parse(String(time)) <= now.getTime() - rule.seconds * 1_000
    })
  const restrictionsOf = (grant: Grant) =>
    grant.grantee.kind === 'everyone' || grant.grantee.kind === 'authenticated' ? inPublic : []
  const givesRow = (grant: Grant, row: Row) => {
    if (!holds(grant.rowFilter, row)) return false
    if (!isOldEnough(grant.release, row)) return false
    for (const one of restrictionsOf(grant))
      if (!holds(one.keep, row) || !isOldEnough(one.release, row)) return false
    if (grant.maxAgeS !== null) {
      const time = eventTime === undefined ? null : (row[eventTime] ?? null)
      if (time === null || Date.parse(String(time)) < now.getTime() - grant.maxAgeS * 1_000) return false
    }
    if (!grant.spatial) return true
    const { column, geometry } = grant.spatial
    return isTrue({ op: 'withinGeometry', column, geometry }, row, fields, attributes)
  }
  const parts = (name: string): string[] => {
    const field = fields.find((one) => one.name === name)
    return field?.coordinates ? [field.coordinates.lon, field.coordinates.lat] : [name]
  }
  const names = (list: readonly string[], field: string) => list.some((name) => parts(name).includes(field))
  const rulesOn = (rules: readonly ReleaseRule[], field: string) =>
    rules.filter((rule) => 'column' in rule && parts(rule.column).includes(field))
  const drops = (rules: readonly ReleaseRule[], field: string) =>
    rulesOn(rules, field).some(({ rule }) => rule === 'drop')
  const restrict = (list: readonly Restriction[], field: string) =>
    list.some(({ deny, release }) => names(deny, field) || drops(release, field))

  return rows.map((row) => {
    if (!everywhere.every((one) => holds(one.keep, row) && isOldEnough(one.release, row))) return undefined
    const giving = grants.filter((grant) => givesRow(grant, row))
    if (!hasAll && giving.length === 0) return undefined
    const seen: Row = {}
    for (const field of fields) {
      if (field.coordinates || restrict(everywhere, field.name)) continue
      const offers: ReleaseRule[][] = hasAll ? [[]] : []
      const everGiven =
        hasAll ||
        grants.some(
          (grant) =>
            (grant.columns === null || names(grant.columns, field.name)) &&
            !drops(grant.release, field.name) &&
            !restrict(restrictionsOf(grant), field.name),
        )
      if (!everGiven) continue
      for (const grant of giving) {
        if (grant.columns !== null && !names(grant.columns, field.name)) continue
        if (drops(grant.release, field.name) || restrict(restrictionsOf(grant), field.name)) continue
        const more = [...restrictionsOf(grant)].sort((a, b) => (a.id < b.id ? -1 : 1))
        offers.push(
          [...grant.release, ...more.flatMap(({ release }) => release)].filter((rule) =>
            rulesOn([rule], field.name).includes(rule),
          ),
        )
      }
      const ordered = giving.length > 0 || hasAll ? bestFirst(offers) : []
      const later = [...everywhere]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .flatMap(({ release }) => rulesOn(release, field.name))
      const columns =
        field.type === 'geo_point_2d' ? [`${field.name}_lon`, `${field.name}_lat`] : [field.name]
      for (const name of columns)
        seen[name] =
          ordered.length === 0
            ? null
            : changed(row[name] ?? null, field, [...ordered[0]!, ...later], {
                time: eventTime === undefined ? at : (row[eventTime] ?? null),
                isTimed: eventTime !== undefined,
                space,
                secret,
              })
    }
    return seen
  })
}

function organisationOf(principal: Principal, { parties }: PolicySnapshot, at: string): string | null {
  if (principal.kind !== 'user' && principal.kind !== 'key') return null
  if (principal.endsAt !== null && principal.endsAt <= at) return null
  if (principal.organisation === null) return null
  return parties.organisations.get(principal.organisation)?.status === 'active'
    ? principal.organisation
    : null
}

function isFor(
  { grantee }: Grant,
  organisation: string | null,
  role: string | null,
  isSignedIn: boolean,
  { parties }: PolicySnapshot,
  at: string,
): boolean {
  if (grantee.kind === 'everyone') return true
  if (grantee.kind === 'authenticated') return isSignedIn
  if (grantee.kind === 'platform-role' || grantee.kind === 'person') return false
  if (organisation === null) return false
  if (grantee.kind === 'organisation') return grantee.organisation === organisation
  if (grantee.kind === 'role') return grantee.organisation === organisation && grantee.role === role
  const lasts = ({ from, until }: { from: string | null; until: string | null }) =>
    !(from !== null && from > at) && !(until !== null && until <= at)
  const consortium = parties.consortia.get(grantee.consortium)
  if (!consortium || !lasts(consortium)) return false
  return consortium.members.some((member) => member.organisation === organisation && lasts(member))
}

function hasSigned(
  grant: Grant,
  organisation: string | null,
  { agreements, templates }: PolicySnapshot,
  at: string,
): boolean {
  if (grant.agreementTemplate === null) return true
  const template = templates.get(grant.agreementTemplate)
  return agreements.some((agreement) => {
    if (agreement.template !== grant.agreementTemplate || agreement.organisation !== organisation)
      return false
    if (agreement.dataset !== grant.dataset) return false
    if (agreement.state !== 'FINALIZED' || agreement.validity !== 'active') return false
    if (agreement.expiresAt !== null && agreement.expiresAt <= at) return false
    if (agreement.templateVersion === template?.version) return true
    return !!template?.previous.some(
      ({ version, until }) => version === agreement.templateVersion && at < until,
    )
  })
}

/** How much a list of rules hides, as the specification orders it. */
function hides(rules: readonly ReleaseRule[]): number {
  const pseudonyms = rules.filter(({ rule }) => rule === 'pseudonym')
  if (pseudonyms.some((rule) => 'period' in rule && rule.period === 'day')) return 2e16
  if (pseudonyms.length > 0) return 1e16
  return Math.max(0, ...rules.map((rule) => (rule.rule === 'round' ? rule.step : 0)))
}
const bestFirst = (offers: ReleaseRule[][]) =>
  offers
    .map((offer, i) => ({ offer, i }))
    .sort((a, b) => hides(a.offer) - hides(b.offer) || a.i - b.i)
    .map(({ offer }) => offer)

function changed(
  cell: Cell,
  field: DatasetField,
  rules: readonly ReleaseRule[],
  { time, isTimed, space, secret }: { time: Cell; isTimed: boolean; space: string; secret: string },
): Cell {
  const pseudonyms = rules.flatMap((rule) => (rule.rule === 'pseudonym' ? [rule.period] : []))
  if (pseudonyms.length > 0) {
    if (cell === null || time === null) return null
    const period = pseudonyms.includes('day') ? 'day' : 'month'
    const date = new Date(String(time))
    const isDay = period === 'day' || !isTimed
    const number = isDay
      ? Math.floor(date.getTime() / 86_400_000)
      : date.getUTCFullYear() * 12 + date.getUTCMonth() + 1
    const key = createHmac('sha256', secret)
      .update(JSON.stringify(['pseudonym', space, period, number]))
      .digest()
    const digest = createHmac('sha256', key).update(String(cell)).digest()
    if (typeof cell === 'string') return digest.toString('base64url').slice(0, 22)
    return Number(2n ** 52n + (digest.readBigUInt64BE(0) & (2n ** 52n - 1n)))
  }
  let value: Cell = cell
  for (const rule of rules) {
    if (rule.rule !== 'round' || value === null) continue
    if (field.type === 'timestamp') {
      const ms = Math.max(1, Math.round(rule.step * 1_000))
      value = new Date(Math.floor(Date.parse(String(value)) / ms) * ms).toISOString()
    } else {
      const x = field.type === 'real' ? Math.fround(Number(value)) : Number(value)
      const perUnit = Math.round(1 / rule.step)
      value =
        rule.step < 1 && Math.abs(perUnit * rule.step - 1) < 1e-9
          ? Math.floor(x * perUnit + 0.5) / perUnit
          : Math.floor(x / rule.step + 0.5) * rule.step
    }
  }
  return value
}

/** A filter on one row, straight from the table of section 6. */
export function isTrue(
  filter: Filter,
  row: Row,
  fields: readonly DatasetField[],
  attributes: Record<string, string> = {},
): boolean {
  const again = (part: Filter) => isTrue(part, row, fields, attributes)
  const compare = (name: string, given: unknown): number | undefined => {
    const field = fields.find((one) => one.name === name)!
    const cell = row[name] ?? null
    const literal = typeof given === 'object' ? attributes[(given as { attr: string }).attr] : (given as Cell)
    if (cell === null || literal === undefined || literal === null) return undefined
    if (field.type === 'text') return Buffer.compare(Buffer.from(String(cell)), Buffer.from(String(literal)))
    if (field.type === 'timestamp' || field.type === 'date')
      return Date.parse(String(cell)) - Date.parse(String(literal))
    if (field.type === 'real') return Math.sign(Math.fround(Number(cell)) - Math.fround(Number(literal)))
    return Number(cell) - Number(literal)
  }
  const when = (name: string, given: unknown, test: (order: number) => boolean) => {
    const order = compare(name, given)
    return order !== undefined && test(order)
  }
  const point = (name: string): [number, number] | undefined => {
    const { coordinates } = fields.find((one) => one.name === name)!
    const [lon, lat] = coordinates
      ? [row[coordinates.lon], row[coordinates.lat]]
      : [row[`${name}_lon`], row[`${name}_lat`]]
    return typeof lon === 'number' && typeof lat === 'number' ? [lon, lat] : undefined
  }
  switch (filter.op) {
    case 'and':
      return filter.of.every(again)
    case 'or':
      return filter.of.some(again)
    case 'not':
      return !again(filter.of)
    case 'eq':
      return when(filter.column, filter.value, (order) => order === 0)
    case 'ne':
      return !when(filter.column, filter.value, (order) => order === 0)
    case 'lt':
      return when(filter.column, filter.value, (order) => order < 0)
    case 'lte':
      return when(filter.column, filter.value, (order) => order <= 0)
    case 'gt':
      return when(filter.column, filter.value, (order) => order > 0)
    case 'gte':
      return when(filter.column, filter.value, (order) => order >= 0)
    case 'between':
      return (
        when(filter.column, filter.from, (order) => order >= 0) &&
        when(filter.column, filter.to, (order) => order <= 0)
      )
    case 'in':
      return filter.values.some((value) => when(filter.column, value, (order) => order === 0))
    case 'notIn':
      return !filter.values.some((value) => when(filter.column, value, (order) => order === 0))
    case 'isNull':
    case 'isNotNull': {
      const isPoint = fields.find((one) => one.name === filter.column)!.type === 'geo_point_2d'
      const isEmpty = isPoint ? point(filter.column) === undefined : (row[filter.column] ?? null) === null
      return isEmpty === (filter.op === 'isNull')
    }
    case 'startsWith':
      return typeof row[filter.column] === 'string' && String(row[filter.column]).startsWith(filter.value)
    case 'withinBox': {
      const at = point(filter.column)
      if (!at || at[1] < filter.south || at[1] > filter.north) return false
      return filter.west <= filter.east
        ? at[0] >= filter.west && at[0] <= filter.east
        : at[0] >= filter.west || at[0] <= filter.east
    }
    case 'withinGeometry': {
      const at = point(filter.column)
      // The generator makes rectangles only: the engine's own tests know other geometries.
      const [ring] = JSON.parse(filter.geometry).coordinates as [number, number][][]
      const xs = ring!.map(([x]) => x)
      const ys = ring!.map(([, y]) => y)
      return (
        at !== undefined &&
        at[0] >= Math.min(...xs) &&
        at[0] <= Math.max(...xs) &&
        at[1] >= Math.min(...ys) &&
        at[1] <= Math.max(...ys)
      )
    }
    default:
      throw new Error('Platform rules have tests of their own.')
  }
}
