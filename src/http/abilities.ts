/** Which roles may do what to organisations, accounts and the platform. Rows and columns of datasets are decided elsewhere. */
import { Ability as CaslAbility, subject as named } from '@casl/ability'
import { LacydonError } from '../errors.ts'
import type { OrganisationRole, PlatformRole, Principal } from './principal.ts'

/** What is acted on: always one instance, never a class of them. */
export type Resource =
  | { kind: 'platform'; id: 'platform' }
  | { kind: 'account'; id: string }
  | { kind: 'organisation'; id: string }
  | { kind: 'consortium'; id: string; organisation: string }
  /** A dataset, by the organisation that owns it. */
  | { kind: 'dataset'; id: string; organisation: string }

export const platform: Resource = { kind: 'platform', id: 'platform' }

export type Right =
  | 'account:list'
  | 'account:disable'
  | 'account:grant-role'
  | 'audit:read'
  | 'outbox:read'
  | 'organisation:create'
  | 'organisation:edit'
  | 'organisation:suspend'
  | 'organisation:read-members'
  | 'organisation:manage-members'
  | 'organisation:sign'
  | 'organisation:revoke-key'
  | 'charter:publish'
  | 'consortium:create'
  | 'consortium:manage'
  | 'dataset:load'
  | 'dataset:describe'

type Conditions = Readonly<Record<string, string>>
type Rule = { action: Right[]; subject: Resource['kind']; conditions?: Conditions }

/** Rules of the platform roles: constants, no conditions. */
const platformRules: Record<PlatformRole, Rule[]> = {
  'platform-admin': [
    {
      action: [
        'account:list',
        'account:grant-role',
        'outbox:read',
        'organisation:create',
        'consortium:create',
        'charter:publish',
      ],
      subject: 'platform',
    },
    { action: ['account:disable'], subject: 'account' },
    {
      action: [
        'organisation:edit',
        'organisation:suspend',
        'organisation:read-members',
        'organisation:manage-members',
        'organisation:revoke-key',
      ],
      subject: 'organisation',
    },
    { action: ['consortium:manage', 'charter:publish'], subject: 'consortium' },
  ],
  auditor: [{ action: ['audit:read', 'account:list'], subject: 'platform' }],
  curator: [{ action: ['dataset:describe'], subject: 'dataset' }],
}

/** What a role may do to its own organisation. */
const memberRights: Record<
  OrganisationRole,
  { organisation: Right[]; dataset: Right[]; consortium: Right[] }
> = {
  admin: {
    organisation: [
      'organisation:edit',
      'organisation:read-members',
      'organisation:manage-members',
      'organisation:sign',
      'organisation:revoke-key',
      'consortium:create',
    ],
    dataset: ['dataset:load', 'dataset:describe'],
    consortium: ['consortium:manage', 'charter:publish'],
  },
  steward: {
    organisation: ['organisation:read-members'],
    dataset: ['dataset:load', 'dataset:describe'],
    consortium: [],
  },
  analyst: { organisation: ['organisation:read-members'], dataset: [], consortium: [] },
  reader: { organisation: ['organisation:read-members'], dataset: [], consortium: [] },
  developer: { organisation: ['organisation:read-members'], dataset: [], consortium: [] },
}

const ownRules = (organisation: string, role: OrganisationRole): Rule[] => {
  if (!organisation) throw new Error('A role without an organisation has no rights.')
  const { organisation: own, dataset, consortium } = memberRights[role]
  const rules: Rule[] = [
    { action: own, subject: 'organisation', conditions: { id: organisation } },
    { action: dataset, subject: 'dataset', conditions: { organisation } },
    { action: consortium, subject: 'consortium', conditions: { organisation } },
  ]
  return rules.filter(({ action }) => action.length > 0)
}

type Abilities = [Right, Resource['kind'] | Resource]
type Ability = CaslAbility<Abilities, Conditions>

/** Equality with texts that are there, and nothing else: no pattern, no negation, no condition that matches all. */
const conditionsMatcher = (conditions: Conditions) => {
  const wanted = Object.entries(conditions)
  if (wanted.length === 0 || wanted.some(([, value]) => typeof value !== 'string' || value === ''))
    throw new Error('A rule of roles has a condition that would match everything.')
  return (object: Record<PropertyKey, unknown>) =>
    wanted.every(([name, value]) => Object.hasOwn(object, name) && object[name] === value)
}

const kept = new Map<string, Ability>()
const nobody = new CaslAbility<Abilities, Conditions>([], { conditionsMatcher })
const maxKept = 1_000

function abilityOf(principal: Principal): Ability {
  if (principal.kind !== 'user' && principal.kind !== 'key') return nobody
  const { organisation, role, platformRoles } = principal
  // A key does what its organisation lends it, never what runs the machine.
  const ofPlatform = principal.kind === 'user' ? platformRoles : []
  const name = JSON.stringify([organisation, role, ofPlatform])
  const known = kept.get(name)
  if (known) return known
  const ability = new CaslAbility<Abilities, Conditions>(
    [
      ...ofPlatform.flatMap((platformRole) => platformRules[platformRole]),
      ...(organisation !== null && role !== null ? ownRules(organisation, role) : []),
    ],
    { conditionsMatcher },
  )
  if (kept.size >= maxKept) kept.clear()
  kept.set(name, ability)
  return ability
}

/** Whether a principal has a right on one thing. The machine itself, by its local token, has all of them. */
export function hasRight(principal: Principal, right: Right, resource: Resource): boolean {
  if (principal.kind === 'service') return principal.name === 'local'
  if (principal.kind === 'key' && !keyAllows(principal, right, resource)) return false
  // A plain copy: CASL marks what it is given.
  return abilityOf(principal).can(right, named(resource.kind, { ...resource }))
}

/** A key loads and describes if its scope says so; it manages nothing. */
function keyAllows(key: Principal & { kind: 'key' }, right: Right, resource: Resource): boolean {
  if (right !== 'dataset:load' && right !== 'dataset:describe') return false
  return key.scopes.includes('load') && (key.datasets === null || key.datasets.includes(resource.id))
}

/** Throws 401 for who is nobody yet, 403 otherwise. */
export function requireRight(principal: Principal, right: Right, resource: Resource): void {
  if (hasRight(principal, right, resource)) return
  throw principal.kind === 'anonymous' ? loginRequired() : notAllowed()
}

export const loginRequired = () =>
  new LacydonError('login_required', 401, 'This is for people who are signed in.', {
    help: 'Sign in, or send an API key.',
  })

export const notAllowed = (message = 'Your role does not allow this.') =>
  new LacydonError('not_allowed', 403, message, { help: 'Ask an administrator of your organisation.' })

/** Throws unless a person is signed in: keys and services are not persons. */
export function requireUser(principal: Principal): Principal & { kind: 'user' } {
  if (principal.kind === 'user') return principal
  throw principal.kind === 'anonymous'
    ? loginRequired()
    : notAllowed('A person has to be signed in for this: a key does not do.')
}
