import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { lineAt } from './crash-child.ts'
import { openSpoolStore } from './segment-spool.ts'

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))

/** Starts the appending child, kills it right after its `reports`-th report, and answers the last durable position it told. */
async function appendUntilKilled(folder: string, reports: number): Promise<number> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, 'append', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = -1
  let seen = 0
  for await (const line of createInterface({ input: process_.stdout! })) {
    last = Number(line)
    if (++seen === reports) process_.kill('SIGKILL')
  }
  if (process_.exitCode === null && process_.signalCode === null) await once(process_, 'exit')
  expect(process_.signalCode).toBe('SIGKILL')
  return last
}

test('killed at random moments, nothing below the last reported durable position is lost or altered', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-spool-crash-'))
  try {
    for (let round = 0; round < 12; round++) {
      const durable = await appendUntilKilled(folder, 1 + Math.floor(Math.random() * 40))
      const damage: string[] = []
      const store = openSpoolStore({
        folder,
        onDamage: ({ kind, message }) => kind === 'damaged' && damage.push(message),
      })
      const spool = await store.open('feed')
      expect(spool.durableSeq).toBeGreaterThanOrEqual(durable)
      expect(spool.inputOffset).toBe(spool.durableSeq)
      let content = ''
      for await (const record of spool.read(0)) content += Buffer.from(record.data).toString('latin1')
      await spool.close()
      expect(content.length).toBe(spool.durableSeq)
      for (let position = 0; position < content.length; ) {
        const line = lineAt(position)
        if (!content.startsWith(line, position)) expect(content.slice(position, position + 300)).toBe(line)
        position += line.length
      }
      expect(damage).toEqual([])
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}, 120_000)
