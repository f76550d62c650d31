/** Who asks, and what a door is: the words that accounts, rights and every route share. */
// The pages read this file too, where nothing else brings the module that is augmented below.
import type {} from 'fastify'

/** What can be done with a dataset. `query` does not imply `export`; `reshare` lets a derivation publish further. */
export const actions = ['discover', 'preview', 'query', 'export', 'stream', 'tiles', 'reshare'] as const
export type Action = (typeof actions)[number]

/** What a key may do: an action on datasets, or loading and describing those of its organisation. */
export const keyScopes = [...actions, 'load'] as const
export type KeyScope = (typeof keyScopes)[number]

/** What a member may do inside an organisation. */
export const organisationRoles = ['admin', 'steward', 'analyst', 'reader', 'developer'] as const
export type OrganisationRole = (typeof organisationRoles)[number]

/** `platform-admin` runs the machine and reads no data, `auditor` reads the access log, `curator` edits texts. */
export const platformRoles = ['platform-admin', 'auditor', 'curator'] as const
export type PlatformRole = (typeof platformRoles)[number]

/** Who a person or a key acts for: one organisation at a time, or none. */
export interface Acting {
  user: string
  organisation: string | null
  /** Null exactly when `organisation` is. */
  role: OrganisationRole | null
  platformRoles: readonly PlatformRole[]
  /** When the session, the key or the membership ends, whichever is first; ISO instant in UTC. */
  endsAt: string | null
}

export type Principal =
  | { kind: 'anonymous' }
  | ({ kind: 'user'; session: string } & Acting)
  | ({
      kind: 'key'
      key: string
      scopes: readonly KeyScope[]
      /** Null: all that its user may. */
      datasets: readonly string[] | null
    } & Acting)
  /** A part of the platform itself, such as a derivation. */
  | { kind: 'service'; name: string }

export const anonymous: Principal = { kind: 'anonymous' }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs. */
    principal: Principal
  }
}
