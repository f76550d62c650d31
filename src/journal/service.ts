/** The journal: who used which data, as entries that can only be added and of which none can be changed unseen. */
import { randomBytes } from 'node:crypto'
import type { Columnar } from '../engines/columnar/columnar.ts'
import type { ControlDb } from '../engines/control/control.ts'
import type { Spool, SpoolStore } from '../engines/spool/spool.ts'
import { notFound } from '../errors.ts'
import type { AccessClosing, AccessLog, AccessOpening, OpenAccess } from '../http/access-log.ts'
import type { Principal } from '../http/principal.ts'
import { ChainWriter } from './chain-writer.ts'
import type { AccessFacts, Fact } from './entry.ts'
import { Heads } from './heads.ts'
import { hourOf, type UsageRow } from './hourly-usage.ts'
import { linesOf } from './lines.ts'
import { PublicUse } from './public-use.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'
import { Storing } from './storing.ts'

export interface JournalOptions {
  spools: SpoolStore
  columnar: Columnar
  control: ControlDb
  /** The data folder: the signing key is kept there. */
  folder: string
  now: () => Date
  log: { warn(details: object, text: string): void; error(details: object, text: string): void }
}

const countEveryMs = 60_000
const dayMs = 86_400_000
const spoolPattern = /^journal-([0-9a-f]{8})$/

export class Journal implements AccessLog {
  readonly heads: Heads
  /** Names the chain of this data folder. */
  readonly node: string
  readonly #options: JournalOptions
  readonly #spool: Spool
  readonly #writer: ChainWriter
  readonly #storing: Storing
  readonly #key: SigningKey
  readonly #publicUse = new PublicUse()
  /** Accesses that go on, with when they began. */
  readonly #open = new Map<string, { facts: AccessFacts; sinceMs: number }>()
  /** Endings that the disk refused; tried again at each tick. */
  readonly #unwritten: Fact[] = []
  #countedAtMs: number
  #ticking: Promise<void> | undefined
  #markedHour = ''
  #releasedThrough = 0

  /**
   * Opens the chain of a data folder, or begins one. What was open when the process died is closed as
   * `interrupted`. Throws `invalid_setting` for a signing key that is none.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { spools, columnar, control, folder, now, log } = options
    const heads = new Heads(control, now)
    const key = openSigningKey(folder)
    const node = (await spools.list()).flatMap((name) => spoolPattern.exec(name)?.[1] ?? [])[0] ?? newNode()
    await heads.publishKey(node, key)
    const source = `journal-${node}`
    const recorded = (await columnar.ranges()).find((range) => range.source === source)
    const spool = await spools.open(source, { atLeastSeq: recorded?.hi ?? 0 })
    try {
      const storing = new Storing({
        node,
        spool,
        columnar,
        recorded,
        log,
        onDayEnd: (day) => heads.publish(node, day, key),
      })
      await storing.run()
      const journal = new Journal(options, { spool, storing, node, heads, key })
      await journal.#begin(Math.max(0, (recorded?.hi ?? 0) - storing.state.position))
      return journal
    } catch (error) {
      await spool.close()
      throw error
    }
  }

  private constructor(
    options: JournalOptions,
    opened: { spool: Spool; storing: Storing; node: string; heads: Heads; key: SigningKey },
  ) {
    const { spool, storing, node, heads, key } = opened
    this.#options = options
    this.#spool = spool
    this.#storing = storing
    this.#key = key
    this.node = node
    this.heads = heads
    this.#writer = new ChainWriter(spool, node, storing.state.end, () => options.now().getTime())
    this.#countedAtMs = options.now().getTime()
  }

  async #begin(lostBytes: number): Promise<void> {
    const { end, open } = this.#storing.state
    if (end.seq === 0) this.#writer.append({ kind: 'began' })
    const head = await this.heads.last(this.node)
    const isCut = lostBytes > 0 || (head !== undefined && head.count > end.seq)
    if (isCut) {
      // Said in the chain itself, where nobody can take it back.
      this.#writer.append({ kind: 'lost', bytes: lostBytes })
      this.#options.log.error(
        { node: this.node, entries: end.seq, signed: head?.count, lostBytes },
        'the journal ends before what was signed or stored of it: entries were removed',
      )
    }
    for (const { entry } of open.values()) {
      const { kind: _, at, node: _n, seq: _s, hash: _h, prevHash: _p, ...facts } = entry
      this.#writer.append(interrupted(facts, this.#options.now().getTime() - Date.parse(at)))
    }
    await this.#writer.flush()
    await this.#storing.run()
  }

  /** The number of entries, and how many accesses are open. */
  get state(): { entries: number; open: number; unwritten: number } {
    return { entries: this.#writer.end.seq, open: this.#open.size, unwritten: this.#unwritten.length }
  }

  open({ principal, datasetId, action, standing, requestId }: AccessOpening): OpenAccess {
    const { owner, isPublic, denial, grants, agreements } = standing
    const counted = { dataset: datasetId, owner, action }
    if (principal.kind === 'anonymous' && isPublic && !denial) return this.#countOnly(counted)
    const { organisation, actor } = actingOf(principal)
    const facts: AccessFacts = {
      access: `${this.node}-${(this.#writer.end.seq + 1).toString(36)}`,
      organisation,
      actor,
      ...counted,
      grants,
      agreements,
      requestId,
    }
    try {
      this.#writer.append({ kind: 'opened', ...facts })
    } catch (error) {
      // What everybody may read is not held back by a full disk; it is counted as use by the public.
      if (!isPublic) throw error
      this.#options.log.error({ error: (error as Error).message }, 'the journal cannot be written')
      return this.#countOnly(counted)
    }
    this.#open.set(facts.access, { facts, sinceMs: this.#options.now().getTime() })
    return {
      durable: isPublic || denial ? null : this.#writer.flush(),
      close: (closing) => {
        if (!this.#open.delete(facts.access)) return
        this.#appendOrKeep({ kind: 'closed', ...facts, ...closing })
      },
    }
  }

  #countOnly(what: Parameters<PublicUse['add']>[1]): OpenAccess {
    return {
      durable: null,
      close: (closing: AccessClosing) => {
        if (closing.outcome === 'failed' || closing.outcome === 'refused') return
        this.#publicUse.add(this.#options.now().toISOString(), what, closing)
      },
    }
  }

  #appendOrKeep(fact: Fact): void {
    try {
      this.#writer.append(fact)
    } catch (error) {
      this.#unwritten.push(fact)
      this.#options.log.error({ error: (error as Error).message }, 'the journal cannot be written')
    }
  }

