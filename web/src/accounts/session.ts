import { notifyManager, type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SessionView } from '../../../src/accounts/schema.ts'
import { ask } from './ask.ts'

const path = '/api/v1/session'
const sessionKey = ['session'] as const
const staleMs = 60_000

/** Who reads these pages, and for whom. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => ask<SessionView>(path, { signal }),
    staleTime: staleMs,
    // Somebody may have signed out in another tab.
    refetchOnWindowFocus: true,
    retry: 1,
  })
}

/** For queries whose answer is the same whoever asks. */
export const forEverybody = { isForEverybody: true }

/** Everything that was read for somebody else is forgotten, and read again where it is shown. */
function becomes(queries: QueryClient, session: SessionView): void {
  queries.setQueryData(sessionKey, session)
  // In its turn after the pages have heard it: what they no longer show is not asked for again.
  notifyManager.schedule(() => {
    void queries.resetQueries({
      predicate: ({ queryKey, meta }) => queryKey[0] !== sessionKey[0] && meta?.isForEverybody !== true,
    })
  })
}

/** After something that may have ended this session or changed its rights. */
export function useReadSessionAgain(): () => Promise<SessionView> {
  const queries = useQueryClient()
  return async () => {
    const session = await ask<SessionView>(path)
    becomes(queries, session)
    return session
  }
}

export interface Credentials {
  email: string
  password: string
  code?: string
}

export function useSignIn() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Credentials) => ask<SessionView>(path, { method: 'POST', body }),
    onSuccess: (session) => becomes(queries, session),
  })
}

/** Acts for another organisation from now on, or with null for none. */
export function useSwitch() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (organisation: string | null) =>
      ask<SessionView>(path, { method: 'PATCH', body: { organisation } }),
    onSuccess: (session) => becomes(queries, session),
  })
}

export function useSignOut() {
  const readAgain = useReadSessionAgain()
  return useMutation({
    mutationFn: async () => {
      const { redirectTo } = await ask<{ redirectTo: string | null }>(path, { method: 'DELETE' })
      await readAgain()
      // The provider wants to know too.
      if (redirectTo !== null) location.assign(redirectTo)
    },
  })
}
