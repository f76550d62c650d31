/** What somebody else would get: the same decision and the same relation, asked in their name. */

import { columnsOf } from '../datasets/rules.ts'
import type { Columnar, ColumnSpec, Row } from '../engines/columnar/columnar.ts'
import type { From } from '../engines/columnar/query.ts'
import { column, type Expression } from '../engines/columnar/query.ts'
import { invalidInput } from '../errors.ts'
import { type Action, anonymous, organisationRoles, type Principal } from '../http/principal.ts'
import type { CellRule } from './decision.ts'
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

/** `anonymous`, `authenticated`, `organisation:ID` or `organisation:ID:ROLE`. Throws 400. */
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
  const [kind, organisation, given = 'reader', ...more] = text.split(':')
  const role = organisationRoles.find((name) => name === given)
  if (kind !== 'organisation' || !organisation || !role || more.length > 0)
    throw invalidInput(
      `principal is “${text.slice(0, 100)}”: write anonymous, authenticated, organisation:ID or organisation:ID:ROLE.`,
    )
  return { ...acting, organisation, role }
}

export async function seeAs(
  { sharing, columnar }: { sharing: Sharing; columnar: Pick<Columnar, 'query'> },
  asked: DatasetAsked,
  { principal, action }: { principal: Principal; action: Action },
  rows: SeenRows,
): Promise<SeenAs> {
  const decision = sharing.decide(principal, asked, action)
  if (!decision.allow)
    return { allow: false, reason: decision.reason, fields: [], grants: [], rowCount: 0, sample: [] }
  const { definition } = asked
  const secured = await sharing.secure(decision, {
    dataset: definition.id,
    fields: definition.fields,
    eventTime: definition.eventTime,
    ...rows,
  })
  const names = secured.fields.flatMap(columnsOf).map(({ name }) => name)
  const [counted] = await columnar.query({
    from: secured.from,
    select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }],
  })
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
    rowCount: Number(counted?.n ?? 0),
    sample,
  }
}
