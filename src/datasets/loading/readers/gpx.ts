import { refusal } from '../refusal.ts'
import { ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'
import { fileChunks, readXml } from './xml.ts'

type Position = [number, number]

/** Leaves of a waypoint, route or track that become columns. */
const leaves = new Set([
  'name',
  'cmt',
  'desc',
  'src',
  'sym',
  'type',
  'time',
  'ele',
  'fix',
  'sat',
  'hdop',
  'vdop',
  'pdop',
  'number',
  'magvar',
  'geoidheight',
])
const kinds: Record<string, string> = { wpt: 'waypoint', rte: 'route', trk: 'track' }

/** GPX: a row for each waypoint, route and track. A track's times are its first and last one. */
export async function readGpx({ path, writer, limits }: ReadContext): Promise<ReadTable> {
  const table = new ObjectTable(writer, limits)
  const stack: string[] = []
  let item: { kind: string; values: Map<string, string>; lines: Position[][]; times: string[] } | undefined
  let count = 0
  await readXml(fileChunks(path), limits, 'GPX', {
    open(name, { lat, lon }) {
      stack.push(name)
      if (stack.length === 2 && name in kinds)
        item = { kind: kinds[name]!, values: new Map(), lines: [], times: [] }
      if (!item) return
      if (name === 'trkseg') item.lines.push([])
      if (name === 'wpt' || name === 'trkpt' || name === 'rtept') {
        if (item.lines.length === 0) item.lines.push([])
        item.lines.at(-1)!.push([Number(lon), Number(lat)])
      }
    },
    close(name, text) {
      const parent = stack.at(-2)
      stack.pop()
      if (!item) return
      if (stack.length === 2 && leaves.has(name) && text !== '') item.values.set(name, text)
      if (name === 'time' && (parent === 'trkpt' || parent === 'rtept')) item.times.push(text)
      if (stack.length !== 1 || !(name in kinds)) return
      count++
      table.put('kind', item.kind)
      for (const [key, value] of item.values) table.put(key, numeric.has(key) ? Number(value) : value)
      if (item.times.length > 0) {
        table.put('started_at', item.times[0])
        table.put('ended_at', item.times.at(-1))
      }
      table.put('geometry', geometryOf(item.kind, item.lines))
      table.endRow()
      item = undefined
    },
  })
  if (count === 0)
    throw refusal('no_rows', 'This GPX file has no waypoint, route or track.', 'Send one that has.')
  return table.table()
}

const numeric = new Set(['ele', 'sat', 'hdop', 'vdop', 'pdop', 'number', 'magvar', 'geoidheight'])

function geometryOf(kind: string, lines: Position[][]) {
  if (kind === 'waypoint') return { type: 'Point', coordinates: lines[0]?.[0] ?? [] }
  const drawn = lines.filter((line) => line.length > 1)
  if (drawn.length === 0) return null
  return drawn.length === 1
    ? { type: 'LineString', coordinates: drawn[0] }
    : { type: 'MultiLineString', coordinates: drawn }
}
