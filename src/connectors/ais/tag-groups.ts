import type { Circumstances } from './circumstances.ts'
import { type Moment, msBetween } from './moment.ts'

const maxGroups = 512

interface Group extends Moment {
  station: string | null
  linesLeft: number
  seq: number
}

/** Only one line of a TAG group needs to say time and station: the others inherit them. */
export class TagGroups {
  /** In order of arrival. */
  readonly #groups = new Map<string, Group>()

  get count(): number {
    return this.#groups.size
  }

  oldestSeq(): number | undefined {
    for (const group of this.#groups.values()) return group.seq
    return undefined
  }

  /** Completes `about`, of the line at `seq`, with what the group is known to have. */
  inherit(about: Circumstances, seq: number, receivedAtMs: number): void {
    const id = about.group!
    let group = this.#groups.get(id)
    // The same id from another station is another group.
    if (group && group.station !== null && about.station !== null && group.station !== about.station) {
      this.#groups.delete(id)
      group = undefined
    }
    if (!group) {
      const { tagMs: statedMs, station, groupTotal: linesLeft } = about
      group = { statedMs, receivedAtMs, station, linesLeft, seq }
      this.#groups.set(id, group)
      if (this.#groups.size > maxGroups) this.#groups.delete(this.#groups.keys().next().value!)
    }
    if (Number.isNaN(group.statedMs)) group.statedMs = about.tagMs
    else if (Number.isNaN(about.tagMs)) about.tagMs = group.statedMs
    group.station ??= about.station
    about.station ??= group.station
    if (!(--group.linesLeft > 0)) this.#groups.delete(id)
  }

  /** Forgets the oldest groups that began more than `timeoutMs` before `now`. */
  expire(now: Moment, timeoutMs: number): void {
    for (const [id, group] of this.#groups) {
      if (msBetween(group, now) <= timeoutMs) return
      this.#groups.delete(id)
    }
  }

  clear(): void {
    this.#groups.clear()
  }
}
