/** The reads under way: their connections, deadlines and cancellation. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { cancelled, LacydonError, tooExpensive } from '../../../errors.ts'
import type { Catalogue } from './catalogue.ts'
import { type Database, firstLine } from './database.ts'
import { KeptCounts } from './kept-counts.ts'
import type { ReadRequest } from './protocol.ts'
import { readChunks } from './read.ts'
import { forgetStatements } from './statements.ts'

/** Memory that sorted values for counts may take. */
const countBytes = 64 * 1024 * 1024
/** How often an interrupt is repeated: one that comes before the statement has begun is lost. */
const interruptEveryMs = 20

export interface Reads {
  run(read: ReadRequest, id: number, streamed: boolean): AsyncGenerator<Uint8Array>
  cancel(id: number): void
  /** No `cancel` of this read can follow. */
  forget(id: number): void
  /** Interrupts every read under way. */
  stopAll(): void
  /** Resolves when every read that is under way now has ended. */
  drained(): Promise<void>
  close(): void
}

interface ReadState {
  connection: DuckDBConnection
  stopped: 'cancelled' | 'deadline' | undefined
  repeat: NodeJS.Timeout | undefined
  ended: Promise<void>
}

export function createReads(database: Database, catalogue: Catalogue, coldFolder: string): Reads {
  const idle: DuckDBConnection[] = []
  const counts = new KeptCounts(countBytes)
  const active = new Map<number, ReadState>()
  /** Cancelled before they had a connection. */
  const cancelledEarly = new Set<number>()

  function stop(state: ReadState, why: 'cancelled' | 'deadline') {
    if (state.stopped) return
    state.stopped = why
    const interrupt = () => state.connection.interrupt()
    interrupt()
    state.repeat = setInterval(interrupt, interruptEveryMs)
  }

  async function* run({ query, deadlineMs, maxRows }: ReadRequest, id: number, streamed: boolean) {
    const connection = idle.pop() ?? (await database.connect())
    let markEnded = () => {}
    const ended = new Promise<void>((resolve) => {
      markEnded = resolve
    })
    const state: ReadState = { connection, stopped: undefined, repeat: undefined, ended }
    active.set(id, state)
    if (cancelledEarly.delete(id)) stop(state, 'cancelled')
    const deadline = setTimeout(() => stop(state, 'deadline'), deadlineMs)
    let isClean = false
    try {
      if (state.stopped) throw new Error('stopped before it began')
      const options = { maxRows, coldFolder, streamed, counts }
      for await (const chunk of readChunks(connection, catalogue, query, options)) {
        if (state.stopped) throw new Error('stopped between chunks')
        yield chunk
      }
      if (state.stopped) throw new Error('stopped at the end')
      isClean = true
    } catch (error) {
      throw readError(error, state.stopped, deadlineMs)
    } finally {
      clearTimeout(deadline)
      clearInterval(state.repeat)
      if (isClean) idle.push(connection)
      else await abandon(connection)
      active.delete(id)
      markEnded()
    }
  }

  return {
    run,
    cancel(id) {
      const state = active.get(id)
      if (state) stop(state, 'cancelled')
      else cancelledEarly.add(id)
    },
    stopAll() {
      for (const state of active.values()) stop(state, 'cancelled')
    },
    forget: (id) => cancelledEarly.delete(id),
    drained: async () => {
      await Promise.all([...active.values()].map((state) => state.ended))
    },
    close() {
      for (const connection of idle.splice(0)) {
        forgetStatements(connection)
        connection.closeSync()
      }
    },
  }
}

/**
 * A connection that failed or was left in the middle of a stream may hold a transaction and is not used again. What still
 * runs on it is ended first, without blocking this thread: it may be waiting for one of its JavaScript functions.
 */
async function abandon(connection: DuckDBConnection): Promise<void> {
  connection.interrupt()
  await connection.run('ROLLBACK').catch(() => undefined)
  forgetStatements(connection)
  connection.closeSync()
}

/** What the engine's failure means to the one who asked. */
function readError(error: unknown, stopped: ReadState['stopped'], deadlineMs: number): LacydonError {
  if (stopped === 'cancelled') return cancelled()
  if (stopped === 'deadline')
    return tooExpensive(
      `The query took more than ${deadlineMs / 1000} s and was stopped.`,
      'Ask for less: a shorter time, a smaller area, fewer groups.',
    )
  if (error instanceof LacydonError) return error
  const message = firstLine(error)
  if (/^Out of Memory/i.test(message))
    return tooExpensive('The query needs more memory than it may use.', 'Ask for fewer rows or fewer groups.')
  return new LacydonError('engine_failed', 500, `The column store failed: ${message}`, { cause: error })
}
