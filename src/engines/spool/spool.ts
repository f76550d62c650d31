/**
 * The spool: raw lines of one source, on disk and fsynced before anything else reads them. It is the truth from
 * which rows can be made again. A position (`seq`) is a byte offset in the endless concatenation of the
 * source's lines, so it grows with every line and survives restarts and segment removal.
 */
export interface SpoolRecord {
  /** Position of the first byte of `data`. */
  seq: number
  /** When the bytes arrived here, milliseconds since 1970 UTC. */
  receivedAtMs: number
  /** For resumable inputs (files): position in the input after these bytes, else −1. */
  inputOffset: number
  /** Whole lines, each ended by LF. */
  data: Uint8Array
}

export interface Spool {
  readonly source: string
  /**
   * Adds whole lines. Returns at once the position of their first byte; they are durable when `durableSeq` passes it.
   * Throws `unavailable` when the disk is full or refuses; nothing is half kept.
   */
  append(receivedAtMs: number, data: Uint8Array, inputOffset?: number): number
  /** Every byte below this position is fsynced. */
  readonly durableSeq: number
  /** Bytes appended and not yet durable: senders pause while it is large. */
  readonly pendingBytes: number
  /** Input offset of the last durable record, −1 when none: where a file import goes on. */
  readonly inputOffset: number
  /** Called after each fsync that moved `durableSeq`. One listener. */
  onDurable: ((durableSeq: number) => void) | undefined
  /** Called when writing fails; the spool tries again with each append. One listener. */
  onFailure: ((error: Error) => void) | undefined
  /** Durable records from a position on (which may lie inside a record: it is cut), up to `durableSeq` as it is when reached. */
  read(fromSeq: number): AsyncIterable<SpoolRecord>
  /** Oldest position still kept. */
  readonly firstSeq: number
  /** Removes whole segments that end at or below the position. */
  release(belowSeq: number): Promise<void>
  /** Resolves once everything appended before is durable. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface SpoolStore {
  /**
   * Opens a source's spool, repairing a torn tail. Positions given from now on are `atLeastSeq` or more: pass the
   * position recorded with the rows, so that a spool lost with its disk never gives known positions to new lines.
   */
  open(source: string, options?: { atLeastSeq?: number }): Promise<Spool>
  list(): Promise<string[]>
}
