/** Visibility levels as grants, so that there is one path to every row. Pure. */
import type { Action, OrganisationRole } from '../http/principal.ts'
import { type Grant, type Policy, type PolicyBody, visibilities } from './schema.ts'

/** What a visibility level gives to whom it names. */
const given: Action[] = ['discover', 'preview', 'query', 'export', 'stream', 'tiles']
const everything: Action[] = [...given, 'reshare']

/** What members may do with what their organisation owns: stewards everything, readers look and take nothing away. */
export const ownerActions: Readonly<Record<OrganisationRole, readonly Action[]>> = {
  admin: everything,
  steward: everything,
  analyst: given,
  developer: given,
  reader: given.filter((action) => action !== 'export'),
}

/** The grants that the level of a policy stands for. `orgs` and `private` have none: organisations are named one by one. */
export function presetGrants({ dataset, visibility, consortium, rowFilter }: Policy): Grant[] {
  const grantee =
    visibility === 'public'
      ? { kind: 'everyone' as const }
      : visibility === 'consortium' && consortium !== null
        ? { kind: 'consortium' as const, consortium }
        : undefined
  if (!grantee) return []
  return [
    {
      id: `preset:${visibility}:${consortium ?? ''}`,
      dataset,
      grantee,
      actions: given,
      rowFilter,
      columns: null,
      release: [],
      spatial: null,
      maxAgeS: null,
      quota: null,
      agreementTemplate: null,
      from: null,
      until: null,
      note: '',
      version: 1,
      createdAt: '1970-01-01T00:00:00.000Z',
      revokedAt: null,
    },
  ]
}

/** What is wrong with a policy; undefined when nothing is. */
export function policyFault({ visibility, metadataVisibility, consortium }: PolicyBody): string | undefined {
  if (visibilities.indexOf(metadataVisibility) > visibilities.indexOf(visibility))
    return 'Whoever sees the data sees that they exist: metadataVisibility cannot be narrower than visibility.'
  if ((visibility === 'consortium' || metadataVisibility === 'consortium') && consortium === null)
    return 'Say which consortium.'
  return undefined
}
