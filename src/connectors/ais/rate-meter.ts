/** Messages a minute over the last minute, from a growing count, sampled when asked. */
export class RateMeter {
  readonly #samples: { atMs: number; count: number }[] = []

  /** Rate at `nowMs` when the count so far is `count`; asked at least every few seconds. */
  perMinute(nowMs: number, count: number): number {
    const samples = this.#samples
    const last = samples.at(-1)
    if (!last || nowMs - last.atMs >= 1000) samples.push({ atMs: nowMs, count })
    while (samples.length > 1 && nowMs - samples[0]!.atMs > 60_000) samples.shift()
    const first = samples[0]!
    const spanMs = nowMs - first.atMs
    return spanMs < 1000 ? 0 : Math.round(((count - first.count) * 60_000) / spanMs)
  }
}
