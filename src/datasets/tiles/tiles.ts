/** Vector tiles of any dataset with a place, cut from its rows when asked for. */
import { createHash } from 'node:crypto'
import type { Columnar, QueryOptions } from '../../engines/columnar/columnar.ts'
import { parseRows } from '../../engines/columnar/ndjson.ts'
import { column, type Output, type Query } from '../../engines/columnar/query.ts'
import { tooExpensive } from '../../errors.ts'
import { type Asker, everythingVisible, type VisibleFields } from '../explore/access.ts'
import { type Secured, secure } from '../explore/relation.ts'
import type { Sources } from '../explore/sources.ts'
import { linesIn } from '../explore/use.ts'
import { columnName, provenanceColumns } from '../rules.ts'
import type { DatasetField } from '../schema.ts'
import { streamKey } from '../stream/stream-key.ts'
import { rowNumberColumn } from '../versions-rules.ts'
import { type Tile, TileEncoder } from './encoder.ts'
import type { TileAddress } from './mercator.ts'
import { SharedWork } from './shared-work.ts'
import { TileCache } from './tile-cache.ts'
import { defaultColumns, type TileGeometry, tileGeometry } from './tile-geometry.ts'
import { type TileJson, tileJson } from './tile-json.ts'
import {
  aloneQuery,
  cellsQuery,
  latestRows,
  maxTileRows,
  type PlacedRows,
  rowsQuery,
  shapeSizesQuery,
  shapesQuery,
  sizeStepOf,
  smallShapes,
  type TileText,
  tileColumns,
  tileRows,
} from './tile-query.ts'

export interface TilesOptions {
  columnar: Columnar
  sources: Sources
  now: () => Date
  visibleFields?: VisibleFields
  /** Bytes of tiles kept in memory; default 64 MiB. */
  cacheBytes?: number
}

export interface TileRequest extends TileText {
  id: string
  at: string | undefined
  /** Name of the field that is drawn. */
  geometry: string | undefined
  /** Streams: how far back from the last row received the latest state is looked for, ms; undefined for all of it. */
  windowMs: number | undefined
}

/** A tile to be sent: what is known before it is made, so that whoever has it already costs nothing. */
export interface OpenedTile {
  etag: string
  version: number | null
  isPublic: boolean
  /** The only fields there are for who asks. */
  fields: readonly DatasetField[]
  /** Null for an empty one. Throws what the engine throws, `cancelled`. */
  make(signal: AbortSignal): Promise<Tile | null>
}

const defaultCacheBytes = 64 * 1024 * 1024
/** Text of rows that one tile may hold: more is a tile nobody could draw. */
const maxTileBytes = 64 * 1024 * 1024
/** How long the last row of a stream is believed to be the last. */
const freshMs = 1_000

interface LastReceived {
  askedAtMs: number
  state: Promise<{ at: string | null; state: string }>
}

export class Tiles {
  readonly encoder = new TileEncoder()
  readonly #options: Required<Omit<TilesOptions, 'cacheBytes'>>
  readonly #cache: TileCache
  readonly #shared = new SharedWork<Tile | null>()
  readonly #lastReceived = new Map<string, LastReceived>()

  constructor({ cacheBytes = defaultCacheBytes, ...options }: TilesOptions) {
    this.#options = { visibleFields: everythingVisible, ...options }
    this.#cache = new TileCache(cacheBytes)
    this.encoder.begin()
  }

