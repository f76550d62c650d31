import { parseAisAddress } from './address.ts'
import type { Input, InputEvents, InputState } from './input.ts'
import { ManualClock } from './manual-clock.suite.ts'
import { openInput } from './open-input.ts'

/** Keeps what an input tells, and lets a test wait for it. */
export class Recorder implements InputEvents {
  readonly clock = new ManualClock()
  readonly logged: string[] = []
  readonly states: { state: InputState; message?: string }[] = []
  readonly refusals: { reason: string; sample: string }[] = []
  readonly offsets: (number | undefined)[] = []
  text = ''
  calls = 0
  /** The answer to `lines`: a spool with room, or a full one. */
  hasRoom = true
  random = 0.5
  #watchers: (() => void)[] = []

  lines(data: Uint8Array, _receivedAtMs: number, inputOffset?: number): boolean {
    this.text += Buffer.from(data).toString('latin1')
    this.calls += 1
    this.offsets.push(inputOffset)
    this.#changed()
    return this.hasRoom
  }

  state(state: InputState, message?: string): void {
    this.states.push({ state, message })
    this.#changed()
  }

  refused(reason: string, sample: string): void {
    this.refusals.push({ reason, sample })
    this.#changed()
  }

  /** Resolves when `isSo` holds, looked at after each event. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve()
    return new Promise((resolve) => {
      const watcher = () => {
        if (!isSo()) return
        this.#watchers = this.#watchers.filter((other) => other !== watcher)
        resolve()
      }
      this.#watchers.push(watcher)
    })
  }

  untilState(state: InputState): Promise<void> {
    return this.until(() => this.states.at(-1)?.state === state)
  }

  open(address: string, startOffset?: number): Input {
    const log = {
      info: (text: string) => this.logged.push(text),
      warn: (text: string) => this.logged.push(text),
    }
    const effects = { clock: this.clock, log, random: () => this.random }
    return openInput(parseAisAddress(address), this, effects, startOffset)
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}
