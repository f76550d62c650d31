/** FlatGeobuf without an index, which could only be written when all is known: readers go through it in order. */
import { magicbytes } from 'flatgeobuf/lib/mjs/constants.js'
import { ColumnType } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js'
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js'
import { buildFeature, type IProperties } from 'flatgeobuf/lib/mjs/generic/feature.js'
import { buildHeader } from 'flatgeobuf/lib/mjs/generic/featurecollection.js'
import { parseGC, parseGeometry } from 'flatgeobuf/lib/mjs/geojson/geometry.js'
import type { OutputColumn } from '../odsql/output.ts'
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, featuresOf } from './format.ts'
import type { RowStream } from './rows.ts'

const types: Partial<Record<OutputColumn['type'], ColumnType>> = {
  int: ColumnType.Long,
  double: ColumnType.Double,
  boolean: ColumnType.Bool,
  datetime: ColumnType.DateTime,
  json_blob: ColumnType.Json,
  file: ColumnType.Json,
  geo_point_2d: ColumnType.Json,
  geo_shape: ColumnType.Json,
}

/** An export of no feature begins with these too: it is a header alone. */
export async function* writeFlatGeobuf(
  stream: RowStream,
  context: ExportContext,
): AsyncGenerator<Uint8Array> {
  const { names, columns, features } = featuresOf(stream, context)
  const header = {
    geometryType: GeometryType.Unknown,
    columns: columns.map(({ type, isMultivalued }, i) => ({
      name: names[i]!,
      type: isMultivalued ? ColumnType.Json : (types[type] ?? ColumnType.String),
      title: null,
      description: null,
      width: -1,
      precision: -1,
      scale: -1,
      nullable: true,
      unique: false,
      primary_key: false,
    })),
    envelope: null,
    // Not known before the last row; zero says so.
    featuresCount: 0,
    indexNodeSize: 0,
    crs: null,
    title: null,
    description: null,
    metadata: null,
  }
  const sink = new ByteSink()
  const add = (bytes: Uint8Array) => sink.copy(bytes, 0, bytes.length)
  add(magicbytes)
  add(buildHeader(header, context.epsg))
  for await (const chunk of features) {
    for (const { geometry, values } of chunk) {
      // The format has no feature without a geometry.
      if (!geometry) continue
      const properties: IProperties = {}
      for (const [i, value] of values.entries()) properties[names[i]!] = value as IProperties[string]
      const parsed =
        geometry.type === 'GeometryCollection' ? parseGC(geometry as never) : parseGeometry(geometry as never)
      add(buildFeature(parsed, properties, header))
      if (sink.isFull) yield sink.take()
    }
  }
  if (sink.length > 0) yield sink.take()
}
