import { readFileBytes } from './inputs/file-bytes.ts'
import type { AisMessage, Heard } from './message.ts'
import { AisReader } from './reader.ts'

/** Lines before the first base station of a file are rarely more than this. */
const maxBytes = 4 * 1024 * 1024

/**
 * The first time that a base station tells in a file, ms since 1970 UTC: the best guess for the lines before it when
 * the file has no clock of its own. NaN when none is heard in its first 4 MB, or the file cannot be read.
 */
export async function firstBaseStationMs(path: string): Promise<number> {
  let foundMs = Number.NaN
  const reader = new AisReader(
    'first-base-station',
    {
      message(message: AisMessage, heard: Heard) {
        const tellsTime = message.type === 4 || message.type === 11
        if (Number.isNaN(foundMs) && tellsTime && heard.timeSource === 'base-station') foundMs = heard.atMs
      },
      reject() {},
    },
    { baseStationClock: true },
  )
  let read = 0
  try {
    for await (const { bytes, endOffset } of readFileBytes(path, 0, () => undefined)) {
      reader.read(bytes, read, Date.now())
      read = endOffset
      if (!Number.isNaN(foundMs) || read > maxBytes) break
    }
  } catch {
    // The input itself reports a file that cannot be read, with what to do.
  }
  return foundMs
}
