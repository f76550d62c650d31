/**
 * Policies as ODRL, in a closed profile: a term that is not understood is refused, never ignored. The platform enforces
 * recipient, dateTime, spatial and count; purpose and the duties are declared only. Pure.
 */
import { invalidInput } from '../errors.ts'
import type { Grant, Policy } from './schema.ts'

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

const recipients = ({ grantee }: Grant): string =>
  grantee.kind === 'organisation' || grantee.kind === 'role'
    ? `urn:lacydon:organisation:${grantee.organisation}`
    : grantee.kind === 'consortium'
      ? `urn:lacydon:consortium:${grantee.consortium}`
      : `urn:lacydon:${grantee.kind}`

/** A policy and its grants as an ODRL offer. Filters and transforms stay with the platform: ODRL has no words for them. */
export function odrlOf(policy: Policy, grants: readonly Grant[], base: string): Record<string, unknown> {
  const target = `${base}/api/v1/datasets/${encodeURIComponent(policy.dataset)}`
  const constraint = (leftOperand: string, operator: string, rightOperand: unknown) => ({
    leftOperand,
    operator,
    rightOperand,
  })
  return {
    '@context': 'http://www.w3.org/ns/odrl.jsonld',
    '@type': 'Offer',
    uid: `${target}#policy-${policy.version}`,
    profile: `${base}/docs/sharing#odrl`,
    permission: grants.map((grant) => ({
      action: grant.actions.includes('reshare')
        ? 'distribute'
        : grant.actions.includes('export')
          ? 'reproduce'
          : 'use',
      target,
      assigner: policy.owner === null ? 'urn:lacydon:platform' : `urn:lacydon:organisation:${policy.owner}`,
      constraint: [
        constraint('recipient', 'eq', recipients(grant)),
        ...(grant.from === null ? [] : [constraint('dateTime', 'gteq', grant.from)]),
        ...(grant.until === null ? [] : [constraint('dateTime', 'lt', grant.until)]),
        ...(grant.spatial ? [constraint('spatial', 'isA', grant.spatial.geometry)] : []),
        ...(grant.quota?.rowsPerDay ? [constraint('count', 'lteq', grant.quota.rowsPerDay)] : []),
      ],
    })),
  }
}
