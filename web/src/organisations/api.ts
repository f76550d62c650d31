import { useQuery } from '@tanstack/react-query'
import type {
  CharterView,
  ConsortiumView,
  Contribution,
  InvitationView,
  MemberView,
  OrganisationView,
} from '../../../src/organisations/schema.ts'
import { ask, Denied } from '../accounts/ask.ts'

const root = '/api/v1/organisations'
export const organisationPath = (id: string) => `${root}/${encodeURIComponent(id)}`
export const consortiumPath = (id: string) => `/api/v1/consortia/${encodeURIComponent(id)}`
/** Whose charter: that of the platform, or of a consortium. */
export const charterPath = (consortium: string | undefined) =>
  consortium === undefined ? '/api/v1/charter' : `${consortiumPath(consortium)}/charter`

export type OrganisationRole = MemberView['role']
export const roles = [
  'admin',
  'steward',
  'analyst',
  'developer',
  'reader',
] as const satisfies readonly OrganisationRole[]
export type OrganisationKind = OrganisationView['kind']
export const kinds = [
  'public',
  'private',
  'association',
  'academic',
] as const satisfies readonly OrganisationKind[]

/** What was refused will be again; what was lost on the way may not. */
const retry = (count: number, error: Error) => count < 1 && !(error instanceof Denied)

export const useOrganisations = () =>
  useQuery({
    queryKey: ['organisations'],
    queryFn: async ({ signal }) =>
      (await ask<{ organisations: OrganisationView[] }>(root, { signal })).organisations,
    retry,
  })

export const useOrganisation = (id: string) =>
  useQuery({
    queryKey: ['organisation', id],
    queryFn: ({ signal }) => ask<OrganisationView>(organisationPath(id), { signal }),
    retry,
  })

export const useContribution = (id: string) =>
  useQuery({
    queryKey: ['organisation', id, 'contributions'],
    queryFn: ({ signal }) => ask<Contribution>(`${organisationPath(id)}/contributions`, { signal }),
    retry,
  })

export const useMembers = (id: string) =>
  useQuery({
    queryKey: ['organisation', id, 'members'],
    queryFn: async ({ signal }) =>
      (await ask<{ members: MemberView[] }>(`${organisationPath(id)}/members`, { signal })).members,
    retry,
  })

export const useInvitations = (id: string) =>
  useQuery({
    queryKey: ['organisation', id, 'invitations'],
    queryFn: async ({ signal }) =>
      (await ask<{ invitations: InvitationView[] }>(`${organisationPath(id)}/invitations`, { signal }))
        .invitations,
    retry,
  })

export const useConsortia = () =>
  useQuery({
    queryKey: ['consortia'],
    queryFn: async ({ signal }) =>
      (await ask<{ consortia: ConsortiumView[] }>('/api/v1/consortia', { signal })).consortia,
    retry,
  })

export const useConsortium = (id: string) =>
  useQuery({
    queryKey: ['consortium', id],
    queryFn: ({ signal }) => ask<ConsortiumView>(consortiumPath(id), { signal }),
    retry,
  })

/** Versions of a charter, newest first. */
export const useCharter = (consortium: string | undefined) =>
  useQuery({
    queryKey: ['charter', consortium ?? ''],
    queryFn: async ({ signal }) =>
      (await ask<{ versions: CharterView[] }>(charterPath(consortium), { signal })).versions,
    retry,
  })
