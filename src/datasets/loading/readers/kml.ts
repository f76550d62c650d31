import type { ZipArchive } from '../containers/zip-archive.ts'
import { refusal } from '../refusal.ts'
import { ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'
import { fileChunks, readXml, type XmlEvents } from './xml.ts'

type Position = [number, number]
interface Geometry {
  type: string
  coordinates?: unknown
  geometries?: Geometry[]
}

interface Building {
  type: string
  parts: Geometry[]
  rings: Position[][]
  positions: Position[]
}

const geometryNames = new Set([
  'Point',
  'LineString',
  'LinearRing',
  'Polygon',
  'MultiGeometry',
  'Track',
  'MultiTrack',
])

/**
 * KML, alone or in a KMZ: a row for each placemark, with its extended data and the folders it is in. All KML files of a
 * KMZ are read: its first one often only links to the others.
 */
export async function readKml(
  { path, writer, limits }: ReadContext,
  archive: ZipArchive | undefined,
): Promise<ReadTable> {
  const entries = archive?.entries.filter(({ name }) => /\.kml$/i.test(name)) ?? []
  const files = archive ? entries.map((entry) => archive.read(entry)) : [fileChunks(path)]
  const table = new ObjectTable(writer, limits)
  const stack: string[] = []
  const folders: string[] = []
  let values: Map<string, string> | undefined
  let geometry: Geometry | undefined
  let open: Building[] = []
  let dataName = ''
  let count = 0
  const events: XmlEvents = {
    open(name, attributes) {
      stack.push(name)
      if (name === 'Folder') folders.push('')
      if (name === 'Placemark') {
        values = new Map()
        geometry = undefined
        open = []
      }
      if (!values) return
      if (name === 'Data' || name === 'SimpleData') dataName = attributes.name ?? ''
      const isRing = name === 'LinearRing' && open.at(-1)?.type === 'Polygon'
      if (geometryNames.has(name) && !isRing) open.push({ type: name, parts: [], rings: [], positions: [] })
    },
    close(name, text) {
      stack.pop()
      const parent = stack.at(-1)
      if (name === 'Folder') folders.pop()
      if (name === 'name' && parent === 'Folder') folders[folders.length - 1] = text
      if (!values) return
      if (parent === 'Placemark' && leaves.has(name) && text !== '') values.set(name, text)
      if ((name === 'value' && parent === 'Data') || name === 'SimpleData') values.set(dataName, text)
      if (['begin', 'end', 'when'].includes(name) && (parent === 'TimeSpan' || parent === 'TimeStamp'))
        values.set(name, text)
      const building = open.at(-1)
      if (building && name === 'coordinates') {
        const positions = positionsOf(text)
        if (building.type === 'Polygon') building.rings.push(positions)
        else building.positions.push(...positions)
      }
      if (building && name === 'coord') building.positions.push(...positionsOf(text.replaceAll(' ', ',')))
      if (building && name === building.type) {
        open.pop()
        const made = geometryOf(building)
        const outer = open.at(-1)
        if (made && outer) outer.parts.push(made)
        else if (made) geometry = made
      }
      if (name !== 'Placemark') return
      count++
      for (const [key, value] of values) table.put(key === '' ? 'data' : key, value)
      const folder = folders.filter(Boolean).join(' / ')
      if (folder !== '') table.put('folder', folder)
      table.put('geometry', geometry ?? null)
      table.endRow()
      values = undefined
    },
  }
  for (const file of files) await readXml(file, limits, 'KML', events)
  if (count === 0)
    throw refusal(
      'no_rows',
      'This KML file has no placemark of its own.',
      'If it only links to another address, download that file and send it.',
    )
  // Extended data are texts in KML whatever they mean: their types are inferred.
  const read = table.table()
  const columns = read.columns!.map((column) =>
    column.declared === 'text' && !leaves.has(column.name) ? { name: column.name } : column,
  )
  return { ...read, columns }
}

const leaves = new Set(['name', 'description', 'address', 'phoneNumber', 'visibility', 'styleUrl', 'snippet'])

/** `lon,lat,height lon,lat,height …`; heights are left out. */
function positionsOf(text: string): Position[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((tuple) => {
      const [lon, lat] = tuple.split(',')
      return [Number(lon), Number(lat)]
    })
}

function geometryOf({ type, parts, rings, positions }: Building): Geometry | undefined {
  switch (type) {
    case 'Point':
      return positions[0] && { type, coordinates: positions[0] }
    case 'LineString':
    case 'LinearRing':
    case 'Track':
      return positions.length > 1 ? { type: 'LineString', coordinates: positions } : undefined
    case 'Polygon':
      return rings.length > 0 ? { type, coordinates: rings } : undefined
    default:
      return collect(parts)
  }
}

const multiples: Record<string, string> = {
  Point: 'MultiPoint',
  LineString: 'MultiLineString',
  Polygon: 'MultiPolygon',
}

function collect(parts: Geometry[]): Geometry | undefined {
  const [first] = parts
  if (!first) return undefined
  if (parts.length === 1) return first
  const multiple = multiples[first.type]
  if (multiple && parts.every(({ type }) => type === first.type))
    return { type: multiple, coordinates: parts.map(({ coordinates }) => coordinates) }
  return { type: 'GeometryCollection', geometries: parts }
}
