/** Every format of rows, by the name it has in addresses. */
import { notFound } from '../../errors.ts'
import { writeCsv } from './csv.ts'
import { writeFlatGeobuf } from './fgb.ts'
import type { ExportContext, RowFormat } from './format.ts'
import { writeGeoJson } from './geojson.ts'
import { writeGpx } from './gpx.ts'
import { writeICal } from './ical.ts'
import { writeJson, writeJsonLines } from './json.ts'
import { writeJsonLd } from './json-ld.ts'
import { writeKml } from './kml.ts'
import { writeMvt } from './mvt.ts'
import { writeOv2 } from './ov2.ts'
import { writeParquet } from './parquet.ts'
import { writeRdfXml } from './rdf-xml.ts'
import { writeShapefile } from './shapefile.ts'
import { writeTurtle } from './turtle.ts'
import { writeXlsx } from './xlsx.ts'

const delimiters = [';', ',', '\t', '|'] as const
const csvOptions = ({ parameters }: ExportContext) => ({
  delimiter: parameters.choice('delimiter', delimiters, ';'),
  listSeparator: parameters.text('list_separator') ?? ',',
  quoteAll: parameters.flag('quote_all', false),
  withBom: parameters.flag('with_bom', true),
  safe: parameters.flag('safe', false),
})

const utf8 = (type: string) => `${type}; charset=utf-8`

/** Formats that take long are written on a thread of their own. */
const slow = [
  'fgb',
  'gpx',
  'jsonld',
  'kml',
  'n3',
  'ov2',
  'parquet',
  'rdfxml',
  'shp',
  'turtle',
  'xlsx',
  'ical',
]

export const rowFormats: Record<string, RowFormat> = {
  csv: {
    contentType: utf8('text/csv'),
    extension: 'csv',
    write: (stream, context) => writeCsv(stream, csvOptions(context)),
  },
  fgb: { contentType: 'application/vnd.flatgeobuf', extension: 'fgb', write: writeFlatGeobuf },
  geojson: { contentType: 'application/geo+json', extension: 'geojson', write: writeGeoJson },
  gpx: { contentType: 'application/gpx+xml', extension: 'gpx', write: writeGpx },
  json: { contentType: utf8('application/json'), extension: 'json', write: writeJson },
  jsonl: { contentType: 'application/jsonl', extension: 'jsonl', write: writeJsonLines },
  jsonld: { contentType: 'application/ld+json', extension: 'jsonld', write: writeJsonLd },
  kml: { contentType: 'application/vnd.google-earth.kml+xml', extension: 'kml', write: writeKml },
  n3: { contentType: utf8('text/n3'), extension: 'n3', write: writeTurtle },
  ov2: { contentType: 'application/octet-stream', extension: 'ov2', write: writeOv2 },
  parquet: { contentType: 'application/vnd.apache.parquet', extension: 'parquet', write: writeParquet },
  rdfxml: { contentType: 'application/rdf+xml', extension: 'rdf', write: writeRdfXml },
  shp: { contentType: 'application/zip', extension: 'zip', write: writeShapefile },
  turtle: { contentType: utf8('text/turtle'), extension: 'ttl', write: writeTurtle },
  xlsx: {
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extension: 'xlsx',
    write: writeXlsx,
  },
  ical: { contentType: utf8('text/calendar'), extension: 'ics', write: writeICal },
  mvt: { contentType: 'application/vnd.mapbox-vector-tile', extension: 'mvt', write: writeMvt },
}

for (const name of slow) rowFormats[name]!.isSlow = true

/** Throws 404. */
export function formatNamed(name: string): RowFormat {
  const format = Object.hasOwn(rowFormats, name) ? rowFormats[name] : undefined
  if (!format) throw notFound('format', name)
  return format
}
