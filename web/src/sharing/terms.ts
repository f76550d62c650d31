/** The terms of a template as ODRL of the closed profile, and in a form that people fill. Pure. */
export const duties = ['attribute', 'delete', 'inform'] as const
export type Duty = (typeof duties)[number]
export const uses = ['use', 'reproduce', 'distribute'] as const
export type Use = (typeof uses)[number]

export interface Terms {
  use: Use
  purpose: string
  duties: readonly Duty[]
}

/** What the platform itself holds people to; the rest is declared and stands on trust. */
const enforced = new Set(['recipient', 'dateTime', 'spatial', 'count'])

export interface Term {
  kind: 'action' | 'constraint' | 'duty'
  name: string
  /** What follows a constraint, as it is written. */
  value: string
  isEnforced: boolean
  isProhibited: boolean
}

export const writeTerms = ({ use, purpose, duties: owed }: Terms): Record<string, unknown> => ({
  '@context': 'http://www.w3.org/ns/odrl.jsonld',
  '@type': 'Offer',
  permission: [
    {
      action: use,
      ...(purpose.trim() !== '' && {
        constraint: [{ leftOperand: 'purpose', operator: 'eq', rightOperand: purpose.trim() }],
      }),
      ...(owed.length > 0 && { duty: owed.map((action) => ({ action })) }),
    },
  ],
})

const listOf = (given: unknown): Record<string, unknown>[] =>
  (given === undefined ? [] : [given].flat()).filter(
    (one): one is Record<string, unknown> => typeof one === 'object' && one !== null,
  )

/** Every term of a policy in the order it is written. */
export function readTerms(odrl: Record<string, unknown>): Term[] {
  return (['permission', 'prohibition', 'obligation'] as const).flatMap((part) =>
    listOf(odrl[part]).flatMap((rule): Term[] => [
      {
        kind: part === 'obligation' ? 'duty' : 'action',
        name: String(rule.action),
        value: '',
        isEnforced: false,
        isProhibited: part === 'prohibition',
      },
      ...listOf(rule.constraint).map(
        ({ leftOperand, operator, rightOperand }): Term => ({
          kind: 'constraint',
          name: String(leftOperand),
          value: `${operator === 'eq' ? '' : `${String(operator)} `}${
            typeof rightOperand === 'string' ? rightOperand : JSON.stringify(rightOperand)
          }`,
          isEnforced: enforced.has(String(leftOperand)),
          isProhibited: false,
        }),
      ),
      ...listOf(rule.duty).map(
        ({ action }): Term => ({
          kind: 'duty',
          name: String(action),
          value: '',
          isEnforced: false,
          isProhibited: false,
        }),
      ),
    ]),
  )
}

/** The first permission of a policy, as the form holds it. */
export function termsOf(odrl: Record<string, unknown> | undefined): Terms {
  const all = odrl ? readTerms(odrl) : []
  return {
    use: uses.find((use) => all.some(({ kind, name }) => kind === 'action' && name === use)) ?? 'use',
    purpose: all.find(({ name }) => name === 'purpose')?.value ?? '',
    duties: duties.filter((duty) => all.some(({ kind, name }) => kind === 'duty' && name === duty)),
  }
}
