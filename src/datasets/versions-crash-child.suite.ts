/**
 * Run by the crash test in a process of its own: publishes versions of one dataset and dies by SIGKILL at the step it is
 * told, or goes on until it is killed. Version N has the rows 1 to N.
 */
import { join } from 'node:path'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { field, openDatasets, publishRows, quays } from './versions.suite.ts'
import type { RowStore } from './versions.ts'

export const crashSteps = [
  'before load',
  'after load',
  'before archive',
  'after archive',
  'before publish',
  'after publish',
  'before purge',
  'after purge',
  'before drop',
  'after drop',
] as const
export type CrashStep = (typeof crashSteps)[number]

export const rowsOfVersion = (version: number) => Array.from({ length: version }, (_, i) => ({ a: i + 1 }))

/** The store, which ends this process before or after one of its calls once `isArmed` says so. */
function dyingStore(store: RowStore, step: CrashStep, isArmed: () => boolean): RowStore {
  const [when, name] = step.split(' ') as [
    'before' | 'after',
    'load' | 'archive' | 'publish' | 'purge' | 'drop',
  ]
  const call = store[name] as (...args: unknown[]) => Promise<unknown>
  const die = () => process.kill(process.pid, 'SIGKILL')
  return {
    ...store,
    [name]: async (...args: unknown[]) => {
      if (isArmed() && when === 'before') die()
      const result = await call(...args)
      if (isArmed()) die()
      return result
    },
  }
}

async function crashAt(folder: string, step: CrashStep): Promise<void> {
  let isArmed = false
  const opened = await openDatasets(folder, undefined, async () =>
    dyingStore(
      await openDuckDb({
        folder: join(folder, 'columnar'),
        coldFolder: join(folder, 'files', 'datasets'),
        log: silentLog,
      }),
      step,
      () => isArmed,
    ),
  )
  await opened.datasets.create(quays([field('a', 'integer')]))
  for (const version of [1, 2]) await publishRows(opened, 'quays', rowsOfVersion(version))
  isArmed = true
  if (step.endsWith('purge')) await opened.datasets.prune({ keepLast: 1, keepDays: 0 })
  else if (step.endsWith('drop')) await opened.datasets.delete('quays')
  else await publishRows(opened, 'quays', rowsOfVersion(3))
}

async function publishForEver(folder: string): Promise<void> {
  const opened = await openDatasets(folder)
  if (!opened.datasets.list().some(({ id }) => id === 'quays'))
    await opened.datasets.create(quays([field('a', 'integer')]))
  for (;;) {
    const next = (opened.datasets.describe('quays').currentVersion ?? 0) + 1
    const { version } = await publishRows(opened, 'quays', rowsOfVersion(next))
    process.stdout.write(`${version}\n`)
  }
}

const [, , task, folder] = process.argv
if (task === 'for ever') await publishForEver(folder!)
else if ((crashSteps as readonly string[]).includes(task!)) await crashAt(folder!, task as CrashStep)
