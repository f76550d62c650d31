/** What a file may ask of this machine. Tests lower them; an instance may raise them by its operator. */
export interface LoadLimits {
  /** Of the file as sent. */
  fileBytes: number
  /** Unpacked, all entries together. */
  unpackedBytes: number
  /** Unpacked bytes for a packed one, beyond the first `ratioFreeBytes`. */
  ratio: number
  ratioFreeBytes: number
  archiveEntries: number
  columns: number
  /** Nesting of JSON and XML. */
  depth: number
  /** One JSON element, one geometry, one XML record. */
  recordBytes: number
}

export const defaultLimits: LoadLimits = {
  fileBytes: 64 * 1024 ** 3,
  unpackedBytes: 2 * 1024 ** 3,
  ratio: 200,
  ratioFreeBytes: 10 * 1024 ** 2,
  archiveEntries: 10_000,
  columns: 5_000,
  depth: 64,
  recordBytes: 64 * 1024 ** 2,
}
