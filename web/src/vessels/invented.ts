import type { LiveVessel } from '../../../src/vessels/schema.ts'

/** A vessel for tests: a cargo ship under way off Marseille, but for what `change` says. */
export const vesselOf = (change: Partial<LiveVessel> = {}): LiveVessel => ({
  mmsi: 900_000_001,
  kind: 'ship',
  name: 'ÉTOILE',
  category: 'cargo',
  shipType: 70,
  aisClass: 'A',
  lon: 5.3,
  lat: 43.3,
  sogKn: 12,
  cogDeg: 90,
  headingDeg: 92,
  navStatus: 0,
  state: 'under-way',
  positionAt: '2026-11-24T12:00:00.000Z',
  stale: false,
  toBowM: 100,
  toSternM: 20,
  toPortM: 9,
  toStarboardM: 9,
  destination: null,
  flags: [],
  ...change,
})
