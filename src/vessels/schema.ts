/**
 * What the vessels slice says to the outside: the same schemas validate, serialise, document and type the web.
 * Positions are WGS 84 degrees, speeds knots, lengths metres, instants ISO text in UTC.
 */
import { type Static, type TSchema, Type } from 'typebox'

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Family of ship types, as colours and filters show them (data/codes/ship-types.csv). */
export const VesselCategory = Type.Union([
  Type.Literal('passenger'),
  Type.Literal('cargo'),
  Type.Literal('tanker'),
  Type.Literal('fishing'),
  Type.Literal('tug-pilot'),
  Type.Literal('pleasure'),
  Type.Literal('service'),
  Type.Literal('other'),
])
export type VesselCategory = Static<typeof VesselCategory>

/** What the vessel is doing, from its declared status and its speed. */
export const MotionState = Type.Union([
  Type.Literal('under-way'),
  Type.Literal('anchored'),
  Type.Literal('moored'),
  Type.Literal('unknown'),
])
export type MotionState = Static<typeof MotionState>

/** Reasons to doubt a row; explained in words by the interface (docs/ais.md). Nothing is deleted. */
export const PlausibilityFlag = Type.Union([
  Type.Literal('jump'),
  Type.Literal('speed-spike'),
  Type.Literal('speed-saturated'),
  Type.Literal('null-island'),
  Type.Literal('on-land'),
  Type.Literal('future-time'),
  Type.Literal('unreliable-mmsi'),
  Type.Literal('shared-mmsi'),
  Type.Literal('truncated'),
  Type.Literal('out-of-range'),
])
export type PlausibilityFlag = Static<typeof PlausibilityFlag>

/** Kind of station behind an MMSI (ITU-R M.585). */
export const StationKind = Type.Union([
  Type.Literal('ship'),
  Type.Literal('coast-station'),
  Type.Literal('sar-aircraft'),
  Type.Literal('aid-to-navigation'),
  Type.Literal('craft-of-parent'),
  Type.Literal('sart'),
  Type.Literal('man-overboard'),
  Type.Literal('epirb'),
  Type.Literal('group'),
  Type.Literal('unreliable'),
])
export type StationKind = Static<typeof StationKind>

/** One vessel as the map draws it. */
export const LiveVessel = Type.Object({
  mmsi: Type.Integer(),
  kind: StationKind,
  name: Nullable(Type.String()),
  category: VesselCategory,
  shipType: Nullable(Type.Integer()),
  /** AIS class; null when only heard through type 27 or static data. */
  aisClass: Nullable(Type.Union([Type.Literal('A'), Type.Literal('B')])),
  lon: Type.Number(),
  lat: Type.Number(),
  sogKn: Nullable(Type.Number()),
  cogDeg: Nullable(Type.Number()),
  headingDeg: Nullable(Type.Integer()),
  navStatus: Nullable(Type.Integer()),
  state: MotionState,
  /** Time of the position shown. */
  positionAt: Type.String(),
  /** Older than its class and state allow (data/ais/staleness.csv): drawn hollow. */
  stale: Type.Boolean(),
  /** Distances from the antenna to the ends and sides; null when unknown. */
  toBowM: Nullable(Type.Integer()),
  toSternM: Nullable(Type.Integer()),
  toPortM: Nullable(Type.Integer()),
  toStarboardM: Nullable(Type.Integer()),
  destination: Nullable(Type.String()),
  flags: Type.Array(PlausibilityFlag),
})
export type LiveVessel = Static<typeof LiveVessel>

