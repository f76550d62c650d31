import { dirname, join } from 'node:path'
import { conflict, invalidInput } from '../../errors.ts'
import { recoverSegments, type SpoolDamage } from './recovery.ts'
import { nodeDisk, type SpoolDisk, syncFolder } from './segment.ts'
import type { SpoolStore } from './spool.ts'
import { SpoolWriter } from './writer.ts'

export type { SpoolDamage } from './recovery.ts'

export interface SpoolStoreOptions {
  /** Holds one folder a source; made when missing. */
  folder: string
  /** A segment is closed when the next write would pass this size. */
  segmentBytes?: number
  /** Longest time between an append and its fsync while the disk keeps up. Nothing is written while nothing comes. */
  fsyncEveryMs?: number
  /** More waiting than this and `append` throws: memory stays bounded when the disk is too slow. */
  maxPendingBytes?: number
  /** Stored bytes that are torn or damaged. By default a process warning: never silent. */
  onDamage?: (damage: SpoolDamage) => void
  disk?: SpoolDisk
}

const sourcePattern = /^[a-z0-9-]{1,100}$/

/**
 * The spools of one folder as segment files. Opening one throws `conflict` when this store has it open already and
 * the file system's own error when the folder cannot be read or written.
 */
export function openSpoolStore(options: SpoolStoreOptions): SpoolStore {
  const disk = options.disk ?? nodeDisk
  const report = options.onDamage ?? ((damage) => process.emitWarning(damage.message, 'SpoolDamage'))
  const opened = new Set<string>()

  return {
    async open(source, { atLeastSeq = 0 } = {}) {
      if (!sourcePattern.test(source)) {
        throw invalidInput(`“${source}” cannot name a source: use letters a–z, digits and hyphens.`)
      }
      if (opened.has(source)) throw conflict(`The spool of “${source}” is open already.`)
      opened.add(source)
      try {
        const folder = join(options.folder, source)
        const made = await disk.mkdir(folder, { recursive: true, mode: 0o700 })
        if (made !== undefined) {
          await syncFolder(disk, options.folder)
          await syncFolder(disk, dirname(options.folder))
        }
        const recovered = await recoverSegments(disk, folder, source, report)
        return new SpoolWriter({
          source,
          folder,
          disk,
          recovered,
          atLeastSeq,
          segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
          fsyncEveryMs: options.fsyncEveryMs ?? 100,
          maxPendingBytes: options.maxPendingBytes ?? 64 * 1024 * 1024,
          onDamage: report,
          onClose: () => opened.delete(source),
        })
      } catch (error) {
        opened.delete(source)
        throw error
      }
    },

    async list() {
      const entries = await disk.readdir(options.folder, { withFileTypes: true }).catch((error) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      return entries
        .filter((entry) => entry.isDirectory() && sourcePattern.test(entry.name))
        .map((entry) => entry.name)
        .sort()
    },
  }
}
