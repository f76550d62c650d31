/** Spatial predicates as functions of DuckDB, whose own spatial extension is a download. */
import {
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  VARCHAR,
} from '@duckdb/node-api'
import { type Relation, type SpatialTest, spatialTest } from '../spatial/relate.ts'

/** Prepared geometries of the queries under way; a query has few. */
const maxPrepared = 32
const prepared = new Map<string, SpatialTest | undefined>()

function testOf(relation: string, geometry: string): SpatialTest | undefined {
  const key = `${relation} ${geometry}`
  if (!prepared.has(key)) {
    if (prepared.size >= maxPrepared) prepared.delete(prepared.keys().next().value as string)
    prepared.set(key, spatialTest(relation as Relation, geometry))
  }
  return prepared.get(key)
}

/** Makes `point_relates(relation, lon, lat, geometry)` and `shape_relates(relation, shape, geometry)`. */
export function registerSpatial(connection: DuckDBConnection): void {
  const register = (
    name: string,
    parameterTypes: DuckDBType[],
    passes: (test: SpatialTest, values: unknown[]) => boolean,
  ) =>
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes,
        returnType: BOOLEAN,
        mainFunction(_info, input, output) {
          const columns = parameterTypes.map((_, i) => input.getColumnVector(i))
          const last = columns.length - 1
          let known: { relation: unknown; geometry: unknown; test: SpatialTest | undefined } | undefined
          for (let row = 0; row < input.rowCount; row++) {
            const values = columns.map((column) => column.getItem(row))
            // Rows with a NULL are passed too; the answer is NULL for them whatever is set here.
            if (values.includes(null)) {
              output.setItem(row, false)
              continue
            }
            const [relation, geometry] = [values[0], values[last]]
            if (!known || known.geometry !== geometry || known.relation !== relation)
              known = { relation, geometry, test: testOf(String(relation), String(geometry)) }
            output.setItem(row, known.test ? passes(known.test, values) : false)
          }
          output.flush()
        },
      }),
    )
  register('point_relates', [VARCHAR, DOUBLE, DOUBLE, VARCHAR], (test, [, lon, lat]) =>
    test.point(Number(lon), Number(lat)),
  )
  register('shape_relates', [VARCHAR, VARCHAR, VARCHAR], (test, [, shape]) => test.shape(String(shape)))
}