  /**
   * What time brings: counts of public use, ends of hours and days, rows in the datasets. Every second. Rejects
   * when the store or the disk refuses; the next call goes on from there.
   */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = undefined
    })
    return this.#ticking
  }

  async #tick(): Promise<void> {
    const now = this.#options.now()
    const hour = hourOf(now.toISOString())
    while (this.#unwritten.length > 0) {
      this.#writer.append(this.#unwritten[0]!)
      this.#unwritten.shift()
    }
    const isHourOver = this.#publicUse.list().some((count) => count.hour < hour)
    if (isHourOver || now.getTime() - this.#countedAtMs >= countEveryMs) this.#writeCounts(now)
    await this.#writer.flush()
    await this.#storing.run()
    await this.#endHours(hour)
    const { state } = this.#storing
    if (state.end.at.slice(0, 10) < now.toISOString().slice(0, 10))
      await this.heads.publish(this.node, state.dayEnd(), this.#key)
  }

  #writeCounts(now: Date): void {
    this.#publicUse.drain((count) => this.#writer.append({ kind: 'counted', ...count }))
    this.#countedAtMs = now.getTime()
  }

  async #endHours(hour: string): Promise<void> {
    const over = this.#storing.state.usage.list().filter(({ at }) => at < hour)
    const last = over
      .map(({ at }) => at)
      .sort()
      .at(-1)
    if (last === undefined || last === this.#markedHour) return
    this.#writer.append({ kind: 'hour', hour: last })
    this.#markedHour = last
    await this.#writer.flush()
    await this.#storing.run()
  }

  /** Use in the hour that goes on and is not in the dataset yet, on this node. */
  currentUsage(): UsageRow[] {
    const pending = this.#publicUse.list().map(
      ({ hour, count, ...of }): UsageRow => ({
        ...of,
        at: hour,
        organisation: null,
        accesses: count,
        refusals: 0,
      }),
    )
    return [...this.#storing.state.usage.list(), ...pending]
  }

  /** Lines of this node's chain after a rank, as they are stored, without LF. Throws `not_found` for another node. */
  async *lines(node: string = this.node, after = 0): AsyncGenerator<string> {
    if (node !== this.node) throw notFound('chain of the journal on this node', node)
    for await (const { text } of linesOf(this.#spool.read(this.#spool.firstSeq)))
      if (after === 0 || Number(/"seq":(\d+)/.exec(text)?.[1]) > after) yield text
  }

  /**
   * Deletes lines older than this, as far as whole files of them are. The chain itself says so, and the signed head
   * of the last day that went stands for them.
   */
  async release(retentionDays: number): Promise<void> {
    const day = new Date(this.#options.now().getTime() - retentionDays * dayMs).toISOString().slice(0, 10)
    const head = await this.heads.before(this.node, day)
    if (!head || head.count <= this.#releasedThrough || head.position <= this.#spool.firstSeq) return
    this.#writer.append({ kind: 'released', through: head.count })
    await this.#writer.flush()
    this.#releasedThrough = head.count
    await this.#spool.release(Math.min(head.position, this.#storing.state.resumeFrom))
  }

  /** Ends what is open as `interrupted`, and makes everything durable and stored. */
  async close(): Promise<void> {
    await this.#ticking?.catch(() => undefined)
    const nowMs = this.#options.now().getTime()
    for (const { facts, sinceMs } of this.#open.values())
      this.#appendOrKeep(interrupted(facts, nowMs - sinceMs))
    this.#open.clear()
    try {
      for (const fact of this.#unwritten.splice(0)) this.#writer.append(fact)
      this.#writeCounts(this.#options.now())
      await this.#writer.flush()
      await this.#storing.run()
    } catch (error) {
      this.#options.log.error({ error: (error as Error).message }, 'the end of the journal was not stored')
    }
    await this.#spool.close()
  }
}

const newNode = (): string => randomBytes(4).toString('hex')

const interrupted = (facts: AccessFacts, ms: number): Fact => ({
  kind: 'closed',
  ...facts,
  outcome: 'interrupted',
  status: null,
  rows: null,
  bytes: 0,
  ms: Math.max(0, ms),
  columns: [],
  filterHash: null,
})

/** Who a principal acts for, and the reference under which the log knows it. */
function actingOf(principal: Principal): { organisation: string | null; actor: string | null } {
  switch (principal.kind) {
    case 'anonymous':
      return { organisation: null, actor: null }
    case 'service':
      return { organisation: null, actor: `service:${principal.name}` }
    case 'key':
      return { organisation: principal.organisation, actor: `key:${principal.key}` }
    case 'user':
      return { organisation: principal.organisation, actor: `user:${principal.user}` }
  }
}
