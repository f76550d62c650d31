/** What one line of the journal says, and how it is chained to the line before. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical-json.ts'
import type { LoggedAction, Outcome } from '../http/access-log.ts'

/** Before the first entry of a chain. */
export const firstHash = '0'.repeat(64)

interface Placed {
  /** ISO instant in UTC, never before that of the entry before. */
  at: string
  /** The chain: one of each data folder. */
  node: string
  /** From 1, without gaps. */
  seq: number
  prevHash: string
}

export interface AccessFacts {
  /** What the two entries of one access have in common. */
  access: string
  /** Organisation that the reader acted for; null for who has none. */
  organisation: string | null
  /** `user:…`, `key:…` or `service:…`: a reference, whose name can be erased elsewhere. */
  actor: string | null
  dataset: string
  /** Organisation that owns the dataset: the one that reads this entry. */
  owner: string | null
  action: LoggedAction
  grants: readonly string[]
  agreements: readonly string[]
  requestId: string
}

export interface ClosingFacts {
  outcome: Outcome
  status: number | null
  rows: number | null
  bytes: number
  ms: number
  columns: readonly string[]
  /** SHA-256 of the conditions, hex. */
  filterHash: string | null
}

/** Use by people without an account of what is public: how often in a part of an hour, and no word of who. */
export interface CountFacts {
  dataset: string
  owner: string | null
  action: LoggedAction
  /** Start of the hour. */
  hour: string
  count: number
  rows: number
  bytes: number
}

export type Fact =
  /** The first entry of a chain. */
  | { kind: 'began' }
  | ({ kind: 'opened' } & AccessFacts)
  | ({ kind: 'closed' } & AccessFacts & ClosingFacts)
  | ({ kind: 'counted' } & CountFacts)
  /** An hour with entries is over. */
  | { kind: 'hour'; hour: string }
  /** The file ended this many bytes before what had been stored of it: entries were removed from its end. */
  | { kind: 'lost'; bytes: number }
  /** Entries up to this one are past their time and are deleted from here on; a signed head stands for them. */
  | { kind: 'released'; through: number }

export type JournalEntry = Fact & Placed & { hash: string }

/** SHA-256 of the hash before (as hex text) and the canonical JSON of everything else, hex. */
export function entryHash(prevHash: string, canonical: string): string {
  return createHash('sha256').update(prevHash).update(canonical).digest('hex')
}

/** An entry as the line that is stored, and its hash. HOT: twice per access. */
export function sealEntry(fact: Fact, { prevHash, ...place }: Placed): { line: string; hash: string } {
  const canonical = canonicalJson({ ...fact, ...place })
  const hash = entryHash(prevHash, canonical)
  return { line: lineOf(hash, prevHash, canonical), hash }
}

const lineOf = (hash: string, prevHash: string, canonical: string) =>
  `{"hash":"${hash}","prevHash":"${prevHash}",${canonical.slice(1)}`

export interface ReadLine {
  entry: JournalEntry
  /** What its content really hashes to. */
  contentHash: string
}

/**
 * Reads one line without its LF. Null when it is not an entry exactly as `sealEntry` writes it: anything that reads the same
 * and is not written the same has been changed.
 */
export function readLine(line: string): ReadLine | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const { hash, prevHash, ...rest } = parsed as Record<string, unknown>
  if (!isHash(hash) || !isHash(prevHash)) return null
  const { seq, node, at, kind } = rest
  if (!Number.isSafeInteger(seq) || typeof node !== 'string' || typeof at !== 'string') return null
  if (typeof kind !== 'string') return null
  const canonical = canonicalOrNull(rest)
  if (canonical === null || lineOf(hash, prevHash, canonical) !== line) return null
  return { entry: parsed as JournalEntry, contentHash: entryHash(prevHash, canonical) }
}

function canonicalOrNull(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}

const isHash = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
