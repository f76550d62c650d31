import { readCodeTable } from '../package-root.ts'

/** Family of ship types, as colours and filters show them. */
export type ShipCategory =
  | 'passenger'
  | 'cargo'
  | 'tanker'
  | 'fishing'
  | 'tug-pilot'
  | 'pleasure'
  | 'service'
  | 'other'

const rows = readCodeTable('codes/ship-types.csv').map((row) => ({
  from: Number(row.from),
  to: Number(row.to),
  category: row.category as ShipCategory,
  maxSpeedKn: Number(row.maxSpeedKn),
}))

/** Indexed by AIS ship type 0–99; gaps of the table are `other`. */
const byType = Array.from({ length: 100 }, (_, type) =>
  rows.find((row) => row.from <= type && type <= row.to),
)

export const categoryOfShipType = (shipType: number | null): ShipCategory =>
  (shipType === null ? undefined : byType[shipType]?.category) ?? 'other'

/** Speed that no ship of the type exceeds, knots; 60 where unknown. */
export const maxSpeedOfShipTypeKn = (shipType: number | null): number =>
  (shipType === null ? undefined : byType[shipType]?.maxSpeedKn) ?? 60
