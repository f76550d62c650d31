import { readCodeTable } from '../src/package-root.ts'

export type Role = 'call' | 'pilot' | 'tug' | 'fishing' | 'pleasure' | 'barge' | 'patrol' | 'aircraft'

/** A vessel of the demo: invented name and call sign, MMSI of no allocated country. */
export interface FleetVessel {
  mmsi: number
  name: string
  callSign: string
  /** 0: none. Numbers that begin with 3 are given to no ship. */
  imo: number
  aisClass: 'A' | 'B'
  shipType: number
  lengthM: number
  beamM: number
  draughtM: number
  role: Role
  /** Berths of a call (two: it shifts), or where a resident lies. */
  homes: string[]
  entry: string
  anchorage: string
  periodMs: number
  phaseMs: number
  stayMs: number
  cruiseKn: number
  destination: string
}

const hourMs = 3_600_000

export const fleet: readonly FleetVessel[] = readCodeTable('demo/fleet.csv').map((row) => ({
  mmsi: Number(row.mmsi),
  name: row.name!,
  callSign: row.callSign!,
  imo: Number(row.imo),
  aisClass: row.aisClass as 'A' | 'B',
  shipType: Number(row.shipType),
  lengthM: Number(row.lengthM),
  beamM: Number(row.beamM),
  draughtM: Number(row.draughtM),
  role: row.role as Role,
  homes: row.home!.split('|'),
  entry: row.entry!,
  anchorage: row.anchorage!,
  periodMs: Number(row.periodH) * hourMs,
  phaseMs: Number(row.phaseH) * hourMs,
  stayMs: Number(row.stayH) * hourMs,
  cruiseKn: Number(row.cruiseKn),
  destination: row.destination!,
}))
