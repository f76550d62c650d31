/**
 * Policies as ODRL, in a closed profile: a term that is not understood is refused, never ignored. The platform enforces
 * recipient, dateTime, spatial and count; purpose and the duties are declared only. Pure.
 */
import { invalidInput } from '../errors.ts'
import type { AgreementTemplate, Grant, OdrlConstraint, OdrlOffer, OdrlRule, Policy } from './schema.ts'

const odrlActions = new Set(['use', 'reproduce', 'distribute'])
const operands = new Set(['recipient', 'purpose', 'dateTime', 'spatial', 'count'])
const operators = new Set(['eq', 'neq', 'lt', 'lteq', 'gt', 'gteq', 'isAnyOf', 'isA'])
const duties = new Set(['attribute', 'delete', 'inform'])
const members: Record<string, readonly string[]> = {
  policy: ['@context', '@type', 'uid', 'profile', 'permission', 'prohibition', 'obligation'],
  rule: ['action', 'target', 'assigner', 'assignee', 'constraint', 'duty'],
  constraint: ['leftOperand', 'operator', 'rightOperand'],
}

/** Throws 400 with the first term outside of the profile. */
export function checkOdrl(policy: unknown): void {
  const object = objectOf(policy, 'policy')
  for (const kind of ['permission', 'prohibition', 'obligation'] as const)
    for (const rule of listOf(object[kind])) checkRule(rule, kind === 'obligation' ? duties : odrlActions)
}

function checkRule(given: unknown, allowed: ReadonlySet<string>): void {
  const rule = objectOf(given, 'rule')
  if (typeof rule.action !== 'string' || !allowed.has(rule.action)) throw outside('action', rule.action)
  for (const constraint of listOf(rule.constraint)) {
    const { leftOperand, operator, rightOperand } = objectOf(constraint, 'constraint')
    if (typeof leftOperand !== 'string' || !operands.has(leftOperand))
      throw outside('leftOperand', leftOperand)
    if (typeof operator !== 'string' || !operators.has(operator)) throw outside('operator', operator)
    if (rightOperand === undefined || rightOperand === null) throw outside('rightOperand', rightOperand)
  }
  for (const duty of listOf(rule.duty)) checkRule(duty, duties)
}

function objectOf(given: unknown, kind: keyof typeof members): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw outside(kind, given)
  const stranger = Object.keys(given).find((name) => !members[kind]!.includes(name))
  if (stranger !== undefined) throw outside(kind, stranger)
  return given as Record<string, unknown>
}

const listOf = (given: unknown): unknown[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given]

const outside = (where: string, term: unknown) =>
  invalidInput(
    `ODRL: “${String(JSON.stringify(term) ?? term).slice(0, 80)}” as ${where} is not in the profile.`,
  )

const partyOf = (organisation: string | null): string =>
  organisation === null ? 'urn:lacydon:platform' : `urn:lacydon:organisation:${organisation}`

const recipientOf = ({ grantee }: Grant): string =>
  grantee.kind === 'organisation' || grantee.kind === 'role'
    ? partyOf(grantee.organisation)
    : grantee.kind === 'consortium'
      ? `urn:lacydon:consortium:${grantee.consortium}`
      : `urn:lacydon:${grantee.kind}`

const constraint = (leftOperand: string, operator: string, rightOperand: string): OdrlConstraint => ({
  leftOperand,
  operator,
  rightOperand,
})

/** What the terms of a grant declare: purposes and duties. */
function declared(terms: AgreementTemplate | undefined): Pick<OdrlRule, 'constraint' | 'duty'> {
  const { permission, obligation } = (terms?.odrl ?? {}) as { permission?: unknown; obligation?: unknown }
  const rules = listOf(permission) as { constraint?: unknown; duty?: unknown }[]
  const duties = [...rules.flatMap(({ duty }) => listOf(duty)), ...listOf(obligation)] as { action: string }[]
  return {
    constraint: (rules.flatMap((rule) => listOf(rule.constraint)) as Record<keyof OdrlConstraint, unknown>[])
      .filter(({ leftOperand }) => leftOperand === 'purpose')
      .map(({ operator, rightOperand }) => constraint('purpose', String(operator), textOf(rightOperand))),
    duty: [...new Set(duties.map(({ action }) => action))].map((action) => ({ action })),
  }
}

const textOf = (operand: unknown): string => (typeof operand === 'string' ? operand : JSON.stringify(operand))

/**
 * Grants as offers, one each; without any, who is not named may not use the data and can ask for them. Filters and
 * transforms stay with the platform: ODRL has no words for them.
 */
export function offersOf(
  policy: Policy,
  grants: readonly Grant[],
  { base, termsOf }: { base: string; termsOf(template: string): AgreementTemplate | undefined },
): OdrlOffer[] {
  const target = targetOf(policy, base)
  const head = { assigner: partyOf(policy.owner), profile: `${base}/docs/sharing#odrl` }
  if (grants.length === 0) {
    const notOwner = constraint('recipient', 'neq', head.assigner)
    const prohibition = [{ action: 'use', constraint: [notOwner], duty: [] }]
    return [{ ...head, uid: `${target}#on-request`, permission: [], prohibition }]
  }
  return grants.map((grant) => {
    const terms = declared(grant.agreementTemplate === null ? undefined : termsOf(grant.agreementTemplate))
    const rule = ruleOf(grant)
    return {
      ...head,
      uid: `${target}#offer-${encodeURIComponent(grant.id)}-${grant.version}`,
      permission: [{ ...rule, constraint: [...rule.constraint, ...terms.constraint], duty: terms.duty }],
      prohibition: [],
    }
  })
}

const targetOf = ({ dataset }: Policy, base: string) =>
  `${base}/api/v1/datasets/${encodeURIComponent(dataset)}`

const ruleOf = (grant: Grant): OdrlRule => ({
  action: grant.actions.includes('reshare')
    ? 'distribute'
    : grant.actions.includes('export')
      ? 'reproduce'
      : 'use',
  constraint: [
    constraint('recipient', 'eq', recipientOf(grant)),
    ...(grant.from === null ? [] : [constraint('dateTime', 'gteq', grant.from)]),
    ...(grant.until === null ? [] : [constraint('dateTime', 'lt', grant.until)]),
    ...(grant.spatial ? [constraint('spatial', 'isA', grant.spatial.geometry)] : []),
    ...(grant.quota?.rowsPerDay ? [constraint('count', 'lteq', String(grant.quota.rowsPerDay))] : []),
  ],
  duty: [],
})

/** A policy and its grants as one ODRL offer, for its stewards. */
export function odrlOf(policy: Policy, grants: readonly Grant[], base: string): Record<string, unknown> {
  const target = targetOf(policy, base)
  return {
    '@context': 'http://www.w3.org/ns/odrl.jsonld',
    '@type': 'Offer',
    uid: `${target}#policy-${policy.version}`,
    profile: `${base}/docs/sharing#odrl`,
    permission: grants.map((grant) => {
      const { action, constraint } = ruleOf(grant)
      return { action, target, assigner: partyOf(policy.owner), constraint }
    }),
  }
}
