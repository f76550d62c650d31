/** Shapefiles in a zip: one per kind of geometry, with the full names of its short fields beside. */
import { projectionOf } from '../loading/projection.ts'
import { type ExportContext, type Feature, featuresOf } from './format.ts'
import type { RowStream } from './rows.ts'
import { partsOf, type ShapeKind, ShapeWriter } from './shapefile-shapes.ts'
import { DbfWriter, dbfFields } from './shapefile-table.ts'
import { textContent, writeZip, type ZipEntry } from './zip.ts'

interface Layer {
  shapes: ShapeWriter
  table: DbfWriter
}

const suffixes: Record<ShapeKind, string> = {
  point: 'point',
  points: 'multipoint',
  line: 'line',
  polygon: 'polygon',
  none: 'none',
}

/** Headers tell sizes and boxes, so the parts wait in temporary files until the last row. */
export const writeShapefile = (stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> =>
  writeZip(entries(stream, context))

/** A row goes where its geometry does; a collection of several kinds to each of them. */
async function add({ geometry, values }: Feature, layer: (kind: ShapeKind) => Promise<Layer>): Promise<void> {
  for (const { kind, parts } of partsOf(geometry)) {
    const { shapes, table } = await layer(kind)
    await shapes.add(parts)
    await table.add(values)
  }
}

async function* entries(stream: RowStream, context: ExportContext): AsyncGenerator<ZipEntry> {
  const { names, columns, features } = featuresOf(stream, context)
  const { datasetId, epsg } = context
  const fields = dbfFields(names, columns)
  const layers = new Map<ShapeKind, Layer>()
  const layer = async (kind: ShapeKind): Promise<Layer> => {
    const known = layers.get(kind)
    if (known) return known
    const made = { shapes: await ShapeWriter.open(kind), table: await DbfWriter.open(fields, context.now) }
    layers.set(kind, made)
    return made
  }
  try {
    let hasBegun = false
    for await (const chunk of features) {
      // Whoever waits sees at once that the rows come: this part needs none of them.
      if (!hasBegun) yield fieldNames(datasetId, fields)
      hasBegun = true
      for (const feature of chunk) await add(feature, layer)
    }
    if (!hasBegun) yield fieldNames(datasetId, fields)
    if (layers.size === 0) await layer('none')
    for (const [kind, { shapes, table }] of layers) {
      const name = layers.size === 1 ? datasetId : `${datasetId}-${suffixes[kind]}`
      await shapes.finish()
      await table.finish()
      yield { name: `${name}.shp`, content: shapes.shapes() }
      yield { name: `${name}.shx`, content: shapes.index() }
      yield { name: `${name}.dbf`, content: table.content() }
      yield { name: `${name}.prj`, content: textContent(wellKnownText(epsg)) }
      yield { name: `${name}.cpg`, content: textContent('UTF-8') }
    }
  } finally {
    for (const { shapes, table } of layers.values()) {
      await shapes.remove()
      await table.remove()
    }
  }
}

/** Full names of the fields: those of a table have ten letters. */
function fieldNames(datasetId: string, fields: ReturnType<typeof dbfFields>): ZipEntry {
  const lines = fields.map(({ name, fullName }) => `${name},"${fullName.replaceAll('"', '""')}"\r\n`)
  return { name: `${datasetId}-fields.csv`, content: textContent(`field,name\r\n${lines.join('')}`) }
}

const wgs84Text =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],' +
  'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'

/** As well-known text, made from the parameters of the definition. */
function wellKnownText(epsg: number): string {
  if (epsg === 4326) return wgs84Text
  const { name, definition } = projectionOf(epsg)
  const parameters = new Map(
    [...definition.matchAll(/\+(\w+)=(\S+)/g)].map(([, key, value]): [string, string] => [key!, value!]),
  )
  const number = (key: string) => Number(parameters.get(key) ?? 0)
  const zone = number('zone')
  const isSouth = /\+south\b/.test(definition)
  const isMercator = parameters.get('proj') === 'merc'
  const [projection, values]: [string, Record<string, number>] =
    parameters.get('proj') === 'utm'
      ? [
          'Transverse_Mercator',
          {
            False_Easting: 500_000,
            False_Northing: isSouth ? 10_000_000 : 0,
            Central_Meridian: zone * 6 - 183,
            Scale_Factor: 0.9996,
            Latitude_Of_Origin: 0,
          },
        ]
      : isMercator
        ? [
            'Mercator_Auxiliary_Sphere',
            {
              False_Easting: 0,
              False_Northing: 0,
              Central_Meridian: 0,
              Standard_Parallel_1: 0,
              Auxiliary_Sphere_Type: 0,
            },
          ]
        : parameters.get('proj') === 'laea'
          ? [
              'Lambert_Azimuthal_Equal_Area',
              {
                False_Easting: number('x_0'),
                False_Northing: number('y_0'),
                Central_Meridian: number('lon_0'),
                Latitude_Of_Origin: number('lat_0'),
              },
            ]
          : [
              'Lambert_Conformal_Conic',
              {
                False_Easting: number('x_0'),
                False_Northing: number('y_0'),
                Central_Meridian: number('lon_0'),
                Standard_Parallel_1: number('lat_1'),
                Standard_Parallel_2: number('lat_2') || number('lat_1'),
                Latitude_Of_Origin: number('lat_0'),
              },
            ]
  const geographic =
    isMercator || parameters.get('datum') === 'WGS84'
      ? wgs84Text
      : 'GEOGCS["GCS_GRS_1980",DATUM["D_GRS_1980",SPHEROID["GRS_1980",6378137.0,298.257222101]],' +
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
  const given = Object.entries(values).map(([key, value]) => `PARAMETER["${key}",${value}]`)
  return `PROJCS["${name.replaceAll('"', '')}",${geographic},PROJECTION["${projection}"],${given.join(',')},UNIT["Meter",1.0],AUTHORITY["EPSG","${epsg}"]]`
}
