/** One Mapbox vector tile (2.1) of the rows that touch it. */
import { GeoJSONVT } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import type { Expression } from '../../engines/columnar/query.ts'
import { column } from '../../engines/columnar/query.ts'
import { LacydonError, tooExpensive } from '../../errors.ts'
import type { Parameters } from '../explore/parameters.ts'
import { boxColumns, pointColumns } from '../rules.ts'
import type { DatasetField } from '../schema.ts'
import { extent, isTile, maxZoom, meetsBox, type TileAddress, tileBox } from '../tiles/mercator.ts'
import { type ExportContext, featuresOf, plainText } from './format.ts'
import type { RowStream } from './rows.ts'

const maxFeatures = 200_000
/** Around the tile, in its own units: lines and outlines go on a little. */
const buffer = 64

/** `z`, `x`, `y`, or `tile=z/x/y`. Throws 400 for what is no tile. */
export function tileOf(parameters: Parameters): TileAddress {
  const [tz, tx, ty] = parameters.text('tile')?.split('/') ?? []
  const whole = (name: string, given: string | undefined) => {
    const text = given ?? parameters.text(name)
    return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  }
  const [z, x, y] = [whole('z', tz), whole('x', tx), whole('y', ty)]
  if (!isTile({ z, x, y }))
    throw new LacydonError(
      'InvalidRESTParameterError',
      400,
      `This format is one tile: write z, x and y, such as z=8&x=131&y=93, with z up to ${maxZoom}.`,
    )
  return { z, x, y }
}

export async function* writeMvt(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const { z, x, y } = tileOf(context.parameters)
  const { names, features } = featuresOf(stream, { ...context, project: undefined })
  const found: unknown[] = []
  for await (const chunk of features)
    for (const { geometry, values } of chunk) {
      if (!geometry) continue
      if (found.length >= maxFeatures)
        throw tooExpensive(`The tile would have more than ${maxFeatures} rows.`, 'Ask for one further in.')
      const tags = Object.fromEntries(
        values.flatMap((value, i) =>
          value === null ? [] : [[names[i]!, typeof value === 'object' ? plainText(value) : value]],
        ),
      )
      found.push({ type: 'Feature', geometry, properties: tags })
    }
  const index = new GeoJSONVT({ type: 'FeatureCollection', features: found } as never, {
    maxZoom: Math.max(z, 1),
    indexMaxZoom: 0,
    extent,
    buffer,
  })
  const tile = index.getTile(z, x, y)
  yield tile
    ? fromGeojsonVt({ [context.datasetId]: tile } as never, { version: 2, extent })
    : new Uint8Array()
}

/** Rows whose place may touch the tile. */
export function touchesTile(field: DatasetField, address: TileAddress): Expression {
  const box = tileBox(address, buffer / extent)
  if (field.type === 'geo_shape') {
    const { west, south, east, north } = boxColumns(field)
    return meetsBox(
      { west: column(west), south: column(south), east: column(east), north: column(north) },
      box,
    )
  }
  const { lon, lat } = pointColumns(field)
  return meetsBox({ west: column(lon), south: column(lat), east: column(lon), north: column(lat) }, box)
}
