import type { Columnar } from '../engines/columnar/columnar.ts'
import { tableName } from './rules.ts'
import type { DatasetDefinition } from './schema.ts'

const dayMs = 86_400_000

export interface RetentionOptions {
  columnar: Columnar
  datasets: readonly DatasetDefinition[]
  /** Days that rows of real streams stay, by time of receipt. */
  days: number
  /** The same for simulated streams. */
  simulatedDays: number
  now: () => Date
  log: { warn(details: object, text: string): void; info(details: object, text: string): void }
}

/**
 * Deletes what is past its time and moves closed days to cold storage. Yesterday stays hot: late messages still
 * come. A table that fails is reported and does not stop the others.
 */
export async function tendStreams({
  columnar,
  datasets,
  days,
  simulatedDays,
  now,
  log,
}: RetentionOptions): Promise<void> {
  const yesterday = new Date(now().getTime() - dayMs).toISOString().slice(0, 10)
  for (const dataset of datasets) {
    if (dataset.kind !== 'stream') continue
    const table = tableName(dataset.id)
    const keepMs = (dataset.simulated ? simulatedDays : days) * dayMs
    try {
      const deleted = await columnar.retain(table, new Date(now().getTime() - keepMs))
      const moved = await columnar.compact(table, yesterday)
      if (deleted > 0 || moved.length > 0) log.info({ table, deleted, moved }, 'tended a stream')
    } catch (error) {
      log.warn({ table, error: (error as Error).message }, 'a stream could not be tended')
    }
  }
}
