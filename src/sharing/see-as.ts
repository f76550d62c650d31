/** What somebody else would get: the same decision and the same relation, asked in their name. */

import { columnsOf } from '../datasets/rules.ts'
import type { Columnar, ColumnSpec, Row } from '../engines/columnar/columnar.ts'
import type { From } from '../engines/columnar/query.ts'
import { column, type Expression } from '../engines/columnar/query.ts'
import { invalidInput } from '../errors.ts'
import { type Action, anonymous, keyScopes, organisationRoles, type Principal } from '../http/principal.ts'
import type { Allowed, CellRule } from './decision.ts'
import type { DatasetAsked, Sharing } from './service.ts'

export interface SeenRows {
  from: From
  where?: Expression
  rowOrder: readonly ColumnSpec[]
  state: string | null
}

export interface SeenAs {
  allow: boolean
  /** Why not; null when allowed. */
  reason: string | null
  fields: { name: string; type: string; ways: readonly CellRule[] }[]
  grants: readonly string[]
  rowCount: number
  sample: Row[]
}

const sampleRows = 20

export interface SeeingEngines {
  sharing: Sharing
  columnar: Pick<Columnar, 'query'>
}

/**
 * `anonymous`, `authenticated`, `organisation:ID`, `organisation:ID:ROLE`, or a key of such a member with its scopes,
 * `organisation:ID:ROLE:query+tiles`. Throws 400.
 */
export function principalOf(text: string): Principal {
  if (text === 'anonymous') return anonymous
  const acting = {
    kind: 'user' as const,
    session: 'see-as',
    user: 'see-as',
    platformRoles: [],
    endsAt: null,
  }
  if (text === 'authenticated') return { ...acting, organisation: null, role: null }
  const [kind, organisation, given = 'reader', keyText, ...more] = text.split(':')
  const role = organisationRoles.find((name) => name === given)
  const asked = keyText?.split('+')
  const scopes = keyScopes.filter((name) => asked?.includes(name))
  if (
    kind !== 'organisation' ||
    !organisation ||
    !role ||
    more.length > 0 ||
    scopes.length < (asked?.length ?? 0)
  )
    throw invalidInput(
      `principal is “${text.slice(0, 100)}”: write anonymous, authenticated, organisation:ID or organisation:ID:ROLE.`,
    )
  if (asked === undefined) return { ...acting, organisation, role }
  const { session: key, ...owner } = acting
  return { ...owner, kind: 'key', key, organisation, role, scopes, datasets: null }
}

const securedRows = (
  { sharing }: SeeingEngines,
  { definition }: DatasetAsked,
  decision: Allowed,
  rows: SeenRows,
) =>
  sharing.secure(decision, {
    dataset: definition.id,
    fields: definition.fields,
    eventTime: definition.eventTime,
    ...rows,
  })

/** The fields there are under a decision, and how many rows. */
export async function countSeen(
  engines: SeeingEngines,
  asked: DatasetAsked,
  decision: Allowed,
  rows: SeenRows,
): Promise<{ fields: string[]; rowCount: number }> {
  const secured = await securedRows(engines, asked, decision, rows)
  const rowCount = await countRows(engines, secured.from)
  return { fields: secured.fields.map(({ name }) => name), rowCount }
}

async function countRows({ columnar }: SeeingEngines, from: From): Promise<number> {
  const [counted] = await columnar.query({
    from,
    select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }],
  })
  return Number(counted?.n ?? 0)
}

export async function seeAs(
  engines: SeeingEngines,
  asked: DatasetAsked,
  { principal, action }: { principal: Principal; action: Action },
  rows: SeenRows,
): Promise<SeenAs> {
  const { sharing, columnar } = engines
  const decision = sharing.decide(principal, asked, action)
  if (!decision.allow)
    return { allow: false, reason: decision.reason, fields: [], grants: [], rowCount: 0, sample: [] }
  const secured = await securedRows(engines, asked, decision, rows)
  const names = secured.fields.flatMap(columnsOf).map(({ name }) => name)
  const sample =
    names.length === 0
      ? []
      : await columnar.query({
          from: secured.from,
          select: names.map((as) => ({ as, value: column(as) })),
          orderBy: secured.rowOrder.map(({ name }) => ({ by: column(name) })),
          limit: sampleRows,
        })
  return {
    allow: true,
    reason: null,
    fields: secured.fields.map(({ name, type }) => ({ name, type, ways: decision.cells[name] ?? [] })),
    grants: decision.grants,
    rowCount: await countRows(engines, secured.from),
    sample,
  }
}
