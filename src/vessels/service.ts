import { datasetIn, type Realm } from '../connectors/ais/datasets.ts'
import type { FeedMemory } from '../connectors/ais/message.ts'
import { tableName } from '../datasets/rules.ts'
import type { Datasets } from '../datasets/service.ts'
import type { Columnar, QueryOptions, Row } from '../engines/columnar/columnar.ts'
import type { Query } from '../engines/columnar/query.ts'
import { invalidInput, notFound } from '../errors.ts'
import { flagIsoOf, kindOfMmsi, midOf } from '../maritime/mmsi.ts'
import type { Audience, PastOf } from './audience.ts'
import { latestPositionsSince, latestStatementsSince, tellPosition, tellStatement } from './catch-up.ts'
import { activityOf, latestInBox, spanOf, statementsOf, trackOf, trailsIn } from './history.ts'
import { VesselRegistry } from './registry.ts'
import { assertionsOf, type Box, boundsOf, fold, isInBox, matchRank, type StatedSpell } from './rules.ts'
import type { Activity, SearchResults, Track, Trails, VesselDetail, VesselList } from './schema.ts'
import { vesselFromRow, vesselRows } from './snapshot.ts'
import { sample, thin } from './thinning.ts'
import type { Vessel } from './vessel.ts'

export interface VesselsOptions {
  realm: Realm
  datasets: Datasets
  columnar: Columnar
  wallMs: () => number
}

const saveEveryMs = 10_000
const maxTrackPoints = 10_000
const maxTrailPoints = 60
const spanFreshMs = 10_000
/** Rows received this long before the newest saved one are looked at again after a crash. */
const catchUpMarginMs = 60_000

/** Vessels: their current state, kept in memory and as the dataset `vessels`, and their stored past. */
export class Vessels {
  readonly registry: VesselRegistry
  readonly realm: Realm
  readonly #options: VesselsOptions
  #savedChanges = 0
  #saving: Promise<void> = Promise.resolve()
  #span: { firstMs: number | null; lastMs: number | null; asOfMs: number } | undefined

  private constructor(options: VesselsOptions) {
    this.#options = options
    this.realm = options.realm
    this.registry = new VesselRegistry(options.wallMs)
  }

  /** Restores the state saved last, and what the streams hold beyond it. */
  static async open(options: VesselsOptions): Promise<Vessels> {
    const vessels = new Vessels(options)
    await vessels.#restore()
    return vessels
  }

  /** Saves the current state as the dataset `vessels` when it changed; every 10 s and at the end. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const { changes } = this.registry
      if (changes === this.#savedChanges) return
      await this.#options.columnar.replace(vesselRows(this.realm, this.registry.vessels.values()))
      this.#savedChanges = changes
    })
    return this.#saving
  }

  /** Gives the judges of new fixes what is known of each vessel. */
  seed(memory: FeedMemory): void {
    for (const vessel of this.registry.vessels.values()) {
      const { mmsi, lon, lat, positionAtMs, shipType } = vessel
      memory.know(mmsi, shipType, vessel.isLocated ? { lon, lat, atMs: positionAtMs } : null)
    }
  }

  /** What each frame of the live stream says beside its vessels. */
  streamOverview(sources: { messagesPerMinute: number }[]) {
    const { lastReceivedAtMs } = this.registry
    return {
      simulated: this.realm === 'simulated',
      lastReceivedAt: isoOrNull(lastReceivedAtMs),
      messagesPerMinute: sources.reduce((sum, { messagesPerMinute }) => sum + messagesPerMinute, 0),
    }
  }

  static readonly saveEveryMs = saveEveryMs

  /** Vessels of a box now, or as the stored past knows them at an instant; at most `limit`, spread over the box. */
  async list(
    audience: Audience,
    box: Box,
    atMs: number | undefined,
    limit: number,
    options: QueryOptions,
  ): Promise<VesselList> {
    const simulated = this.realm === 'simulated'
    if (atMs === undefined) {
      const inBox = [...this.registry.live()].filter(
        (vessel) => isInBox(box, vessel.lon, vessel.lat) && audience.sees(vessel),
      )
      const at = new Date(this.registry.nowMs).toISOString()
      return {
        at,
        simulated,
        total: inBox.length,
        vessels: sample(inBox, limit).map((vessel) => vessel.toLive()),
      }
    }
    const rows = await this.#past(
      audience,
      'ais-positions',
      (table) => latestInBox(table, box, atMs),
      options,
    )
    const then = rows.map((row) => this.#asOf(row, atMs))
    return {
      at: new Date(atMs).toISOString(),
      simulated,
      total: then.length,
      vessels: sample(then, limit).map((vessel) => vessel.toLive()),
    }
  }