/** State of one source of messages, as the sources panel and /health show it. */
export const SourceState = Type.Object({
  id: Type.String(),
  /** What it is, without secrets: `tcp://10.0.0.5:4002`, `file:feed.nmea`. */
  address: Type.String(),
  simulated: Type.Boolean(),
  state: Type.Union([
    Type.Literal('connecting'),
    Type.Literal('live'),
    Type.Literal('silent'),
    Type.Literal('reconnecting'),
    Type.Literal('finished'),
    Type.Literal('failed'),
  ]),
  /** Why it is silent, reconnecting or failed; null otherwise. */
  message: Nullable(Type.String()),
  lastReceivedAt: Nullable(Type.String()),
  messagesPerMinute: Type.Number(),
  messages: Type.Integer(),
  duplicates: Type.Integer(),
  /** Rejected lines by reason. */
  rejects: Type.Record(Type.String(), Type.Integer()),
  /** A recent rejected line per reason, at most 120 characters. */
  rejectSamples: Type.Record(Type.String(), Type.String()),
  /** Receiving stations named in the lines. */
  stations: Type.Array(
    Type.Object({
      station: Type.String(),
      messages: Type.Integer(),
      lastReceivedAt: Type.String(),
    }),
  ),
})
export type SourceState = Static<typeof SourceState>

/** GET /api/v1/live: where and when the feed is. */
export const LiveOverview = Type.Object({
  /** True when everything shown is simulated: the interface says « simulé ». */
  simulated: Type.Boolean(),
  /** `live`: at least one source goes on; `history`: all sources are finished files; `empty`: nothing heard yet. */
  mode: Type.Union([Type.Literal('live'), Type.Literal('history'), Type.Literal('empty')]),
  /** The “now” of the map: the wall clock when live, the last event time in history. */
  nowAt: Type.String(),
  /** Earliest and latest stored position. */
  firstAt: Nullable(Type.String()),
  lastAt: Nullable(Type.String()),
  /** When the last message arrived here. */
  lastReceivedAt: Nullable(Type.String()),
  /** Box of most vessels heard (robust against outliers): west, south, east, north. */
  bounds: Nullable(Type.Array(Type.Number(), { minItems: 4, maxItems: 4 })),
  vesselCount: Type.Integer(),
  messagesPerMinute: Type.Number(),
  stateCounts: Type.Record(Type.String(), Type.Integer()),
  sources: Type.Array(SourceState),
})
export type LiveOverview = Static<typeof LiveOverview>

/**
 * GET /api/v1/vessels?bbox=w,s,e,n&at=ISO&limit=N: the vessels of a box, now (no `at`) or as the stored past
 * knows them. Beyond `limit` (default 5,000) the vessels kept are spread over the box; `total` says how many there are.
 */
export const VesselList = Type.Object({
  at: Type.String(),
  simulated: Type.Boolean(),
  total: Type.Integer(),
  vessels: Type.Array(LiveVessel),
})
export type VesselList = Static<typeof VesselList>

/**
 * GET /api/v1/datasets/vessels/stream?bbox=w,s,e,n&limit=N (SSE). Events, each with `id:` for Last-Event-ID:
 * `snapshot` first (or after a restart of the server), then at most one `update` a second; an `update` without
 * vessels at least every 5 s. After a resume the first event is an `update` with all that changed meanwhile.
 */
export const LiveSnapshot = Type.Object({
  at: Type.String(),
  simulated: Type.Boolean(),
  total: Type.Integer(),
  lastReceivedAt: Nullable(Type.String()),
  messagesPerMinute: Type.Number(),
  vessels: Type.Array(LiveVessel),
})
export type LiveSnapshot = Static<typeof LiveSnapshot>

export const LiveUpdate = Type.Object({
  at: Type.String(),
  total: Type.Integer(),
  lastReceivedAt: Nullable(Type.String()),
  messagesPerMinute: Type.Number(),
  /** Whole new state of the vessels that changed, including those that became stale. */
  vessels: Type.Array(LiveVessel),
  /** MMSI that left the box or were forgotten. */
  gone: Type.Array(Type.Integer()),
})
export type LiveUpdate = Static<typeof LiveUpdate>

