import { cpus, release, totalmem } from 'node:os'

/** The machine that measured, in one line of Markdown. */
export function describeMachine() {
  const processors = cpus()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  const date = new Date().toISOString().slice(0, 10)
  return `Measured on ${date}: ${processors.length} cores of ${processors[0]?.model.trim() || 'an unnamed processor'}, ${memoryGiB} GiB of memory, ${process.platform} ${release()}, Node ${process.versions.node}.`
}
