/** Datasets for the tests of ODSQL: rows given as answers show them, kept by real engines and in memory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clickHouseMissing, startClickHouse } from '../../../tests/clickhouse/start.ts'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import { openClickHouse } from '../../engines/columnar/clickhouse/open.ts'
import type { Columnar, Row, TableSpec } from '../../engines/columnar/columnar.ts'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import { evaluateQuery } from '../../engines/columnar/evaluate-query.ts'
import { readGeoJson } from '../../engines/columnar/spatial/geojson.ts'
import { boxColumns, columnName, columnsOf, pointColumns } from '../rules.ts'
import type { DatasetField, FieldAnnotations } from '../schema.ts'
import type { Ask } from './plan.ts'
import type { Relation } from './relation.ts'

export const field = (
  name: string,
  type: DatasetField['type'],
  annotations?: FieldAnnotations,
): DatasetField => ({ name, type, label: { fr: name, en: name }, ...(annotations && { annotations }) })

/** A field's value: points as lon and lat, shapes as GeoJSON, lists as arrays. Absent is null. */
export type TestRecord = Record<string, unknown>

export interface TestDataset {
  spec: TableSpec
  fields: DatasetField[]
  rows: Row[]
  relation: Relation
}

export function testDataset(
  name: string,
  fields: DatasetField[],
  records: readonly TestRecord[],
): TestDataset {
  const columns = [{ name: 'n_', type: 'bigint' as const }, ...fields.flatMap(columnsOf)]
  const rows = records.map((record, i) => rowOf(fields, record, i))
  const spec = { name, columns, sortBy: [] }
  return {
    spec,
    fields,
    rows,
    relation: { from: { kind: 'table', table: name }, fields, rowOrder: [{ name: 'n_', type: 'bigint' }] },
  }
}

function rowOf(fields: readonly DatasetField[], record: TestRecord, n: number): Row {
  const row: Row = { n_: n }
  for (const of of fields) {
    const value = record[of.name] ?? null
    if (of.type === 'geo_point_2d') {
      const { lon, lat } = pointColumns(of)
      const point = value as { lon: number; lat: number } | null
      row[lon] = point?.lon ?? null
      row[lat] = point?.lat ?? null
    } else if (of.type === 'geo_shape') {
      const box = value === null ? undefined : readGeoJson(value)?.box
      row[columnName(of.name)] = value === null ? null : JSON.stringify(value)
      for (const [side, column] of Object.entries(boxColumns(of))) row[column] = box?.[side as 'west'] ?? null
    } else
      row[columnName(of.name)] =
        typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as never)
  }
  return row
}

export interface TestEngine {
  name: string
  ask: Ask
  replace(dataset: TestDataset): Promise<void>
}

/** DuckDB, ClickHouse where it can run, and the evaluation in memory: `engines` fill up when `open` is done. */
export function testEngines({ withClickHouse = false } = {}) {
  const engines: TestEngine[] = []
  const ends: (() => Promise<unknown>)[] = []
  const add = (name: string, columnar: Columnar) =>
    engines.push({
      name,
      ask: (query, maxRows) => columnar.query(query, { deadlineMs: 60_000, ...(maxRows && { maxRows }) }),
      async replace({ spec, rows }) {
        await columnar.define(spec)
        await columnar.replace(batchOfRows(spec, rows))
      },
    })
  return {
    engines,
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'lacydon-odsql-'))
      ends.push(() => rm(folder, { recursive: true }))
      const duckdb = await openDuckDb({ folder: join(folder, 'columnar'), log: silentLog })
      ends.push(() => duckdb.close())
      add('DuckDB', duckdb)
      if (withClickHouse && !clickHouseMissing) {
        const server = await startClickHouse()
        ends.push(() => server.stop())
        const clickHouse = await openClickHouse({ url: server.url, log: silentLog })
        ends.push(() => clickHouse.close())
        add('ClickHouse', clickHouse)
      }
      const kept = new Map<string, TestDataset>()
      engines.push({
        name: 'memory',
        ask: async (query) => evaluateQuery(query, (name) => kept.get(name)),
        replace: async (dataset) => {
          kept.set(dataset.spec.name, dataset)
        },
      })
    },
    async close() {
      for (const end of ends.reverse()) await end()
    },
  }
}
