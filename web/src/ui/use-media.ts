import { useSyncExternalStore } from 'react'

/** Whether a media query holds, followed as it changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => window.matchMedia(query).matches,
  )
}

/** Under 768 px the panel becomes a sheet at the bottom. */
export const useIsNarrow = () => useMedia('(max-width: 767px)')

export const useIsMotionReduced = () => useMedia('(prefers-reduced-motion: reduce)')
