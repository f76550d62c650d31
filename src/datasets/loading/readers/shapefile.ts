/** Shapefiles: geometry from .shp, values from .dbf, coordinate system from .prj, encoding from .cpg. */
import type { ZipArchive, ZipEntry } from '../containers/zip-archive.ts'
import type { DeclaredType } from '../inference/column-type.ts'
import { epsgOfDescription } from '../projection.ts'
import { damaged, refusal } from '../refusal.ts'
import { ByteFeed } from './byte-feed.ts'
import { type DbfField, dbfRecords } from './dbf.ts'
import { geometryOfShape } from './shp-geometry.ts'
import type { ReadContext, ReadTable } from './source.ts'

const prjBytes = 100_000

/** One layer of a zipped Shapefile; others are named in `layers`. */
export async function readShapefile(
  { writer, layer, limits }: ReadContext,
  archive: ZipArchive,
): Promise<ReadTable> {
  const shapes = archive.entries.filter(({ name }) => /\.shp$/i.test(name) && !name.startsWith('__MACOSX'))
  const layers = shapes.map(({ name }) => baseOf(name))
  const chosen = layer === undefined ? 0 : layers.indexOf(layer)
  const shp = shapes[chosen]
  if (!shp)
    throw refusal('no_layer', `This Shapefile has no layer “${layer}”.`, `It has: ${layers.join(', ')}.`)
  const beside = (extension: string) => siblingOf(archive, shp, extension)
  const dbf = beside('dbf')
  if (!dbf)
    throw refusal(
      'shapefile_alone',
      `The .dbf that belongs to “${shp.name.slice(-80)}” is missing.`,
      'Zip the .shp with its .dbf, .shx and .prj and send that.',
    )
  const prj = beside('prj')
  const notes: string[] = []
  const description = prj && (await archive.readAll(prj, prjBytes)).toString('latin1')
  const epsg = description === undefined ? undefined : epsgOfDescription(description)
  if (description === undefined)
    notes.push('It has no .prj: coordinates are taken for WGS 84 unless an EPSG number is stated.')
  else if (epsg === undefined)
    notes.push(
      `Its coordinate system (${description.slice(0, 60)}…) is not known here: state its EPSG number.`,
    )
  const cpg = beside('cpg')
  const encoding = cpg && encodingOf((await archive.readAll(cpg, 1_000)).toString('latin1').trim())

  const geometries = shpGeometries(new ByteFeed(archive.read(shp), 'Shapefile', limits.recordBytes))
  let fields: DbfField[] = []
  const values = dbfRecords(
    new ByteFeed(archive.read(dbf), 'Shapefile', limits.recordBytes),
    encoding,
    (found) => {
      fields = found
    },
  )
  try {
    for await (const geometry of geometries) {
      const record = await values.next()
      if (record.done) throw damaged('Shapefile', 'its .dbf has fewer records than its .shp')
      if (record.value === null) continue
      writer.write([...record.value, geometry === undefined ? null : JSON.stringify(geometry)])
    }
    // An empty layer still has columns.
    if (fields.length === 0) await values.next()
  } finally {
    await geometries.return(undefined)
    await values.return(undefined)
  }
  return {
    columns: [
      ...fields.map(({ name, declared }) => ({ name, declared })),
      { name: 'geometry', declared: 'geometry' as DeclaredType },
    ],
    ...(epsg !== undefined && { epsg }),
    layer: layers[chosen]!,
    layers,
    notes,
  }
}

const baseOf = (name: string) => name.slice(name.lastIndexOf('/') + 1).replace(/\.shp$/i, '')

function siblingOf(archive: ZipArchive, shp: ZipEntry, extension: string): ZipEntry | undefined {
  const wanted = shp.name.replace(/shp$/i, extension).toLowerCase()
  return archive.entries.find(({ name }) => name.toLowerCase() === wanted)
}

function encodingOf(text: string): string | undefined {
  const label = /^\d+$/.test(text)
    ? text === '65001'
      ? 'utf-8'
      : `windows-${text}`
    : text.replace(/^ISO 8859/i, 'iso-8859')
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

async function* shpGeometries(feed: ByteFeed): AsyncGenerator<unknown> {
  const header = await feed.take(100)
  if (header?.readInt32BE(0) !== 9994) throw damaged('Shapefile', 'its .shp does not begin as one')
  for (;;) {
    const head = await feed.take(8)
    if (!head) return
    const length = head.readInt32BE(4) * 2
    if (length < 4) throw damaged('Shapefile', 'a record has no length')
    const content = await feed.take(length)
    if (!content) throw damaged('Shapefile', 'its .shp is cut short')
    yield geometryOfShape(content)
  }
}
