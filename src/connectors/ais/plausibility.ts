import { distanceM, metresPerSecondToKn } from '../../maritime/distance.ts'
import { flagBits } from '../../maritime/plausibility-flags.ts'

/** A point of a track that other points are held against. */
interface Chain {
  lon: number
  lat: number
  atMs: number
  /** Fixes that continued this chain. */
  count: number
}

/** What is remembered of a vessel to judge its next fix. */
export interface TrackMemory {
  accepted: Chain | null
  /** Fixes that contradict the accepted chain but may agree with each other. */
  candidate: Chain | null
  /** Fixes of the accepted chain since the candidate began: both going on means two senders. */
  acceptedSinceCandidate: number
  shared: boolean
}

export const newTrackMemory = (): TrackMemory => ({
  accepted: null,
  candidate: null,
  acceptedSinceCandidate: 0,
  shared: false,
})

export interface Fix {
  lon: number
  lat: number
  atMs: number
  sogKn: number | null
}

const absoluteLimitKn = 60
/** Long-range reports (type 27) are rounded to 0.1′ and GPS wanders: less than this is never a jump. */
const toleranceM = 400
/** Consecutive fixes that must agree before a contradicting chain is believed (recovery from a teleport). */
const fixesToConvince = 3
const sharedMemoryMs = 10 * 60_000

const saturatedKn = 102.2

function continues(chain: Chain, fix: Fix, limitKn: number): boolean {
  const metres = distanceM(chain.lon, chain.lat, fix.lon, fix.lat)
  if (metres <= toleranceM) return true
  const seconds = Math.max(1, Math.abs(fix.atMs - chain.atMs) / 1000)
  return (metres / seconds) * metresPerSecondToKn <= limitKn
}

function extend(chain: Chain, fix: Fix): void {
  chain.count++
  if (fix.atMs < chain.atMs) return
  chain.lon = fix.lon
  chain.lat = fix.lat
  chain.atMs = fix.atMs
}

const startChain = (fix: Fix): Chain => ({ lon: fix.lon, lat: fix.lat, atMs: fix.atMs, count: 1 })

export interface Judgement {
  /** Bits of `flagBits`. */
  flags: number
  /** Whether the fix is where the vessel is believed to be. */
  accepted: boolean
}

/**
 * Judges a fix against what is remembered of its vessel and updates the memory. HOT: the result is one reused object.
 * `maxSpeedKn` is the type's maximum (data/codes/ship-types.csv): twice it, or 60 kn, is impossible; aircraft pass Infinity.
 * Rules: docs/ais.md, “Plausibility”.
 */
export function judgeFix(memory: TrackMemory, fix: Fix, maxSpeedKn: number): Judgement {
  judgement.flags = 0
  judgement.accepted = false
  if (fix.lon === 0 && fix.lat === 0) {
    judgement.flags = flagBits['null-island']
    return judgement
  }
  const limitKn = Number.isFinite(maxSpeedKn)
    ? Math.min(absoluteLimitKn, 2 * maxSpeedKn)
    : Number.POSITIVE_INFINITY
  judgement.flags = speedFlags(memory.accepted, fix, limitKn)
  const { accepted, candidate } = memory
  if (accepted === null || continues(accepted, fix, limitKn)) {
    if (accepted) extend(accepted, fix)
    else memory.accepted = startChain(fix)
    if (candidate) noteAcceptedBeside(memory, fix)
    if (memory.shared) judgement.flags |= flagBits['shared-mmsi']
    judgement.accepted = true
    return judgement
  }
  judgeContradiction(memory, fix, limitKn)
  return judgement
}

const judgement: Judgement = { flags: 0, accepted: false }

function speedFlags(last: Chain | null, fix: Fix, limitKn: number): number {
  const { sogKn } = fix
  if (sogKn === null || limitKn === Number.POSITIVE_INFINITY) return 0
  if (sogKn >= saturatedKn) return flagBits['speed-saturated']
  if (sogKn <= limitKn || last === null) return 0
  const seconds = (fix.atMs - last.atMs) / 1000
  if (seconds <= 0 || seconds > 300) return 0
  const impliedKn = (distanceM(last.lon, last.lat, fix.lon, fix.lat) / seconds) * metresPerSecondToKn
  return impliedKn < sogKn / 2 ? flagBits['speed-spike'] : 0
}

function noteAcceptedBeside(memory: TrackMemory, fix: Fix): void {
  memory.acceptedSinceCandidate++
  const old = fix.atMs - memory.candidate!.atMs > sharedMemoryMs
  if (!old) return
  memory.candidate = null
  memory.acceptedSinceCandidate = 0
  memory.shared = false
}

/** A fix that the accepted chain cannot explain: a jump, a new truth, or a second sender under the same number. */
function judgeContradiction(memory: TrackMemory, fix: Fix, limitKn: number): void {
  const { candidate } = memory
  if (candidate === null || !continues(candidate, fix, limitKn)) {
    memory.candidate = startChain(fix)
    memory.acceptedSinceCandidate = 0
    judgement.flags |= flagBits.jump
    return
  }
  extend(candidate, fix)
  if (candidate.count < fixesToConvince) {
    judgement.flags |= flagBits.jump
    return
  }
  const goesOnBeside = memory.acceptedSinceCandidate > 0 && fix.atMs - memory.accepted!.atMs <= sharedMemoryMs
  if (goesOnBeside) {
    const twoSenders = memory.acceptedSinceCandidate >= fixesToConvince
    if (twoSenders) memory.shared = true
    judgement.flags |= twoSenders ? flagBits['shared-mmsi'] : flagBits.jump
    return
  }
  memory.accepted = candidate
  memory.candidate = null
  memory.acceptedSinceCandidate = 0
  memory.shared = false
  judgement.accepted = true
}