  /**
   * Throws `not_found` for a dataset that is not there, or has no place, `odsql_error`, `invalid_input`, and what opening
   * the dataset throws.
   */
  async open(request: TileRequest, address: TileAddress, asker: Asker): Promise<OpenedTile> {
    const secured = await secure(this.#options, request.id, asker, {
      action: 'tiles',
      at: request.at,
      zoom: address.z,
    })
    const { source, visible } = secured
    const geometry = tileGeometry(source.definition, secured.relation.fields, request.geometry)
    const isStream = source.definition.kind === 'stream'
    const last = isStream ? await this.#last(secured, request.at) : undefined
    // Rows that are replaced in place have no version: what is said of them holds for a second.
    const moment = this.#options.now().getTime()
    const state = last?.state ?? source.state ?? String(Math.floor(moment / freshMs))
    const changing = request.where.some((where) => /\bnow\s*\(/i.test(where))
      ? Math.floor(moment / freshMs)
      : ''
    const { z, x, y } = address
    const text = JSON.stringify([request, z, x, y])
    const key = [request.id, state, changing, visible.fingerprint, text].join('\n')
    const since =
      last?.at && request.windowMs !== undefined
        ? new Date(Date.parse(last.at) - request.windowMs)
        : undefined
    const rows = this.#rows(secured, request, geometry, since)
    return {
      etag: `W/"${createHash('sha256').update(key).digest('base64url').slice(0, 27)}"`,
      version: source.version,
      isPublic: visible.isPublic,
      fields: secured.relation.fields,
      make: async (signal) => {
        const known = this.#cache.get(key)
        if (known !== undefined) return known
        return this.#shared.do(key, signal, async (whileWanted) => {
          const tile = await this.#make(rows, geometry, address, whileWanted)
          this.#cache.keep(key, tile)
          return tile
        })
      },
    }
  }

  /** TileJSON with the bounds of the rows asked for. Throws what `open` and the engine throw. */
  async describe(
    request: TileRequest,
    asker: Asker,
    { address, lang, signal }: { address: string; lang: 'fr' | 'en'; signal: AbortSignal },
  ): Promise<TileJson> {
    const { sources, columnar } = this.#options
    const secured = await secure(this.#options, request.id, asker, { action: 'tiles', at: request.at })
    const { definition } = secured.source
    const geometry = tileGeometry(definition, secured.relation.fields, request.geometry)
    const rows = this.#rows(secured, { ...request, columns: '' }, geometry, undefined)
    const box = geometry.shape?.box ?? { west: rows.lon, east: rows.lon, south: rows.lat, north: rows.lat }
    const edge = (fn: 'min' | 'max', side: keyof typeof box): Output => ({
      as: side,
      value: { kind: 'aggregate', fn, of: box[side] },
    })
    const query: Query = {
      from: definition.kind === 'stream' ? secured.relation.from : rows.from,
      // Conditions speak of the latest rows of a stream; its bounds are those of all.
      ...(definition.kind !== 'stream' && rows.where && { where: rows.where }),
      select: [edge('min', 'west'), edge('min', 'south'), edge('max', 'east'), edge('max', 'north')],
    }
    const [found] = await columnar.query(query, { class: 'tile', signal })
    const bounds = [found?.west, found?.south, found?.east, found?.north]
    return tileJson({
      definition,
      metadata: sources.describe(request.id).metadata,
      columns: defaultColumns(secured.relation.fields),
      bounds: bounds.every((side) => typeof side === 'number')
        ? (bounds as [number, number, number, number])
        : undefined,
      address,
      lang,
    })
  }

  close(): Promise<void> {
    return this.encoder.close()
  }

  #rows(secured: Secured, text: TileText, geometry: TileGeometry, since: Date | undefined): PlacedRows {
    const { source, relation } = secured
    const { definition } = source
    const now = this.#options.now()
    const defaults = defaultColumns(relation.fields).map(({ name }) => name)
    const { lon, lat } = geometry
    const { eventTime, receiveTime } = definition
    if (definition.kind !== 'stream' || !eventTime || !receiveTime) {
      const id = source.rowOrder.some(({ name }) => name === rowNumberColumn.name)
        ? rowNumberColumn.name
        : undefined
      return { ...tileRows(text, relation, { now, defaults, id }), lon, lat }
    }
    const keys = streamKey(definition, relation.fields)
    const tieBreak = provenanceColumns[1]!.name
    const latest = latestRows(relation, {
      keys,
      eventTime: columnName(eventTime),
      receiveTime: columnName(receiveTime),
      tieBreak,
      since,
      geometry,
    })
    const id = wholeNumberKey(definition.fields, keys)
    return { ...tileRows(text, latest, { now, defaults, id }), lon, lat }
  }

  /** When the last row of a stream came, and what changes with every further one. */
  #last({ source, relation, visible }: Secured, at: string | undefined): LastReceived['state'] {
    const { definition } = source
    const key = [definition.id, at ?? '', visible.fingerprint].join('\n')
    const askedAtMs = this.#options.now().getTime()
    const known = this.#lastReceived.get(key)
    if (known && askedAtMs - known.askedAtMs < freshMs) return known.state
    const receiveTime = definition.receiveTime ? columnName(definition.receiveTime) : undefined
    const select: Output[] = [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }]
    if (receiveTime)
      select.push({ as: 'at', value: { kind: 'aggregate', fn: 'max', of: column(receiveTime) } })
    const state = this.#options.columnar
      .query({ from: relation.from, select }, { class: 'tile' })
      .then(([row]) => ({ at: row?.at ? String(row.at) : null, state: `${row?.n}@${row?.at}` }))
    const entry = { askedAtMs, state }
    // Past instants could be many: only a few are remembered.
    if (this.#lastReceived.size >= maxRemembered) this.#lastReceived.clear()
    this.#lastReceived.set(key, entry)
    state.catch(() => {
      if (this.#lastReceived.get(key) === entry) this.#lastReceived.delete(key)
    })
    return state
  }

  async #make(
    rows: PlacedRows,
    { shape }: TileGeometry,
    address: TileAddress,
    signal: AbortSignal,
  ): Promise<Tile | null> {
    const columns = rows.select.map(({ as }, i) => ({ cell: as, label: rows.labels[i]! }))
    let shapes: Uint8Array[] = []
    let placed = rows
    if (shape) {
      const options: QueryOptions = { class: 'tile', signal }
      const [sizes] = await this.#options.columnar.query(shapeSizesQuery(rows, shape, address), options)
      const steps = sizeStepOf(sizes ?? {})
      if (Number(sizes?.[steps] ?? 0) > 0)
        shapes = await this.#read(shapesQuery(rows, shape, address, steps), signal)
      placed = smallShapes(rows, shape, address, steps)
    }
    const { cells, places, count } = await this.#place(placed, address, signal)
    if (cells.length + places.length + shapes.length === 0) return null
    // Counted before the encoder takes the chunks over.
    const rowCount = count + shapes.reduce((sum, lines) => sum + linesIn(lines), 0)
    const tile = await this.encoder.encode({ address, columns, cells, places, shapes })
    return tile ? { ...tile, rowCount } : null
  }

  /** All rows of a tile that holds few, else its cells and the rows that stand alone in theirs. */
  async #place(rows: PlacedRows, address: TileAddress, signal: AbortSignal) {
    const cells = await this.#read(cellsQuery(rows, address), signal)
    if (cells.length === 0) return { cells, places: [], count: 0 }
    const counted = await parseRows(cells)
    const count = counted.reduce((sum, cell) => sum + Number(cell[tileColumns.count]), 0)
    if (count <= maxTileRows)
      return { cells: [], places: await this.#read(rowsQuery(rows, address), signal), count }
    if (rows.id === undefined || rows.select.length === 0) return { cells, places: [], count }
    const alone = counted.filter((cell) => cell[tileColumns.count] === 1)
    const ids = alone.map((cell) => Number(cell[tileColumns.id]))
    const places = ids.length > 0 ? await this.#read(aloneQuery(rows, ids, address), signal) : []
    return { cells, places, count }
  }

  async #read(query: Query, signal: AbortSignal): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of this.#options.columnar.stream(query, { class: 'tile', signal })) {
      if (chunk.length === 0) continue
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxTileBytes)
        throw tooExpensive('What this tile holds is too large to be drawn.', 'Zoom in, or filter by where.')
    }
    return chunks
  }
}

const maxRemembered = 100
/** The key of a stream where it can be the id of a feature. */
function wholeNumberKey(
  fields: readonly { name: string; type: string }[],
  keys: readonly string[],
): string | undefined {
  const types = new Set(['tinyint', 'smallint', 'integer', 'bigint'])
  const only = keys.length === 1 ? fields.find(({ name }) => columnName(name) === keys[0]) : undefined
  return only && types.has(only.type) ? keys[0] : undefined
}
