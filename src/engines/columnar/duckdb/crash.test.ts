/** R4: killed at any moment, the store loses no acknowledged row and doubles none, in the table and in the files. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../engine-log.ts'
import { column, table } from '../query.ts'
import { crashTable } from './crash-rows.ts'
import { openDuckDb } from './open.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lacydon-crash-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Runs the child until it has answered `answers` appends and moved days, and kills it. Returns the last position it was told. */
async function runAndKill(folder: string, answers: number): Promise<number> {
  const script = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let hi = 0
  let left = answers
  await new Promise<void>((resolve, reject) => {
    let hasMoved = false
    child.on('message', (message: { hi: number } | { days: string[] }) => {
      if ('hi' in message) {
        hi = message.hi
        left--
      } else if (message.days.length > 0) hasMoved = true
      if (left <= 0 && hasMoved) resolve()
    })
    child.on('exit', () => reject(new Error('the child ended by itself')))
  })
  child.removeAllListeners('exit')
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  return hi
}

describe('killed without warning', () => {
  it('keeps exactly the rows of the recorded range', async () => {
    const folder = join(root, 'columnar')
    const cold = join(root, 'files', 'datasets', crashTable.name)
    for (const answers of [1, 2, 9, 4, 17, 6]) {
      const acknowledged = await runAndKill(folder, answers)
      const db = await openDuckDb({ folder, log: silentLog })
      try {
        const recorded = (await db.ranges())[0]!.hi
        expect(recorded).toBeGreaterThanOrEqual(acknowledged)
        const seq = column('_seq')
        const [facts] = await db.query({
          from: table(crashTable.name),
          select: [
            { as: 'rows', value: { kind: 'aggregate', fn: 'count' } },
            { as: 'distinct', value: { kind: 'aggregate', fn: 'count-distinct', of: seq } },
            { as: 'least', value: { kind: 'aggregate', fn: 'min', of: seq } },
            { as: 'greatest', value: { kind: 'aggregate', fn: 'max', of: seq } },
          ],
        })
        expect(facts).toEqual({ rows: recorded, distinct: recorded, least: 0, greatest: recorded - 1 })
        const days = await readdir(cold)
        expect(days.length).toBeGreaterThan(0)
        for (const day of days) expect((await readdir(join(cold, day))).length, day).toBeLessThan(5)
      } finally {
        await db.close()
      }
    }
  }, 120_000)
})
