import type { ReactNode } from 'react'
import type { MotionState } from '../../../src/vessels/schema.ts'

const shapes: Record<MotionState, ReactNode> = {
  'under-way': <path d="M7 1l4.200 11.500L7 10.300l-4.200 2.200z" />,
  moored: <rect x="2.5" y="2.5" width="9" height="9" rx="2" />,
  anchored: <circle cx="7" cy="7" r="4.200" fill="none" stroke="currentColor" strokeWidth="2.600" />,
  unknown: <path d="M7 2l5 5-5 5-5-5z" />,
}

/** The shape that says a state on the map, beside its name: the legend where it is read. */
export const StateMark = ({ state }: { state: MotionState }) => (
  <svg width="14" height="14" viewBox="0 0 14 14" fill="currentColor" aria-hidden="true" focusable="false">
    {shapes[state]}
  </svg>
)
