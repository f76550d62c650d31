/** Lists and places in ClickHouse's SQL. */
import { invalidInput } from '../../../errors.ts'
import type { Dialect } from '../emit/dialect.ts'
import { type Geometry, readGeoJson } from '../spatial/geojson.ts'

const elementTypes = { text: 'String', integer: 'Int64', double: 'Float64', boolean: 'Bool' }

/** The multipolygon `pointInPolygon` reads; undefined for lines and points, which have no inside here. */
function polygonsText({ points, lines, polygons }: Geometry): string | undefined {
  if (points.length > 0 || lines.length > 0) return undefined
  const ring = (positions: readonly (readonly [number, number])[]) =>
    `[${positions.map(([lon, lat]) => `(${lon},${lat})`).join(',')}]`
  return `[${polygons.map((rings) => `[${rings.map(ring).join(',')}]`).join(',')}]`
}

export const clickHouseLists: Pick<Dialect, 'list' | 'any' | 'elements' | 'values' | 'relates'> = {
  list: (list, of) =>
    list.kind === 'words'
      ? `arrayFilter(w -> w != '', splitByRegexp('[^\\\\p{L}\\\\p{N}]+', removeDiacriticsUTF8(lowerUTF8(ifNull(${of}, '')))))`
      : `JSONExtract(ifNull(${of}, ''), 'Array(Nullable(${elementTypes[list.type]}))')`,
  any: (list, element, condition) => `arrayExists(${element} -> ifNull(${condition}, false), ${list})`,
  elements: (columns, from, list, as) => `SELECT ${columns}, ${as} FROM ${from} ARRAY JOIN ${list} AS ${as}`,
  values: (lists) =>
    `SELECT ${lists.map(({ as }) => as).join(', ')} FROM (SELECT 1) ARRAY JOIN ${lists
      .map(({ sql, as }) => `${sql} AS ${as}`)
      .join(', ')}`,
  relates(_relation, of, geometry, bind) {
    const text = polygonsText(readGeoJson(geometry) as Geometry)
    if (of.length !== 2 || text === undefined)
      throw invalidInput(
        'ClickHouse compares points with polygons only.',
        'Use a box or a distance, or a polygon and a field of points.',
      )
    // Polygons are read from text so that their coordinates stay out of the statement.
    const polygons = `CAST(${bind(text, 'text')}, 'MultiPolygon')`
    return `if(${of.map((c) => `isNull(${c})`).join(' OR ')}, false, pointInPolygon((assumeNotNull(${of[0]}), assumeNotNull(${of[1]})), ${polygons}))`
  },
}
