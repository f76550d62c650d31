import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { LiveAddress } from './address.ts'

/** The address of the live page, and a way to change a part of it. `replace` leaves no step behind. */
export function useLiveAddress() {
  const address: LiveAddress = useSearch({ from: '/live' })
  const navigate = useNavigate({ from: '/live' })
  const change = useCallback(
    (patch: Partial<LiveAddress>, replace = false) => {
      void navigate({ search: (previous) => ({ ...previous, ...patch }), replace })
    },
    [navigate],
  )
  return [address, change] as const
}
