/** The end of the chain, where entries are added. */
import type { Spool } from '../engines/spool/spool.ts'
import type { ChainEnd } from './chain-state.ts'
import { type Fact, sealEntry } from './entry.ts'

export class ChainWriter {
  readonly #spool: Spool
  readonly #node: string
  readonly #nowMs: () => number
  #end: ChainEnd

  constructor(spool: Spool, node: string, end: ChainEnd, nowMs: () => number) {
    this.#spool = spool
    this.#node = node
    this.#nowMs = nowMs
    this.#end = end
  }

  get end(): ChainEnd {
    return this.#end
  }

  /** HOT: twice per access. Answers the rank of the entry. Throws `unavailable` when the disk refuses; nothing is added then. */
  append(fact: Fact): number {
    const nowMs = this.#nowMs()
    // A clock that is set back must not make the order of entries look wrong.
    const at = new Date(Math.max(nowMs, Date.parse(this.#end.at))).toISOString()
    const seq = this.#end.seq + 1
    const { line, hash } = sealEntry(fact, { at, node: this.#node, seq, prevHash: this.#end.hash })
    this.#spool.append(nowMs, Buffer.from(`${line}\n`))
    this.#end = { seq, hash, at }
    return seq
  }

  /** Resolves when everything added so far is on disk. Many waiting share one fsync. */
  flush(): Promise<void> {
    return this.#spool.flush()
  }
}
