/** Spans of time as they are written in addresses: `1s`, `250ms`, `15m`, `24h`, `7d`. Pure. */
import { invalidInput } from '../../errors.ts'

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds. Throws `invalid_input` for what is no span or out of the bounds. */
export function readDuration(name: string, text: string, least: string, most: string): number {
  const ms = durationMs(text)
  if (ms === undefined || ms < durationMs(least)! || ms > durationMs(most)!)
    throw invalidInput(
      `${name} is “${text.slice(0, 40)}”: write a span from ${least} to ${most}, such as 30s.`,
    )
  return ms
}

function durationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  return unit === undefined ? undefined : Number(amount) * unitMs[unit]!
}
