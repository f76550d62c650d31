/** Runs one emitted query and gives its rows as NDJSON chunks. */
import { randomUUID } from 'node:crypto'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { tooExpensive } from '../../../errors.ts'
import type { Parameter } from '../emit/dialect.ts'
import type { Emitted } from '../emit/emit.ts'
import { toLacydonError } from './failures.ts'

export interface ReadOptions {
  signal: AbortSignal | undefined
  deadlineMs: number
  /** Rows beyond this fail the query; 0 is no limit. */
  maxRows: number
  settings: ClickHouseSettings
}

/** The settings our semantics need, and the limits of one read. */
export const readSettings = (deadlineMs: number): ClickHouseSettings => ({
  max_execution_time: Math.max(1, Math.ceil(deadlineMs / 1000)),
  cancel_http_readonly_queries_on_client_close: 1,
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  output_format_json_escape_forward_slashes: 0,
  // Without it the start of an hour in 1966 is in 2145.
  enable_extended_results_for_datetime_functions: 1,
  join_use_nulls: 1,
  // Two groups by one text in different cases of NULL would otherwise depend on it.
  group_by_use_nulls: 0,
  readonly: '2',
})

function toParameter({ value, type }: Parameter): unknown {
  if (Array.isArray(value)) return value.map((one) => toParameter({ value: one, type }))
  // The server reads a space between day and time, and UTC from the type.
  if (type === 'timestamp') return new Date(String(value)).toISOString().replace('T', ' ').replace('Z', '')
  if (type === 'date') return `${String(value).slice(0, 10)} 00:00:00`
  return value
}

/** Chunks of whole lines. Throws a LacydonError; an answer that the server cut short is one too. */
export async function* readChunks(
  client: ClickHouseClient,
  emitted: Emitted,
  { signal, deadlineMs, maxRows, settings }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  const onAbort = () => stop.abort()
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) stop.abort()
  let isLate = false
  const deadline = setTimeout(() => {
    isLate = true
    stop.abort()
  }, deadlineMs)
  const queryId = randomUUID()
  let isComplete = false
  try {
    const answer = await client.query({
      query: emitted.sql,
      query_id: queryId,
      format: 'JSONEachRow',
      query_params: Object.fromEntries(emitted.parameters.map((p, i) => [`p${i + 1}`, toParameter(p)])),
      clickhouse_settings: settings,
      abort_signal: stop.signal,
    })
    let rowCount = 0
    for await (const rows of answer.stream()) {
      rowCount += rows.length
      if (maxRows > 0 && rowCount > maxRows)
        throw tooExpensive(
          `The answer has more than ${maxRows} rows.`,
          'Ask for less with a filter or a limit, or use an export.',
        )
      yield Buffer.from(`${rows.map((row) => row.text).join('\n')}\n`)
    }
    isComplete = true
  } catch (error) {
    if (isLate && !signal?.aborted)
      throw tooExpensive(
        `The query took more than ${Math.round(deadlineMs / 1000)} s and was stopped.`,
        'Ask for less: a shorter time, a smaller area, fewer groups.',
      )
    throw toLacydonError(error, signal)
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', onAbort)
    if (!isComplete) {
      stop.abort()
      // The server notices a closed connection late; told, it stops at once. Never SYNC: that can wait for ever.
      client
        .command({ query: 'KILL QUERY WHERE query_id = {id:String} ASYNC', query_params: { id: queryId } })
        .catch(() => undefined)
    }
  }
}
