import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { KeyBody, KeyView, NewKey } from '../../../src/accounts/schema.ts'
import { ask } from './ask.ts'

export const myKeysPath = '/api/v1/accounts/me/keys'
export const keysKey = 'keys'

export type KeyScope = KeyBody['scopes'][number]
/** In the order of what they let out. */
export const scopes = [
  'discover',
  'preview',
  'query',
  'tiles',
  'stream',
  'export',
  'reshare',
  'load',
] as const satisfies readonly KeyScope[]

export const lifeDays = [30, 90, 365] as const
const dayMs = 86_400_000

/** When a key of so many days ends: a moment less than them, since the server counts from a later now. */
export const endAfterDays = (days: number, nowMs: number) =>
  new Date(nowMs + days * dayMs - 60_000).toISOString()

export const stateOfKey = (key: KeyView, nowMs: number): 'revoked' | 'expired' | 'live' =>
  key.revokedAt !== null ? 'revoked' : Date.parse(key.expiresAt) <= nowMs ? 'expired' : 'live'

export function useMakeKey() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: KeyBody) => ask<NewKey>(myKeysPath, { method: 'POST', body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [keysKey] }),
  })
}

export function useRevokeKey() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (prefix: string) =>
      ask(`/api/v1/accounts/keys/${encodeURIComponent(prefix)}`, { method: 'DELETE' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [keysKey] }),
  })
}
