/** GeoPackage: a SQLite file with feature and attribute tables (OGC 12-128). Opened read-only; only its own tables are read. */
import Database from 'libsql'
import type { DeclaredType } from '../inference/column-type.ts'
import { epsgOfDescription, isKnownEpsg } from '../projection.ts'
import { damaged, refusal } from '../refusal.ts'
import type { ReadContext, ReadTable } from './source.ts'
import type { CellValue } from './table-writer.ts'
import { geometryOfWkb } from './wkb.ts'

interface Layer {
  table_name: string
  data_type: string
}

interface Column {
  name: string
  type: string
  pk: number
}

export function readGeoPackage({ path, writer, layer }: ReadContext): ReadTable {
  const db = openReadOnly(path)
  try {
    return readLayer(db, writer.write.bind(writer), layer)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code?.startsWith('SQLITE_')) throw damaged('GeoPackage', (error as Error).message.slice(0, 150))
    throw error
  } finally {
    db.close()
  }
}

function openReadOnly(path: string): Database.Database {
  const db = new Database(path, { readonly: true } as Database.Options)
  // Views and triggers of a stranger's file run nothing but what SQLite itself calls harmless.
  db.exec('PRAGMA trusted_schema = OFF')
  return db
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function readLayer(
  db: Database.Database,
  write: (cells: CellValue[]) => void,
  wanted: string | undefined,
): ReadTable {
  const master = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[]
  const tables = new Set(master.map(({ name }) => name))
  if (!tables.has('gpkg_contents'))
    throw refusal(
      'database',
      'This is a SQLite database, but no GeoPackage.',
      'Export the table you mean as CSV or GeoPackage.',
    )
  const contents = db.prepare('SELECT table_name, data_type FROM gpkg_contents').all() as Layer[]
  const usable = contents.filter(
    ({ table_name, data_type }) =>
      tables.has(table_name) && (data_type === 'features' || data_type === 'attributes'),
  )
  const layers = usable.map(({ table_name }) => table_name)
  const chosen = wanted === undefined ? usable[0] : usable.find(({ table_name }) => table_name === wanted)
  if (!chosen)
    throw refusal(
      'no_layer',
      wanted === undefined
        ? 'This GeoPackage has no table of features.'
        : `This GeoPackage has no layer “${wanted}”.`,
      layers.length > 0 ? `It has: ${layers.join(', ')}.` : 'Rasters are not loaded as rows.',
    )
  const name = chosen.table_name
  const geometry = tables.has('gpkg_geometry_columns')
    ? (db.prepare('SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?').get(name) as
        | { column_name: string; srs_id: number }
        | undefined)
    : undefined
  const columns = db.prepare(`PRAGMA table_info(${quoted(name)})`).all() as Column[]
  const notes: string[] = []
  if (layers.length > 1) notes.push(`It has ${layers.length} layers; “${name}” is read.`)
  const epsg = geometry && epsgOf(db, geometry.srs_id, notes)
  const list = columns.map((column) => quoted(column.name)).join(', ')
  const statement = db.prepare(`SELECT ${list} FROM ${quoted(name)}`).raw(true)
  for (const row of statement.iterate() as Iterable<unknown[]>)
    write(row.map((value, i) => cellOf(value, columns[i]!, columns[i]!.name === geometry?.column_name)))
  return {
    columns: columns.map((column) => ({
      name: column.name,
      declared: column.name === geometry?.column_name ? 'geometry' : declaredOf(column.type),
    })),
    ...(epsg !== undefined && { epsg }),
    layer: name,
    layers,
    notes,
  }
}

function declaredOf(type: string): DeclaredType | undefined {
  if (/^(TEXT|VARCHAR|CHAR)/i.test(type)) return 'text'
  return undefined
}

function epsgOf(db: Database.Database, srsId: number, notes: string[]): number | undefined {
  const row = db
    .prepare(
      'SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?',
    )
    .get(srsId) as { organization: string; organization_coordsys_id: number; definition: string } | undefined
  if (!row) return undefined
  const code = Number(row.organization_coordsys_id)
  if (/^epsg$/i.test(row.organization) && isKnownEpsg(code)) return code
  const described = epsgOfDescription(row.definition)
  if (described === undefined && srsId > 0)
    notes.push(
      `Its coordinate system (${row.organization}:${code}) is not known here: state its EPSG number.`,
    )
  return described
}

function cellOf(value: unknown, { name, type }: Column, isGeometry: boolean): CellValue {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    return isGeometry ? geometryText(bytes) : `${bytes.length} bytes`
  }
  if (/^BOOLEAN/i.test(type)) return Number(value) !== 0
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  throw damaged('GeoPackage', `“${name}” holds a value of an unknown kind`)
}

/** Bytes of the envelope by its code in the flags. */
const envelopeBytes = [0, 32, 48, 48, 64]

/** A GeoPackage blob is a header with an envelope and well-known binary. */
function geometryText(bytes: Uint8Array): string | null {
  if (bytes.length < 8 || bytes[0] !== 0x47 || bytes[1] !== 0x50)
    throw damaged('GeoPackage', 'a geometry does not begin as one')
  const flags = bytes[3]!
  const envelope = envelopeBytes[(flags >> 1) & 7]
  if (envelope === undefined) throw damaged('GeoPackage', 'a geometry has an unknown envelope')
  if ((flags & 0x10) !== 0) return null
  try {
    const geometry = geometryOfWkb(bytes.subarray(8 + envelope))
    return geometry ? JSON.stringify(geometry) : null
  } catch (error) {
    if (error instanceof RangeError) throw damaged('GeoPackage', 'a geometry is cut short')
    throw error
  }
}
