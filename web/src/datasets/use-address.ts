import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { DatasetAddress } from './address.ts'

export type ChangeAddress = (patch: Partial<DatasetAddress>, replace?: boolean) => void

/** The address of a dataset's page, and a way to change a part of it. `replace` leaves no step behind. */
export function useDatasetAddress() {
  const address: DatasetAddress = useSearch({ from: '/datasets/$id' })
  const navigate = useNavigate({ from: '/datasets/$id' })
  const change = useCallback<ChangeAddress>(
    (patch, replace = false) => {
      void navigate({ search: (previous) => ({ ...previous, ...patch }), replace })
    },
    [navigate],
  )
  return [address, change] as const
}
