import type { VesselCategory } from '../../../src/vessels/schema.ts'

/** Navigational statuses with a meaning (ITU-R M.1371-5 table 45): 15 and what is reserved say nothing. */
const navStatuses = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14] as const

/** Key of the text of a declared status; undefined when it says nothing. */
export function navStatusKey(status: number | null) {
  const known = navStatuses.find((code) => code === status)
  return known === undefined ? undefined : (`navStatus.${known}` as const)
}

/** Single ship types worth their own words (ITU-R M.1371-5 table 53); the rest are named by their family. */
const namedTypes = [30, 31, 33, 34, 35, 36, 37, 40, 50, 51, 52, 53, 54, 55, 58] as const

export function shipTypeKey(shipType: number | null, category: VesselCategory) {
  const code = shipType !== null && shipType >= 40 && shipType < 50 ? 40 : shipType
  const known = namedTypes.find((named) => named === code)
  return known === undefined ? (`typeOne.${category}` as const) : (`shipType.${known}` as const)
}
