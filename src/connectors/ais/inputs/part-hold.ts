import type { Clock, Timer } from './clock.ts'

const LF = 0x0a
const BANG = 0x21
const COMMA = 0x2c
const DIGIT_0 = 0x30
/** A message has at most nine parts; their siblings follow at once or not at all. */
const maxHeldLines = 8
const waitMs = 1_000

/**
 * Keeps the sentences of one message of one sender together. Senders share a source, and a message is put together
 * by channel and a sequence number of one digit: the second half of another ship's message, sent by another station
 * in between, would fit. So the first parts wait until the rest arrives from the same sender, 1 s at most.
 */
export class PartHold {
  readonly #clock: Clock
  readonly #late: (lines: Uint8Array) => void
  #held: Uint8Array | undefined
  #timer: Timer | undefined

  /** `late` gets lines that waited in vain. */
  constructor(clock: Clock, late: (lines: Uint8Array) => void) {
    this.#clock = clock
    this.#late = late
  }

  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** HOT: once per chunk. The whole lines of the sender that can be handed on now, held ones first. */
  take(lines: Uint8Array): Uint8Array {
    const held = this.release()
    const all = held ? Buffer.concat([held, lines]) : lines
    const cut = openPartsAt(all)
    if (cut === all.length) return all
    this.#held = all.subarray(cut)
    this.#timer = this.#clock.after(waitMs, () => {
      const late = this.release()
      if (late) this.#late(late)
    })
    return all.subarray(0, cut)
  }

  /** Gives up waiting: what was held, if anything. */
  release(): Uint8Array | undefined {
    const held = this.#held
    this.#held = undefined
    this.#timer?.cancel()
    return held
  }
}

/** Where the last lines begin that are parts of a message whose last part is missing; the length when none is. */
export function openPartsAt(lines: Uint8Array): number {
  let cut = lines.length
  for (let count = 0; count < maxHeldLines && cut > 0; count += 1) {
    const start = lines.lastIndexOf(LF, cut - 2) + 1
    if (!isOpenPart(lines, start, cut)) break
    cut = start
  }
  return cut
}

/** `!AIVDM,2,1,…`: a part before the last. */
function isOpenPart(lines: Uint8Array, start: number, end: number): boolean {
  const bang = lines.indexOf(BANG, start)
  if (bang < 0 || bang + 10 >= end || lines[bang + 6] !== COMMA || lines[bang + 8] !== COMMA) return false
  const total = lines[bang + 7]! - DIGIT_0
  const number = lines[bang + 9]! - DIGIT_0
  return lines[bang + 10] === COMMA && total >= 2 && total <= 9 && number >= 1 && number < total
}