  /** Positions stored per time bucket, for the time scrubber. */
  async activity(
    audience: Audience,
    fromMs: number,
    toMs: number,
    buckets: number,
    options: QueryOptions,
  ): Promise<Activity> {
    if (toMs <= fromMs) throw invalidInput('`to` must be after `from`.')
    const bucketS = Math.max(1, Math.ceil((toMs - fromMs) / buckets / 1000))
    const bucketMs = bucketS * 1000
    const first = Math.floor(fromMs / bucketMs)
    const rows = await this.#past(
      audience,
      'ais-positions',
      (table) => activityOf(table, fromMs, toMs, bucketMs),
      options,
    )
    const counts = new Array<number>(Math.ceil(toMs / bucketMs) - first).fill(0)
    for (const row of rows) counts[Number(row.bucket) - first] = Number(row.positions)
    return {
      from: new Date(first * bucketMs).toISOString(),
      to: new Date((first + counts.length) * bucketMs).toISOString(),
      bucketS,
      counts,
    }
  }

  /** Recent paths of the vessels that moved in or near a box. */
  async trails(
    audience: Audience,
    box: Box,
    minutes: number,
    atMs: number | undefined,
    options: QueryOptions,
  ): Promise<Trails> {
    const toMs = atMs ?? this.registry.nowMs
    const rows = await this.#past(
      audience,
      'ais-positions',
      (table) => trailsIn(table, box, toMs - minutes * 60_000, toMs),
      options,
    )
    const trails: Record<string, number[][]> = {}
    for (const row of rows) {
      trails[String(row.mmsi)] ??= []
      trails[String(row.mmsi)]!.push([Number(row.lon), Number(row.lat), Number(row.ms)])
    }
    for (const [mmsi, points] of Object.entries(trails)) {
      trails[mmsi] = thin(
        points.sort((a, b) => a[2]! - b[2]!),
        maxTrailPoints,
      )
    }
    return { at: new Date(toMs).toISOString(), trails }
  }

  /** Positions of one vessel in time order, thinned evenly beyond 10,000. */
  async track(
    audience: Audience,
    mmsi: number,
    fromMs: number,
    toMs: number,
    options: QueryOptions,
  ): Promise<Track> {
    if (toMs <= fromMs) throw invalidInput('`to` must be after `from`.')
    const rows = await this.#past(
      audience,
      'ais-positions',
      (table) => trackOf(table, mmsi, fromMs, toMs, 200_000),
      {
        ...options,
        maxRows: 200_000,
      },
    )
    const points = rows.map(
      ({ lon, lat, ms, sogKn, cogDeg }) => [lon, lat, ms, sogKn, cogDeg] as (number | null)[],
    )
    const from = new Date(fromMs).toISOString()
    const to = new Date(toMs).toISOString()
    return { mmsi, from, to, thinned: points.length > maxTrackPoints, points: thin(points, maxTrackPoints) }
  }

  /** Everything known about one vessel. Throws `not_found` for a number never heard. */
  async detail(audience: Audience, mmsi: number, options: QueryOptions): Promise<VesselDetail> {
    const vessel = this.registry.vessels.get(mmsi)
    if (!vessel || !audience.sees(vessel)) throw notFound('vessel', String(mmsi))
    const statements = await this.#past(audience, 'ais-static', (table) => statementsOf(table, mmsi), options)
    const { imo, name, callSign, shipType, category, draughtM, destination, rotDegPerMin, positions } = vessel
    return {
      vessel: vessel.isLocated ? vessel.toLive() : null,
      mmsi,
      kind: kindOfMmsi(mmsi),
      simulated: this.realm === 'simulated',
      imo,
      name,
      callSign,
      shipType,
      category,
      flag: flagOf(mmsi),
      lengthM: sum(vessel.toBowM, vessel.toSternM),
      beamM: sum(vessel.toPortM, vessel.toStarboardM),
      draughtM,
      destination,
      etaAt: isoOrNull(vessel.etaAtMs),
      rotDegPerMin,
      firstHeardAt: isoOrNull(vessel.firstHeardAtMs),
      lastHeardAt: isoOrNull(vessel.lastHeardAtMs),
      positions,
      history: assertionsOf(statements.map(spellOf)),
      heardBy: [...vessel.heardBy.values()]
        .sort((a, b) => b.messages - a.messages)
        .map(({ source, station, messages, lastAtMs }) => ({
          source,
          station,
          messages,
          lastAt: new Date(lastAtMs).toISOString(),
        })),
    }
  }

  /** Vessels by name, MMSI, IMO number or call sign, best first; located and recent ones before others. */
  search(audience: Audience, text: string, limit: number): SearchResults {
    const query = fold(text.trim())
    if (query === '') return { vessels: [] }
    return {
      vessels: [...this.registry.vessels.values()]
        .filter((vessel) => audience.sees(vessel))
        .map((vessel) => {
          const terms = [vessel.name, vessel.callSign, String(vessel.mmsi), vessel.imo && String(vessel.imo)]
          return { vessel, rank: matchRank(query, terms as (string | null)[]) }
        })
        .filter(({ rank }) => rank > 0)
        .sort((a, b) => b.rank - a.rank || b.vessel.positionAtMs - a.vessel.positionAtMs)
        .slice(0, limit)
        .map(({ vessel }) => ({
          mmsi: vessel.mmsi,
          name: vessel.name,
          callSign: vessel.callSign,
          imo: vessel.imo,
          category: vessel.category,
          lon: vessel.isLocated ? vessel.lon : null,
          lat: vessel.isLocated ? vessel.lat : null,
          positionAt: isoOrNull(vessel.positionAtMs),
        })),
    }
  }

  /** Where and when the vessels are: counts, box, and first and last stored position (at most 10 s old). */
  async overview(audience?: Audience) {
    const live = [...this.registry.live()].filter((vessel) => audience?.sees(vessel) ?? true)
    const stateCounts: Record<string, number> = {}
    for (const { state } of live) stateCounts[state] = (stateCounts[state] ?? 0) + 1
    const span = await this.#storedSpan()
    return {
      nowAt: new Date(this.registry.nowMs).toISOString(),
      firstAt: isoOrNull(span.firstMs ?? 0),
      lastAt: isoOrNull(span.lastMs ?? 0),
      bounds: boundsOf(
        live.map(({ lon }) => lon),
        live.map(({ lat }) => lat),
      ),
      vesselCount: live.length,
      stateCounts,
    }
  }

  async #storedSpan() {
    const now = this.#options.wallMs()
    if (this.#span && now - this.#span.asOfMs < spanFreshMs) return this.#span
    const [row] = await this.#query('ais-positions', spanOf)
    this.#span = { firstMs: numberOrNull(row?.firstMs), lastMs: numberOrNull(row?.lastMs), asOfMs: now }
    return this.#span
  }

  /** Rows of the stored past that the audience may see. */
  async #past(
    audience: Audience,
    id: PastOf,
    ask: (table: string) => Query,
    options?: QueryOptions,
  ): Promise<Row[]> {
    const query = await audience.limited(id, ask(tableName(datasetIn(this.realm, id))))
    return this.#options.datasets.query(datasetIn(this.realm, id), () => query, options)
  }

  #query(id: string, ask: (table: string) => Query, options?: QueryOptions): Promise<Row[]> {
    return this.#options.datasets.query(datasetIn(this.realm, id), ask, options)
  }

  /** Some rows at a time: tens of thousands of vessels at once would stay in memory long after. */
  async #each(id: string, ask: (table: string) => Query, tell: (row: Row) => void): Promise<void> {
    const { datasets } = this.#options
    for await (const rows of datasets.rows(datasetIn(this.realm, id), ask, { class: 'load' }))
      for (const row of rows) tell(row)
  }

  /** A vessel as the stored past had it: its position then, its identity as known today. */
  #asOf(row: Row, atMs: number): Vessel {
    const then = vesselFromRow({ ...row, positionAt: row.at ?? null, heardBy: null })
    const known = this.registry.vessels.get(then.mmsi)
    if (known) {
      then.name = known.name
      then.setShipType(known.shipType)
      then.toBowM = known.toBowM
      then.toSternM = known.toSternM
      then.toPortM = known.toPortM
      then.toStarboardM = known.toStarboardM
      then.destination = known.destination
    }
    then.refresh(atMs)
    return then
  }

  async #restore(): Promise<void> {
    const { registry } = this
    let newestMs = 0
    await this.#each(
      'vessels',
      (table) => ({ from: { kind: 'table', table } }),
      (row) => {
        const vessel = vesselFromRow(row)
        registry.restore(vessel)
        newestMs = Math.max(newestMs, vessel.updatedAtMs)
      },
    )
    this.#savedChanges = registry.changes
    const sinceMs = newestMs - catchUpMarginMs
    await this.#each(
      'ais-positions',
      (table) => latestPositionsSince(table, sinceMs),
      (row) => tellPosition(registry, row),
    )
    await this.#each(
      'ais-static',
      (table) => latestStatementsSince(table, sinceMs),
      (row) => tellStatement(registry, row),
    )
    registry.age()
  }
}

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)
const isoOrNull = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null)
const numberOrNull = (cell: unknown): number | null => (typeof cell === 'number' ? cell : null)

