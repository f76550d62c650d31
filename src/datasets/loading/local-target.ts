/** Loads within this process. */
import { stat } from 'node:fs/promises'
import { type LoadTarget, pieceOf } from './load-command.ts'
import type { Loads } from './service.ts'

/** `close` stops what `loads` stands on. */
export function localTarget(loads: Loads, close: () => Promise<void>): LoadTarget {
  return {
    async load({ datasetId, path, options, tableSchema, onProgress }) {
      const { size } = await stat(path)
      const view = await loads.begin(datasetId, options, { sizeBytes: size, tableSchema })
      const leave = loads.watch(view.id, onProgress)
      try {
        await loads.append(datasetId, view.id, 0, pieceOf(path, 0), true)
        return await loads.settled(datasetId, view.id)
      } finally {
        leave()
      }
    },
    async accept({ datasetId, id }) {
      await loads.accept(datasetId, id)
      return loads.settled(datasetId, id)
    },
    plan: ({ datasetId, id }) => loads.preview(datasetId, id),
    close,
  }
}
