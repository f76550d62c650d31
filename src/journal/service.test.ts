import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anonymous } from '../http/principal.ts'
import { closing, type JournalWorld, opening, openly, openWorld } from './journal.suite.ts'

let world: JournalWorld
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const later = (ms: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + ms)
}
const hourMs = 3_600_000

describe('an access', () => {
  it('is one opening, on disk before it resolves, and one end', async () => {
    const access = world.journal.open(opening())
    await access.durable
    later(7)
    access.close(closing())
    access.close(closing({ outcome: 'cut' }))
    await world.journal.tick()
    const entries = (await world.lines()).map((line) => JSON.parse(line))
    expect(entries.map(({ kind }) => kind)).toEqual(['began', 'opened', 'closed'])
    expect(entries[2]).toMatchObject({
      access: entries[1].access,
      organisation: 'metropole',
      actor: 'user:u1',
      dataset: 'loads',
      owner: 'ferries',
      grants: ['g1'],
      outcome: 'complete',
      rows: 20,
      columns: ['name'],
      prevHash: entries[1].hash,
    })
    const rows = await world.rows('access_log')
    expect(rows).toHaveLength(3)
    expect(rows.find(({ kind }) => kind === 'closed')).toMatchObject({
      dataset: 'loads',
      owner: 'ferries',
      grants: '["g1"]',
      columns: '["name"]',
      bytes: 1_000,
    })
    expect((await world.verify()).findings).toEqual([])
  })

  it('that was open when the process died is closed as interrupted', async () => {
    const access = world.journal.open(opening())
    await access.durable
    await world.journal.tick()
    later(2_000)
    const after = await world.reopen()
    expect(after.state).toMatchObject({ open: 0 })
    const entries = (await world.lines()).map((line) => JSON.parse(line))
    expect(entries.at(-1)).toMatchObject({ kind: 'closed', outcome: 'interrupted', ms: 2_000, status: null })
    expect((await world.verify()).findings).toEqual([])
    await after.tick()
    expect(await world.rows('access_log')).toHaveLength(3)
    // Once, however often it starts.
    const again = await world.reopen()
    expect(again.state.entries).toBe(3)
  })

  it('that is open at a stop is closed as interrupted', async () => {
    await world.journal.open(opening()).durable
    await world.journal.close()
    await world.reopen()
    expect((await world.lines()).map((line) => JSON.parse(line).outcome)).toEqual([
      undefined,
      undefined,
      'interrupted',
    ])
  })

  it('by the public to public data is counted, with no word of who', async () => {
    for (let i = 0; i < 5; i++)
      world.journal.open(opening({ principal: anonymous, standing: openly })).close(closing({ rows: 2 }))
    world.journal
      .open(opening({ principal: anonymous, standing: openly }))
      .close(closing({ outcome: 'failed', status: 400 }))
    await world.journal.tick()
    expect(await world.lines()).toHaveLength(1)
    later(60_000)
    await world.journal.tick()
    const entries = (await world.lines()).map((line) => JSON.parse(line))
    expect(entries).toHaveLength(2)
    expect(entries[1]).toMatchObject({
      kind: 'counted',
      count: 5,
      rows: 10,
      hour: '2026-03-01T10:00:00.000Z',
    })
    expect(Object.keys(entries[1])).not.toContain('actor')
  })

  it('to public data by an account is logged and waits for no disk', () => {
    const access = world.journal.open(opening({ standing: openly }))
    expect(access.durable).toBeNull()
    access.close(closing())
    expect(world.journal.state.entries).toBe(3)
  })
})

describe('usage', () => {
  it('has one row an hour, exactly once across restarts, and the hour that goes on beside it', async () => {
    const use = async (count: number) => {
      for (let i = 0; i < count; i++) world.journal.open(opening()).close(closing())
      world.journal.open(opening()).close(closing({ outcome: 'refused', status: 403, rows: null, bytes: 90 }))
      world.journal.open(opening({ principal: anonymous, standing: openly })).close(closing())
      later(60_000)
      await world.journal.tick()
    }
    await use(3)
    expect(await world.hoursStored()).toBe(0)
    expect(world.journal.currentUsage()).toHaveLength(2)
    await world.reopen()
    await use(2)
    await world.reopen()
    later(hourMs)
    await world.journal.tick()
    await world.reopen()
    await use(1)
    const rows = (await world.rows('usage')).map(({ _src, _seq, node, ...row }) => row)
    expect(rows).toHaveLength(2)
    expect(rows).toContainEqual({
      at: '2026-03-01T10:00:00.000Z',
      dataset: 'loads',
      owner: 'ferries',
      action: 'query',
      organisation: 'metropole',
      accesses: 5,
      refusals: 2,
      rows: 100,
      bytes: 5_180,
    })
    expect(rows).toContainEqual(expect.objectContaining({ organisation: null, accesses: 2 }))
    expect(world.journal.currentUsage()).toContainEqual(
      expect.objectContaining({ at: '2026-03-01T11:00:00.000Z', organisation: 'metropole', accesses: 1 }),
    )
  })
})

describe('the head of a day', () => {
  it('is signed once the day is over, by a key that only its owner can read', async () => {
    world.journal.open(opening()).close(closing())
    await world.journal.tick()
    expect(await world.journal.heads.list({})).toEqual([])
    later(24 * hourMs)
    await world.journal.tick()
    await world.journal.tick()
    const heads = await world.journal.heads.list({})
    const last = JSON.parse((await world.lines())[2]!)
    expect(heads).toMatchObject([{ date: '2026-03-01', count: 3, hash: last.hash, node: world.journal.node }])
    const { mode } = await stat(join(world.folder, 'journal-key.pem'))
    expect(mode & 0o777).toBe(0o600)
    expect(await world.verify()).toMatchObject({ findings: [], heads: 1 })
  })
})

describe('a chain whose end was cut off', () => {
  it('says so itself at the next start, and every verification after', async () => {
    for (let i = 0; i < 4; i++) {
      world.journal.open(opening()).close(closing())
      await world.journal.tick()
    }
    await world.journal.close()
    const spool = join(world.folder, 'spool', `journal-${world.journal.node}`)
    const [file] = await readdir(spool)
    const content = await readFile(join(spool, file!))
    // The last record with its header goes: the rest reads as if there had never been more.
    await writeFile(join(spool, file!), content.subarray(0, content.lastIndexOf('{"hash"') - 40))
    await world.reopen()
    const { findings } = await world.verify()
    expect(findings).toMatchObject([{ kind: 'truncated' }])
    expect(findings[0]!.text).toMatch(/^Entries before entry \d+ were cut off: \d+ bytes/)
    await world.reopen()
    expect((await world.verify()).findings).toHaveLength(1)
  })
})

describe('what is past its time', () => {
  it('goes, the chain says so, and what is left still verifies', async () => {
    await world.close()
    world = await openWorld('2026-03-01T10:00:00.000Z', { segmentBytes: 2_000 })
    for (let day = 0; day < 6; day++) {
      for (let i = 0; i < 5; i++) {
        world.journal.open(opening()).close(closing())
        await world.journal.tick()
      }
      later(24 * hourMs)
      await world.journal.tick()
    }
    const before = await world.verify()
    expect(before).toMatchObject({ first: 1, findings: [] })
    await world.journal.release(3)
    await world.journal.tick()
    const after = await world.verify()
    expect(after.first).toBeGreaterThan(10)
    expect(after.findings).toEqual([])
    await world.reopen()
    expect(await world.verify()).toMatchObject({ findings: [], first: after.first })
  })
})
