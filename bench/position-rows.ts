/** Synthetic AIS-like positions: 5,000 vessels over a month, 40 % moored, in order of time, the same for every run. */
import type { TableBatch, TableSpec } from '../src/engines/columnar/columnar.ts'

export const positionsTable: TableSpec = {
  name: 'bench-positions',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  retainBy: 'receivedAt',
  columns: [
    { name: '_src', type: 'text' },
    { name: '_seq', type: 'bigint' },
    { name: 'at', type: 'timestamp' },
    { name: 'receivedAt', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
    { name: 'type', type: 'tinyint' },
    { name: 'lon', type: 'double' },
    { name: 'lat', type: 'double' },
    { name: 'sogKn', type: 'double' },
    { name: 'cogDeg', type: 'double' },
    { name: 'headingDeg', type: 'smallint' },
    { name: 'navStatus', type: 'tinyint' },
  ],
}

export const vesselCount = 5_000
export const dayCount = 30
export const firstDayMs = Date.UTC(2026, 8, 1)
export const firstMmsi = 200_000_000

/** A small linear congruential generator (Numerical Recipes): fast and repeatable. */
function generator(seed: number) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}

/** Batches of `batchRows`, `total` rows over the month. */
export function* positionBatches(total: number, batchRows: number): Generator<TableBatch> {
  const random = generator(7)
  const lon = new Float64Array(vesselCount)
  const lat = new Float64Array(vesselCount)
  const cog = new Float64Array(vesselCount)
  for (let v = 0; v < vesselCount; v++) {
    lon[v] = 3 + random() * 4
    lat[v] = 42 + random() * 1.6
    cog[v] = random() * 360
  }
  const stepMs = (dayCount * 86_400_000) / total
  for (let start = 0; start < total; start += batchRows) {
    const n = Math.min(batchRows, total - start)
    const at = new Float64Array(n)
    const receivedAt = new Float64Array(n)
    const seq = new Float64Array(n)
    const columns = {
      mmsi: new Int32Array(n),
      type: new Int8Array(n),
      lon: new Float64Array(n),
      lat: new Float64Array(n),
      sogKn: new Float64Array(n),
      cogDeg: new Float64Array(n),
      headingDeg: new Int16Array(n),
      navStatus: new Int8Array(n),
    }
    for (let i = 0; i < n; i++) {
      const v = Math.floor(random() * vesselCount)
      const isMoored = v % 5 < 2
      if (!isMoored) {
        cog[v] = (cog[v]! + (random() - 0.5) * 20 + 360) % 360
        lon[v] = Math.min(7, Math.max(3, lon[v]! + Math.sin((cog[v]! * Math.PI) / 180) * 0.004))
        lat[v] = Math.min(43.6, Math.max(42, lat[v]! + Math.cos((cog[v]! * Math.PI) / 180) * 0.003))
      }
      at[i] = Math.floor(firstDayMs + (start + i) * stepMs)
      receivedAt[i] = at[i]! + 1_500
      seq[i] = (start + i) * 60
      columns.mmsi[i] = firstMmsi + v
      columns.type[i] = 1 + (v % 3)
      columns.lon[i] = Math.round(lon[v]! * 600_000) / 600_000
      columns.lat[i] = Math.round(lat[v]! * 600_000) / 600_000
      columns.sogKn[i] = isMoored ? 0 : Math.round(random() * 200) / 10
      columns.cogDeg[i] = Math.round(cog[v]! * 10) / 10
      columns.headingDeg[i] = Math.floor(cog[v]!)
      columns.navStatus[i] = isMoored ? 5 : 0
    }
    yield {
      table: positionsTable.name,
      rowCount: n,
      columns: {
        _src: { kind: 'dictionary', dictionary: ['bench'], codes: new Int32Array(n) },
        _seq: { kind: 'float64-integer', values: seq },
        at: { kind: 'float64-integer', values: at },
        receivedAt: { kind: 'float64-integer', values: receivedAt },
        mmsi: { kind: 'int32', values: columns.mmsi },
        type: { kind: 'int8', values: columns.type },
        lon: { kind: 'float64', values: columns.lon },
        lat: { kind: 'float64', values: columns.lat },
        sogKn: { kind: 'float64', values: columns.sogKn },
        cogDeg: { kind: 'float64', values: columns.cogDeg },
        headingDeg: { kind: 'int16', values: columns.headingDeg },
        navStatus: { kind: 'int8', values: columns.navStatus },
      },
    }
  }
}
