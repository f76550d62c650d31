import { aisDatasets, datasetIn, type Realm } from '../connectors/ais/datasets.ts'
import { RowBuilder } from '../datasets/row-builder.ts'
import { tableOf } from '../datasets/rules.ts'
import type { Row, TableBatch } from '../engines/columnar/columnar.ts'
import { flagIsoOf } from '../maritime/mmsi.ts'
import { flagBits, flagsOfText, flagText } from '../maritime/plausibility-flags.ts'
import { type HeardBy, Vessel } from './vessel.ts'

const plainNumbers = [
  'mmsi',
  'imo',
  'shipType',
  'toBowM',
  'toSternM',
  'toPortM',
  'toStarboardM',
  'draughtM',
  'sogKn',
  'cogDeg',
  'headingDeg',
  'rotDegPerMin',
  'navStatus',
  'positions',
] as const
const plainTexts = ['kind', 'name', 'callSign', 'category', 'aisClass', 'destination'] as const

const instantOrNull = (ms: number): number | null => (ms > 0 ? ms : null)

/** All vessels as rows of the `vessels` dataset. */
export function vesselRows(realm: Realm, vessels: Iterable<Vessel>): TableBatch {
  const rows = new RowBuilder(tableOf(aisDatasets.find(({ id }) => id === datasetIn(realm, 'vessels'))!))
  for (const vessel of vessels) {
    for (const name of plainNumbers) rows.number(name).push(vessel[name])
    for (const name of plainTexts) rows.text(name).push(vessel[name])
    rows.text('flagIso').push(flagIsoOf(vessel.mmsi))
    rows.number('lon').push(vessel.isLocated ? vessel.lon : null)
    rows.number('lat').push(vessel.isLocated ? vessel.lat : null)
    rows.number('etaAt').push(instantOrNull(vessel.etaAtMs))
    rows.number('positionAt').push(instantOrNull(vessel.positionAtMs))
    rows.number('firstHeardAt').push(instantOrNull(vessel.firstHeardAtMs))
    rows.number('lastHeardAt').push(instantOrNull(vessel.lastHeardAtMs))
    rows.number('updatedAt').push(instantOrNull(vessel.updatedAtMs))
    rows.text('flags').push(flagText(vessel.flags))
    rows.text('heardBy').push(JSON.stringify([...vessel.heardBy.values()].map(heardByToJson)))
  }
  return rows.take()
}

/** One vessel as its row would be, without who heard it. */
export function vesselRow(vessel: Vessel): Row {
  const row: Row = {}
  for (const name of plainNumbers) row[name] = vessel[name]
  for (const name of plainTexts) row[name] = vessel[name]
  const instant = (ms: number) => (ms > 0 ? new Date(ms).toISOString() : null)
  row.flagIso = flagIsoOf(vessel.mmsi)
  row.lon = vessel.isLocated ? vessel.lon : null
  row.lat = vessel.isLocated ? vessel.lat : null
  row.etaAt = instant(vessel.etaAtMs)
  row.positionAt = instant(vessel.positionAtMs)
  row.firstHeardAt = instant(vessel.firstHeardAtMs)
  row.lastHeardAt = instant(vessel.lastHeardAtMs)
  row.updatedAt = instant(vessel.updatedAtMs)
  row.flags = flagText(vessel.flags)
  return row
}

const heardByToJson = ({ source, station, messages, lastAtMs }: HeardBy) => ({
  source,
  station,
  messages,
  lastAt: new Date(lastAtMs).toISOString(),
})

const msOf = (cell: unknown): number => (typeof cell === 'string' ? Date.parse(cell) : 0)

/** A vessel from its row; the counterpart of `vesselRows`. */
export function vesselFromRow(row: Row): Vessel {
  const vessel = new Vessel(Number(row.mmsi))
  const number = (name: string) => (typeof row[name] === 'number' ? row[name] : null)
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null)
  vessel.imo = number('imo')
  vessel.name = text('name')
  vessel.callSign = text('callSign')
  vessel.setShipType(number('shipType'))
  vessel.aisClass = text('aisClass') as 'A' | 'B' | null
  vessel.toBowM = number('toBowM')
  vessel.toSternM = number('toSternM')
  vessel.toPortM = number('toPortM')
  vessel.toStarboardM = number('toStarboardM')
  vessel.draughtM = number('draughtM')
  vessel.destination = text('destination')
  vessel.etaAtMs = msOf(row.etaAt)
  vessel.lon = number('lon') ?? Number.NaN
  vessel.lat = number('lat') ?? Number.NaN
  vessel.positionAtMs = msOf(row.positionAt)
  vessel.sogKn = number('sogKn')
  vessel.cogDeg = number('cogDeg')
  vessel.headingDeg = number('headingDeg')
  vessel.rotDegPerMin = number('rotDegPerMin')
  vessel.navStatus = number('navStatus')
  vessel.flags = flagsOfText(text('flags')).reduce((bits, flag) => bits | flagBits[flag], 0)
  vessel.firstHeardAtMs = msOf(row.firstHeardAt)
  vessel.lastHeardAtMs = msOf(row.lastHeardAt)
  vessel.updatedAtMs = msOf(row.updatedAt)
  vessel.positions = number('positions') ?? 0
  for (const { source, station, messages, lastAt } of JSON.parse(text('heardBy') ?? '[]')) {
    const key = station === null ? source : `${source} ${station}`
    vessel.heardBy.set(key, { source, station, messages, lastAtMs: Date.parse(lastAt) })
  }
  return vessel
}