const countryNames = {
  fr: new Intl.DisplayNames(['fr'], { type: 'region' }),
  en: new Intl.DisplayNames(['en'], { type: 'region' }),
}

function flagOf(mmsi: number): VesselDetail['flag'] {
  const mid = midOf(mmsi)
  if (mid === null) return null
  const iso = flagIsoOf(mmsi)
  if (iso === null) return { mid, iso, fr: `MID ${mid} non attribué`, en: `MID ${mid} not allocated` }
  return { mid, iso, fr: countryNames.fr.of(iso) ?? iso, en: countryNames.en.of(iso) ?? iso }
}

function spellOf(row: Row): StatedSpell {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]))
  const sizes = ['toBowM', 'toSternM', 'toPortM', 'toStarboardM'].map((name) => row[`${name}Stated`])
  const [bow, stern, port, starboard] = sizes.map(Number)
  return {
    values: {
      name: text('nameStated'),
      callSign: text('callSignStated'),
      imo: text('imoStated'),
      shipType: text('shipTypeStated'),
      dimensions: sizes.includes(null) ? null : `${bow! + stern!} × ${port! + starboard!} m`,
      destination: text('destinationStated'),
      draughtM: text('draughtMStated'),
    },
    sinceMs: Number(row.sinceMs),
    untilMs: Number(row.untilMs),
    source: text('source') ?? '',
  }
}
