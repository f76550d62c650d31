/** Paths of exports: lists of formats, and the files. */
import { formatNamed, rowFormats } from '../exports/formats.ts'
import type { DatasetField } from '../schema.ts'
import { type Call, clauses, type Explore, isTimeless, type On, past, text } from './call.ts'
import { wordsIn } from './dataset-body.ts'
import { askerOf, matchesTag, stateTag } from './door.ts'
import { fileHeaders, openExport, sendFile } from './exports.ts'
import { datasetAddress, formatLinks } from './links.ts'
import { queryTextOf } from './parameters.ts'
import { secure } from './relation.ts'
import { noteUse } from './use.ts'
import { untilRightEnds } from './watched.ts'

const options = {
  use_labels: text('Labels instead of names of fields'),
  compressed: text('true: gzip'),
  epsg: text('Coordinate system of places, default 4326'),
  delimiter: text('CSV: ; , tab or |'),
  list_separator: text('CSV: between the values of one cell'),
  quote_all: text('CSV: quotes around every text'),
  with_bom: text('CSV: byte order mark, default true'),
  safe: text('CSV: no text that a spreadsheet would run as a formula'),
  parquet_compression: text('Parquet: snappy or zstd'),
  name_field: text('GPX: field of the names'),
  description_field_list: text('GPX: fields of the descriptions'),
  use_extension: text('GPX: fields as extensions, default true'),
  geo: text('The field of places, where there are several'),
  tile: text('MVT: z/x/y'),
}

export function exportRoutes(on: On, explore: Explore): void {
  on('/datasets/:dataset/exports', 'Formats in which a dataset is exported', {}, async (call) => {
    const { params, asking, reply } = call
    const asker = askerOf(call.request, call.parameters)
    const { visible } = await secure(explore, params.dataset!, asker, { action: 'discover' })
    const self = `${datasetAddress(asking.base, params.dataset!)}/exports`
    const formats = formatsFor(visible.fields)
    return reply.send(formatLinks(formats.map((rel) => ({ rel, href: `${self}/${rel}` }))))
  })

  on(
    '/datasets/:dataset/exports/:format',
    'All rows of an answer, as a file',
    { ...clauses, ...options, ...past },
    (call) => exportDataset(call, explore),
  )
}

/** Formats of places need a place, calendars a date. */
export function formatsFor(fields: readonly DatasetField[]): string[] {
  const types = new Set(fields.map(({ type }) => type))
  const hasPlace = types.has('geo_point_2d') || types.has('geo_shape')
  const hasDate = types.has('date') || types.has('timestamp')
  const ofPlaces = new Set(['fgb', 'geojson', 'gpx', 'kml', 'mvt', 'ov2', 'shp'])
  return Object.keys(rowFormats).filter((name) =>
    ofPlaces.has(name) ? hasPlace : name === 'ical' ? hasDate : true,
  )
}

async function exportDataset({ request, reply, parameters, params, asking }: Call, explore: Explore) {
  const asker = askerOf(request, parameters)
  const format = formatNamed(params.format!)
  const secured = await secure(explore, params.dataset!, asker, {
    action: 'export',
    at: parameters.text('at'),
  })
  const { source, visible, relation } = secured
  noteUse(request, parameters, relation.fields, visible.isPublic)
  const { id, title } = source.definition
  const queryText = queryTextOf(parameters)
  reply.header('cache-control', visible.isPublic ? 'public, max-age=0, must-revalidate' : 'private, no-store')
  if (source.version !== null) reply.header('lacydon-dataset-version', `v${source.version}`)
  if (source.state !== null && isTimeless(parameters)) {
    const etag = stateTag(
      source.state,
      [visible.fingerprint, asking.base, request.url, parameters].join('\n'),
    )
    reply.header('etag', etag)
    if (matchesTag(request.headers['if-none-match'], etag)) return reply.code(304).send()
  }
  const isPacked = parameters.flag('compressed', false)
  const contentType = isPacked ? 'application/gzip' : format.contentType
  const fileName = `${id}.${format.extension}${isPacked ? '.gzip' : ''}`
  if (request.method === 'HEAD') return fileHeaders(reply, contentType, fileName).send()
  const watched = untilRightEnds(request, reply, [visible], asking.signal)
  const pieces = await openExport(
    params.format!,
    {
      name: id,
      title: wordsIn(title, queryText.lang ?? 'fr'),
      address: datasetAddress(asking.base, id),
      relation,
      text: queryText,
    },
    parameters,
    { ...asking, signal: watched },
  )
  return sendFile(reply, pieces, { contentType, fileName })
}
