/** Time zones as functions of DuckDB: its own cost a microsecond a value, seven times as much. */
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBVector,
  VARCHAR,
} from '@duckdb/node-api'
import { bucketStartMs } from '../calendar.ts'
import type { TimeUnit } from '../query.ts'
import { zoneOffsetMs } from '../time-zone.ts'

/**
 * Makes `zone_offset_ms(ms, zone)` and `zone_bucket_ms(ms, zone, unit, count)`; all but `ms` are constants of the query.
 * Instants are doubles: milliseconds since 1970 UTC.
 */
export function registerZones(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'zone_offset_ms',
      parameterTypes: [DOUBLE, VARCHAR],
      returnType: DOUBLE,
      mainFunction(_info, input, output) {
        const zone = String(input.getColumnVector(1).getItem(0))
        fill(input.getColumnVector(0), output, input.rowCount, (ms) => zoneOffsetMs(ms, zone))
      },
    }),
  )
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'zone_bucket_ms',
      parameterTypes: [DOUBLE, VARCHAR, VARCHAR, DOUBLE],
      returnType: DOUBLE,
      mainFunction(_info, input, output) {
        const [zone, unit, count] = [1, 2, 3].map((i) => input.getColumnVector(i).getItem(0))
        const start = (ms: number) => bucketStartMs(ms, unit as TimeUnit, Number(count), String(zone))
        fill(input.getColumnVector(0), output, input.rowCount, start)
      },
    }),
  )
}

/** HOT: once per value. */
function fill(from: DuckDBVector, to: DuckDBVector, rowCount: number, of: (ms: number) => number): void {
  const [source, target] = [from, to] as [DuckDBVector<number>, DuckDBVector<number>]
  for (let row = 0; row < rowCount; row++) {
    const ms = source.getItem(row)
    target.setItem(row, ms === null ? null : of(ms))
  }
  target.flush()
}
