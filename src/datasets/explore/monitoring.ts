/** Statistics of use of the datasets that the asker may know of. */
import type { Call, Explore } from './call.ts'
import { visibleDatasets } from './catalogue-records.ts'
import { askerOf } from './door.ts'

/** Sums over all that is kept. */
export interface UseTotals {
  apiCalls: number
  downloads: number
  tiles: number
  streams: number
  rows: number
  bytes: number
}

const unused: UseTotals = { apiCalls: 0, downloads: 0, tiles: 0, streams: 0, rows: 0, bytes: 0 }
const maxLimit = 100

/** Most used first; `limit` (10, at most 100) and `offset` page. */
export async function monitoredDatasets({ request, parameters }: Call, explore: Explore) {
  const reader = { ...explore, asker: askerOf(request, parameters) }
  const { ids } = await visibleDatasets(reader, 'en', explore.secret)
  const totals = await explore.totalsOfUse()
  const results = [...ids].map((id) => {
    const { apiCalls, downloads, tiles, streams, rows, bytes } = totals.get(id) ?? unused
    return {
      dataset_id: id,
      api_call_count: apiCalls,
      download_count: downloads,
      tile_count: tiles,
      stream_count: streams,
      rows_read: rows,
      bytes_sent: bytes,
    }
  })
  const uses = (row: (typeof results)[number]) =>
    row.api_call_count + row.download_count + row.tile_count + row.stream_count
  results.sort((a, b) => uses(b) - uses(a) || (a.dataset_id < b.dataset_id ? -1 : 1))
  const whole = (name: string, fallback: number, max: number) => {
    const number = Number(parameters.text(name) ?? fallback)
    return Number.isSafeInteger(number) && number >= 0 ? Math.min(number, max) : fallback
  }
  const offset = whole('offset', 0, results.length)
  return {
    total_count: results.length,
    results: results.slice(offset, offset + whole('limit', 10, maxLimit)),
  }
}
