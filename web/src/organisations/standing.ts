import type { SessionView } from '../../../src/accounts/schema.ts'

/** What the reader may do about an organisation, as far as pages offer it; the server decides. */
export interface Standing {
  isMember: boolean
  isAdmin: boolean
  isPlatformAdmin: boolean
}

export function standingOf(session: SessionView | undefined, organisation: string): Standing {
  const isActing = session?.organisation === organisation
  return {
    isMember: isActing,
    isAdmin: isActing && session?.role === 'admin',
    isPlatformAdmin: session?.person?.platformRoles.includes('platform-admin') ?? false,
  }
}
