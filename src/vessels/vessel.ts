import { kindOfMmsi, type MmsiKind } from '../maritime/mmsi.ts'
import { flagsOfText, flagText } from '../maritime/plausibility-flags.ts'
import { categoryOfShipType } from '../maritime/ship-types.ts'
import { ageLimitsOf } from '../maritime/staleness.ts'
import { motionState } from './rules.ts'
import type { LiveVessel, MotionState, VesselCategory } from './schema.ts'

export interface HeardBy {
  source: string
  station: string | null
  messages: number
  lastAtMs: number
}

/** The current state of one vessel or station, one final shape. Instants are ms since 1970 UTC, 0 when unknown. */
export class Vessel {
  readonly mmsi: number
  readonly kind: MmsiKind
  imo: number | null = null
  name: string | null = null
  callSign: string | null = null
  shipType: number | null = null
  category: VesselCategory = 'other'
  aisClass: 'A' | 'B' | null = null
  toBowM: number | null = null
  toSternM: number | null = null
  toPortM: number | null = null
  toStarboardM: number | null = null
  draughtM: number | null = null
  destination: string | null = null
  etaAtMs = 0
  lon = Number.NaN
  lat = Number.NaN
  sogKn: number | null = null
  cogDeg: number | null = null
  headingDeg: number | null = null
  rotDegPerMin: number | null = null
  navStatus: number | null = null
  state: MotionState = 'unknown'
  positionAtMs = 0
  /** Bits of the position's plausibility flags. */
  flags = 0
  stale = false
  /** Too old for the live map. */
  forgotten = false
  firstHeardAtMs = 0
  lastHeardAtMs = 0
  /** Receive time of the last message: where a restart catches up from. */
  updatedAtMs = 0
  positions = 0
  readonly heardBy = new Map<string, HeardBy>()

  /** Grows with every change the map can see; what a reader has not seen is what has a greater number. */
  change = 0
  /** Place at the last tick of the live stream: tells who left a box. */
  shownLon = Number.NaN
  shownLat = Number.NaN
  /** Spreads vessels evenly when only some can be drawn, always the same ones first. */
  readonly lot: number
  #json = ''
  #jsonChange = -1

  constructor(mmsi: number) {
    this.mmsi = mmsi
    this.kind = kindOfMmsi(mmsi)
    this.lot = (Math.imul(mmsi, 0x9e3779b1) >>> 0) / 2 ** 32
  }

  get isLocated(): boolean {
    return this.positionAtMs > 0
  }

  setShipType(shipType: number | null): void {
    this.shipType = shipType
    this.category = categoryOfShipType(shipType)
  }

  /** Has a place, and not too old a one, for the live map. */
  get isLive(): boolean {
    return this.positionAtMs > 0 && !this.forgotten
  }

  /** Brings `state`, `stale` and `forgotten` up to date; true when one of them changed. */
  refresh(nowMs: number): boolean {
    const state = motionState(this.navStatus, this.sogKn)
    const ageMs = nowMs - this.positionAtMs
    const { staleAfterMs, forgetAfterMs } = ageLimitsOf(this.aisClass, state)
    const stale = ageMs > staleAfterMs
    const forgotten = ageMs > forgetAfterMs
    const changed = state !== this.state || stale !== this.stale || forgotten !== this.forgotten
    this.state = state
    this.stale = stale
    this.forgotten = forgotten
    return changed
  }

  toLive(): LiveVessel {
    const { mmsi, kind, name, category, shipType, aisClass, lon, lat, sogKn, cogDeg, headingDeg, navStatus } =
      this
    const { state, stale, toBowM, toSternM, toPortM, toStarboardM, destination } = this
    return {
      mmsi,
      kind,
      name,
      category,
      shipType,
      aisClass,
      lon,
      lat,
      sogKn,
      cogDeg,
      headingDeg,
      navStatus,
      state,
      positionAt: new Date(this.positionAtMs).toISOString(),
      stale,
      toBowM,
      toSternM,
      toPortM,
      toStarboardM,
      destination,
      flags: flagsOfText(flagText(this.flags)),
    }
  }

  /** The same as JSON text, made once per change however many readers there are. HOT. */
  liveJson(): string {
    if (this.#jsonChange !== this.change) {
      this.#json = JSON.stringify(this.toLive())
      this.#jsonChange = this.change
    }
    return this.#json
  }
}
