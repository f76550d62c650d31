/**
 * Decoded AIS messages: one final shape per group of types, units in the names, null for "not available".
 * Layouts and sentinels: ITU-R M.1371-5; 6-bit text stops at the first `@` and is trimmed on the right.
 */

interface Common {
  /** Message type, 1–27. */
  type: number
  repeat: number
  mmsi: number
}

/** Types 1, 2, 3 (class A), 18, 19 (class B), 9 (SAR aircraft), 27 (long range). */
export interface PositionReport extends Common {
  group: 'position'
  /** 0–15, class A and type 27; null elsewhere. */
  navStatus: number | null
  /** Degrees a minute, positive to starboard; null when not available or class B. */
  rotDegPerMin: number | null
  /** True when ROT is ±127: turning faster than 5° in 30 s, without a turn indicator. */
  rotFast: boolean
  /** Knots; 102.2 means "102.2 or more". */
  sogKn: number | null
  /** True when the position is better than 10 m. */
  accuracyHigh: boolean
  lon: number | null
  lat: number | null
  cogDeg: number | null
  headingDeg: number | null
  /** UTC second of the report, 0–59; null for 60–63 (see positionMode) and type 27. */
  utcSecond: number | null
  /** From seconds 61–63. */
  positionMode: 'manual' | 'dead-reckoning' | 'inoperative' | null
  manoeuvre: number | null
  raim: boolean
  altitudeM: number | null
  /** Type 27: position from the current GNSS fix (true) or older (false); null elsewhere. */
  gnssCurrent: boolean | null
  /** Type 18: true = carrier-sense unit, false = SOTDMA; null elsewhere. */
  carrierSense: boolean | null
  assigned: boolean | null
  radio: number | null
  /** Type 18: what the unit is equipped for; null or absent elsewhere. */
  classB?: ClassBUnit | null
  /** Types 9 and 19: the DTE bit, true = data terminal not ready; null or absent elsewhere. */
  dte?: boolean | null
}

export interface ClassBUnit {
  hasDisplay: boolean
  hasDsc: boolean
  /** Can use the whole marine band, not only the upper 525 kHz. */
  wholeBand: boolean
  acceptsMessage22: boolean
}

/** Types 5, 19 (its static half), 24 A and B. Absent fields of a part are null. */
export interface StaticReport extends Common {
  group: 'static'
  /** Type 24 only. */
  part: 'A' | 'B' | null
  imo: number | null
  callSign: string | null
  name: string | null
  shipType: number | null
  toBowM: number | null
  toSternM: number | null
  toPortM: number | null
  toStarboardM: number | null
  epfd: number | null
  etaMonth: number | null
  etaDay: number | null
  etaHour: number | null
  etaMinute: number | null
  draughtM: number | null
  destination: string | null
  dte: boolean | null
  aisVersion: number | null
  vendorId: string | null
  vendorModel: number | null
  vendorSerial: number | null
  mothershipMmsi: number | null
}

/** All other types: `fields` holds what the type carries, in the names of docs/ais-fields.md. */
export interface OtherMessage extends Common {
  group: 'other'
  /** Base stations (4, 11), aids (21) and corrections (17) have a place; null otherwise. */
  lon: number | null
  lat: number | null
  /** Binary application, types 6, 8, 25, 26; null otherwise. */
  dac: number | null
  fid: number | null
  /** Plain values, arrays and objects of plain values; JSON-safe. */
  fields: Record<string, unknown>
}

export type AisMessage = PositionReport | StaticReport | OtherMessage

/** Circumstances of a message: one object reused for every call; copy what you keep. */
export interface Heard {
  /** Spool position of the line that completed the message. */
  seq: number
  /** When its bytes arrived here, ms since 1970 UTC. */
  receivedAtMs: number
  /** Best time of transmission, ms since 1970 UTC, by the order of trust of docs/ais.md. */
  atMs: number
  timeSource: 'tag' | 'suffix' | 'pghp' | 'column' | 'base-station' | 'receiver'
  /** Receiving station named by the line (TAG `s:`, suffix `r…`/`b…`, $PGHP), else null. */
  station: string | null
  channel: 'A' | 'B' | null
  signalDbm: number | null
  /** VDO: sent by the receiver's own transponder; never a target. */
  own: boolean
  /** The message was shorter than its type; what is whole was decoded. */
  truncated: boolean
  /** A field held an impossible value (latitude beyond 90°, heading 400…), given as null. */
  outOfRange?: boolean
  /** The armoured payload of all parts: the identity of the transmission. Valid only during the call. */
  payloadKey(): string
}

export const rejectReasons = [
  'checksum',
  'malformed',
  'line-too-long',
  'incomplete',
  'payload-character',
  'unknown-type',
  'too-short',
] as const
export type RejectReason = (typeof rejectReasons)[number]

export interface AisSink {
  /** HOT: once per message. A type 19 gives two calls, position then static, with the same `heard.seq`. */
  message(message: AisMessage, heard: Heard): void
  /** `line` is the raw text, at most 1,024 characters of it. */
  reject(reason: RejectReason, line: string, seq: number, receivedAtMs: number): void
}

/** Told of what becomes rows, after de-duplication, in the order of the spool. */
export interface FeedListener {
  position(source: string, report: PositionReport, heard: Heard, flags: number, accepted: boolean): void
  static(source: string, report: StaticReport, heard: Heard): void
  /** The same transmission heard again, by another receiver or route. */
  duplicate(source: string, mmsi: number, heard: Heard): void
}

/** Class of the transponder, by message type; null where the message does not tell. */
export const aisClassOf = (type: number): 'A' | 'B' | null =>
  type <= 3 || type === 5 ? 'A' : type === 18 || type === 19 || type === 24 ? 'B' : null

/** Where what is known of vessels from earlier runs is told to the judges of new messages. */
export interface FeedMemory {
  know(mmsi: number, shipType: number | null, place: { lon: number; lat: number; atMs: number } | null): void
}
