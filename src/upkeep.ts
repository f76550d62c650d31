/** What is done every hour: streams past their time, what is over and can be forgotten, what is counted anew. */

/** One thing to do, and what the log says when it fails: the next hour tries again. */
export interface Chore {
  run(): Promise<unknown>
  failure: string
  /** Also soon after the start, so that an instance that never runs for an hour does it too. */
  isSoon?: boolean
}

const everyMs = 3_600_000
/** Not at once: the start comes first. */
const firstMs = 60_000

/** Begins; answers how to stop. Chores run side by side, and one that fails stops none. */
export function startUpkeep(
  chores: readonly Chore[],
  log: { warn(details: object, text: string): void },
): () => void {
  const start = (some: readonly Chore[]) => {
    for (const { run, failure } of some)
      run().catch((error: Error) => log.warn({ error: error.message }, failure))
  }
  const hourly = setInterval(() => start(chores), everyMs)
  const first = setTimeout(() => start(chores.filter(({ isSoon }) => isSoon)), firstMs)
  return () => {
    clearInterval(hourly)
    clearTimeout(first)
  }
}
