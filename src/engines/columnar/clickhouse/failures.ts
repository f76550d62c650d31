import { cancelled, LacydonError, tooExpensive, unavailable } from '../../../errors.ts'

/** Server codes that mean the query asked too much: time, memory, rows, bytes. */
const expensiveCodes = new Set(['159', '160', '241', '396', '158', '307'])
const cancelledCodes = new Set(['394', '735'])

/** What a failure of the client or the server means to the one who asked. */
export function toLacydonError(error: unknown, signal?: AbortSignal): LacydonError {
  if (signal?.aborted) return cancelled()
  if (error instanceof LacydonError) return error
  const { code, message = String(error) } = (error ?? {}) as { code?: unknown; message?: string }
  const text = message.split('\n', 1)[0]!.slice(0, 500)
  if (expensiveCodes.has(String(code)))
    return tooExpensive(
      'The query was stopped: it needs more time or memory than it may use.',
      'Ask for less: a shorter time, a smaller area, fewer groups.',
    )
  if (cancelledCodes.has(String(code))) return cancelled()
  if (typeof code === 'string' && /^E[A-Z]+$|^HPE_/.test(code))
    return unavailable(`The ClickHouse server does not answer: ${text}`)
  if (/socket hang up|timeout error|aborted/i.test(text))
    return unavailable(`The connection to ClickHouse broke: ${text}`)
  return new LacydonError('engine_failed', 500, `ClickHouse failed: ${text}`, { cause: error })
}
