import { type RejectReason, rejectReasons } from './message.ts'

/** What a reader met, for metrics; only ever grows. */
export interface AisCounters {
  lines: number
  /** VDM and VDO sentences with a right checksum. */
  sentences: number
  /** Messages handed to the sink, a type 19 counted once. */
  messages: number
  ignored: {
    blank: number
    comments: number
    /** `$…` and sentences other than VDM and VDO. */
    otherSentences: number
    /** Characters before a sentence that are no TAG block. */
    noisePrefixes: number
    /** TAG blocks and `$PGHP` lines with a wrong checksum or layout. */
    damagedWrappers: number
    /** Parts of long messages heard again from another receiver. */
    repeatedParts: number
  }
  truncated: number
  outOfRange: number
  rejects: Record<RejectReason, number>
}

export function newCounters(): AisCounters {
  return {
    lines: 0,
    sentences: 0,
    messages: 0,
    ignored: {
      blank: 0,
      comments: 0,
      otherSentences: 0,
      noisePrefixes: 0,
      damagedWrappers: 0,
      repeatedParts: 0,
    },
    truncated: 0,
    outOfRange: 0,
    rejects: Object.fromEntries(rejectReasons.map((reason) => [reason, 0])) as Record<RejectReason, number>,
  }
}
