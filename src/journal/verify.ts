/** Finds whether a journal is whole: every entry as it was written, none missing, none moved, and the heads signed. */
import { firstHash, type JournalEntry, readLine } from './entry.ts'
import type { JournalHead, JournalKey } from './schema.ts'
import { isSignedBy } from './signing-key.ts'

export interface Finding {
  kind: 'altered' | 'missing' | 'moved' | 'truncated' | 'head' | 'signature'
  /** Rank of the entry, or of the first one. */
  seq: number
  /** One sentence. */
  text: string
}

export interface Verified {
  node: string | null
  entries: number
  /** Ranks of the first and the last entry that are there; 0 when none is. */
  first: number
  last: number
  lastHash: string | null
  heads: number
  findings: Finding[]
}

export interface VerifyOptions {
  heads: readonly JournalHead[]
  /** Keys that are believed. A head signed by another one is a finding. */
  keys: readonly JournalKey[]
  /** Entries of one owner only: gaps are expected, each entry is looked at for itself. */
  isPartial?: boolean
}

/** Looks at lines in the order in which they are stored. Heads of other nodes are left alone. */
export async function verifyJournal(
  lines: AsyncIterable<string> | Iterable<string>,
  { heads, keys, isPartial = false }: VerifyOptions,
): Promise<Verified> {
  const check = new ChainCheck(isPartial)
  for await (const line of lines) check.line(line, heads)
  return check.end(heads, keys)
}

class ChainCheck {
  readonly #isPartial: boolean
  readonly #findings: Finding[] = []
  readonly #missing = new Set<number>()
  readonly #headHashes = new Map<number, string>()
  #node: string | null = null
  #entries = 0
  #first = 0
  #last = 0
  #lastHash: string | null = null
  /** False after an entry whose hash cannot be believed: the next one is not blamed for it. */
  #isLinked = false
  #released = 0

  constructor(isPartial: boolean) {
    this.#isPartial = isPartial
  }

  line(text: string, heads: readonly JournalHead[]): void {
    const read = readLine(text)
    if (!read) {
      const seq = this.#last + 1
      this.#find('altered', seq, `The line of entry ${seq} is not as the journal writes it.`)
      if (!this.#isPartial) this.#advance(seq, null)
      return
    }
    const { entry } = read
    const isSound = read.contentHash === entry.hash
    this.#begin(entry.node, heads)
    if (entry.node !== this.#node)
      this.#find('moved', entry.seq, `Entry ${entry.seq} is of another chain, ${entry.node}.`)
    else if (!isSound) this.#isAltered(entry)
    else if (this.#isPartial) {
      this.#compareHead(entry.seq, entry.hash)
      this.#advance(Math.max(entry.seq, this.#last), entry.hash)
    } else if (entry.seq <= this.#last) this.#comesLate(entry.seq)
    else this.#follows(entry)
  }

  #begin(node: string, heads: readonly JournalHead[]): void {
    if (this.#node !== null) return
    this.#node = node
    for (const head of heads) if (head.node === node) this.#headHashes.set(head.count, head.hash)
  }

  /** Its rank may be part of what was altered: it counts as the one that was due here. */
  #isAltered({ seq, hash }: JournalEntry): void {
    const due = this.#isPartial || this.#last === 0 ? seq : this.#last + 1
    this.#find('altered', due, `Entry ${due} was altered: its content does not have the hash ${short(hash)}.`)
    this.#advance(due, null)
  }

  #follows(entry: JournalEntry): void {
    const { seq, hash, prevHash } = entry
    if (entry.kind === 'lost')
      this.#find(
        'truncated',
        seq,
        `Entries before entry ${seq} were cut off: ${entry.bytes || 'some'} bytes of them had been stored.`,
      )
    if (entry.kind === 'released') this.#released = Math.max(this.#released, entry.through)
    const isNext = seq === this.#last + 1
    if (this.#last > 0 && !isNext)
      for (let gone = this.#last + 1; gone < seq && this.#missing.size < maxListed; gone++)
        this.#missing.add(gone)
    const before = this.#last === 0 ? firstHash : this.#isLinked ? this.#lastHash : null
    if (isNext && before !== null && prevHash !== before)
      this.#find(
        'altered',
        seq,
        `Entry ${seq} does not follow entry ${seq - 1}: one of the two was written again.`,
      )
    this.#compareHead(seq, hash)
    this.#advance(seq, hash)
  }

  #comesLate(seq: number): void {
    this.#entries++
    if (this.#missing.delete(seq)) this.#find('moved', seq, `Entry ${seq} stands after entry ${this.#last}.`)
    else this.#find('moved', seq, `Entry ${seq} is there a second time.`)
  }

  #compareHead(seq: number, hash: string): void {
    const signed = this.#headHashes.get(seq)
    if (signed === undefined) return
    if (signed !== hash)
      this.#find(
        'head',
        seq,
        `Entry ${seq} has the hash ${short(hash)} and its signed head says ${short(signed)}: the chain was written again up to there.`,
      )
  }

  #advance(seq: number, hash: string | null): void {
    this.#entries++
    if (this.#first === 0) this.#first = seq
    this.#last = seq
    this.#lastHash = hash
    this.#isLinked = hash !== null
  }

  end(heads: readonly JournalHead[], keys: readonly JournalKey[]): Verified {
    const own = heads.filter(({ node }) => this.#node === null || node === this.#node)
    for (const head of own) {
      const key = keys.find(({ id }) => id === head.keyId)
      if (!key || !isSignedBy(key.publicKey, head.keyId, head, head.signature))
        this.#find(
          'signature',
          head.count,
          `The head of ${head.date} is not signed by a key that is known here.`,
        )
    }
    if (!this.#isPartial) this.#lookForGaps(own)
    const { length } = own
    const findings = this.#findings.sort((a, b) => a.seq - b.seq)
    return {
      node: this.#node,
      entries: this.#entries,
      first: this.#first,
      last: this.#last,
      lastHash: this.#lastHash,
      heads: length,
      findings,
    }
  }

  #lookForGaps(own: readonly JournalHead[]): void {
    for (const [from, to] of spans([...this.#missing]))
      this.#find('missing', from, `${named(from, to)} removed.`)
    if (this.#first > 1 && this.#released < this.#first - 1)
      this.#find(
        'missing',
        this.#released + 1,
        `${named(this.#released + 1, this.#first - 1)} removed, and the journal does not say that their time was over.`,
      )
    const last = own.reduce((most, head) => (most && most.count >= head.count ? most : head), own[0])
    if (last && last.count > this.#last)
      this.#find(
        'truncated',
        this.#last + 1,
        `The journal ends at entry ${this.#last}; the head of ${last.date} says that there were ${last.count}: the end was cut off.`,
      )
  }

  #find(kind: Finding['kind'], seq: number, text: string): void {
    this.#findings.push({ kind, seq, text })
  }
}

const maxListed = 1_000_000
const short = (hash: string) => `${hash.slice(0, 12)}…`
const named = (from: number, to: number) =>
  from === to ? `Entry ${from} was` : `Entries ${from} to ${to} were`

/** Runs of whole numbers that follow one another: [first, last] of each. */
function spans(numbers: number[]): [number, number][] {
  const found: [number, number][] = []
  for (const number of numbers.sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  return found
}
