import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { controlSuite } from './control.suite.ts'
import { openControl } from './control.ts'

const log = { warn() {} }
const crashChild = fileURLToPath(new URL('./crash-child.ts', import.meta.url))

describe('control store on SQLite', () => {
  controlSuite(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lacydon-control-'))
    return {
      open: () => openControl({ file: join(folder, 'control.sqlite'), log }),
      stop: () => rm(folder, { recursive: true }),
      isShared: false,
    }
  })

  test('is durable, strict about keys, and readable by its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lacydon-control-'))
    const file = join(folder, 'control.sqlite')
    const control = await openControl({ file, log })
    const pragma = async (name: string) => (await sql.raw(`pragma ${name}`).execute(control.db)).rows
    expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }])
    expect(await pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await control.close()
    await rm(folder, { recursive: true })
  })

  test('killed at random moments, every commit that was told is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lacydon-control-'))
    const file = join(folder, 'control.sqlite')
    const told = new Set<string>()
    for (let round = 0; round < 4; round++) {
      const reports = 1 + Math.floor(Math.random() * 200)
      const child = spawn(process.execPath, ['--import', 'tsx', crashChild, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let seen = 0
      for await (const id of createInterface({ input: child.stdout! })) {
        told.add(id)
        if (++seen === reports) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
    }
    const control = await openControl({ file, log })
    const db = control.db.withTables<{ entry: { id: string } }>()
    const kept = new Set((await db.selectFrom('entry').select('id').execute()).map(({ id }) => id))
    expect([...told].filter((id) => !kept.has(id))).toEqual([])
    expect((await sql`pragma integrity_check`.execute(db)).rows).toEqual([{ integrity_check: 'ok' }])
    await control.close()
    await rm(folder, { recursive: true })
  }, 60_000)

  test('a file that is no database and a folder that is missing are refused with one sentence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lacydon-control-'))
    await writeFile(
      join(folder, 'notes.txt'),
      'not a database, but long enough to be taken for one '.repeat(100),
    )
    for (const file of [join(folder, 'notes.txt'), join(folder, 'none', 'control.sqlite')]) {
      await expect(openControl({ file, log })).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(file),
      })
    }
    await rm(folder, { recursive: true })
  })
})