/** GET /api/v1/vessels/activity?from=ISO&to=ISO&buckets=N: positions stored per time bucket. */
export const Activity = Type.Object({
  from: Type.String(),
  to: Type.String(),
  bucketS: Type.Integer(),
  counts: Type.Array(Type.Integer()),
})
export type Activity = Static<typeof Activity>

/** GET /api/v1/vessels/trails?bbox=w,s,e,n&minutes=N&at=ISO: recent paths, [lon, lat, ms since 1970], by MMSI. */
export const Trails = Type.Object({
  at: Type.String(),
  trails: Type.Record(Type.String(), Type.Array(Type.Array(Type.Number()))),
})
export type Trails = Static<typeof Trails>

/** A dated statement about a vessel, from the messages themselves. */
export const Assertion = Type.Object({
  field: Type.Union([
    Type.Literal('name'),
    Type.Literal('callSign'),
    Type.Literal('imo'),
    Type.Literal('shipType'),
    Type.Literal('dimensions'),
    Type.Literal('destination'),
    Type.Literal('draughtM'),
  ]),
  value: Type.String(),
  since: Type.String(),
  until: Type.String(),
  source: Type.String(),
})
export type Assertion = Static<typeof Assertion>

/** GET /api/v1/vessels/{mmsi}?at=ISO: everything known about one vessel. */
export const VesselDetail = Type.Object({
  vessel: Nullable(LiveVessel),
  mmsi: Type.Integer(),
  kind: StationKind,
  simulated: Type.Boolean(),
  imo: Nullable(Type.Integer()),
  name: Nullable(Type.String()),
  callSign: Nullable(Type.String()),
  shipType: Nullable(Type.Integer()),
  category: VesselCategory,
  /** Country of the MID: ISO 3166 alpha-2 code when it has one, and the name in both languages. */
  flag: Nullable(
    Type.Object({ mid: Type.Integer(), iso: Nullable(Type.String()), fr: Type.String(), en: Type.String() }),
  ),
  lengthM: Nullable(Type.Integer()),
  beamM: Nullable(Type.Integer()),
  draughtM: Nullable(Type.Number()),
  destination: Nullable(Type.String()),
  /** Declared ETA, the year chosen nearest to the message; null when any part is missing. */
  etaAt: Nullable(Type.String()),
  rotDegPerMin: Nullable(Type.Number()),
  firstHeardAt: Nullable(Type.String()),
  lastHeardAt: Nullable(Type.String()),
  positions: Type.Integer(),
  history: Type.Array(Assertion),
  /** Where it was heard: source and receiving station, with counts. */
  heardBy: Type.Array(
    Type.Object({
      source: Type.String(),
      station: Nullable(Type.String()),
      messages: Type.Integer(),
      lastAt: Type.String(),
    }),
  ),
})
export type VesselDetail = Static<typeof VesselDetail>

/** GET /api/v1/vessels/{mmsi}/track?from=ISO&to=ISO: [lon, lat, ms, sogKn or null, cogDeg or null] in time order. */
export const Track = Type.Object({
  mmsi: Type.Integer(),
  from: Type.String(),
  to: Type.String(),
  /** True when points were thinned to 10,000. */
  thinned: Type.Boolean(),
  points: Type.Array(Type.Array(Nullable(Type.Number()))),
})
export type Track = Static<typeof Track>

/** GET /api/v1/vessels/search?q=TEXT&limit=N: by name, MMSI, IMO or call sign, best first. */
export const SearchResults = Type.Object({
  vessels: Type.Array(
    Type.Object({
      mmsi: Type.Integer(),
      name: Nullable(Type.String()),
      callSign: Nullable(Type.String()),
      imo: Nullable(Type.Integer()),
      category: VesselCategory,
      lon: Nullable(Type.Number()),
      lat: Nullable(Type.Number()),
      positionAt: Nullable(Type.String()),
    }),
  ),
})
export type SearchResults = Static<typeof SearchResults>
