import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SpoolDamage } from './recovery.ts'
import { openSpoolStore, type SpoolStoreOptions } from './segment-spool.ts'
import type { Spool, SpoolRecord } from './spool.ts'

let folder: string
let damages: SpoolDamage[]
const opened: Spool[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-spool-'))
  damages = []
})

afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close().catch(() => {})
  await rm(folder, { recursive: true })
})

async function openSpool(options: Partial<SpoolStoreOptions> = {}, atLeastSeq?: number): Promise<Spool> {
  const store = openSpoolStore({ folder, onDamage: (damage) => damages.push(damage), ...options })
  const spool = await store.open('feed-1', { atLeastSeq })
  opened.push(spool)
  return spool
}

const lines = (text: string) => Buffer.from(text, 'latin1')

async function all(records: AsyncIterable<SpoolRecord>): Promise<SpoolRecord[]> {
  const out: SpoolRecord[] = []
  for await (const record of records) out.push(record)
  return out
}

async function text(spool: Spool, from = 0): Promise<string> {
  return Buffer.concat((await all(spool.read(from))).map((record) => record.data)).toString('latin1')
}

async function segments(): Promise<string[]> {
  const names = await readdir(join(folder, 'feed-1'))
  return names.filter((name) => name.endsWith('.seg')).sort()
}

/** A spool of three one-record segments: `aaaa`, `bbbb`, `cccc`, 5 bytes each. */
async function threeSegments(): Promise<string[]> {
  const spool = await openSpool({ segmentBytes: 60 })
  for (const letter of 'abc') {
    spool.append(1000, lines(`${letter.repeat(4)}\n`))
    await spool.flush()
  }
  await spool.close()
  return (await segments()).map((name) => join(folder, 'feed-1', name))
}

async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at]! ^= 0xff
  await writeFile(path, bytes)
}

describe('positions and records', () => {
  test('a position is a byte offset in the concatenated lines, kept over restarts', async () => {
    const first = await openSpool()
    expect(first.append(1000, lines('one\n'))).toBe(0)
    expect(first.append(2000, lines('two\nthree\n'), 14)).toBe(4)
    expect(first.durableSeq).toBe(0)
    expect(first.pendingBytes).toBe(14)
    await first.close()
    const second = await openSpool()
    expect(second.durableSeq).toBe(14)
    expect(second.inputOffset).toBe(14)
    expect(second.append(3000, lines('four\n'))).toBe(14)
    await second.flush()
    expect(second.pendingBytes).toBe(0)
    const records = await all(second.read(0))
    expect(records.map((record) => ({ ...record, data: String(record.data) }))).toEqual([
      { seq: 0, receivedAtMs: 1000, inputOffset: -1, data: 'one\n' },
      { seq: 4, receivedAtMs: 2000, inputOffset: 14, data: 'two\nthree\n' },
      { seq: 14, receivedAtMs: 3000, inputOffset: -1, data: 'four\n' },
    ])
    expect(damages).toEqual([])
  })

  test('appends of one millisecond share a record; reading may start inside it', async () => {
    const spool = await openSpool()
    spool.append(1000, lines('one\n'), 4)
    spool.append(1000, lines('two\n'), 8)
    await spool.flush()
    expect(await all(spool.read(0))).toHaveLength(1)
    expect(await all(spool.read(6))).toEqual([
      { seq: 6, receivedAtMs: 1000, inputOffset: 8, data: lines('o\n') },
    ])
  })

  test('the caller may reuse its buffer at once', async () => {
    const spool = await openSpool()
    const buffer = lines('keep\n')
    spool.append(1000, buffer)
    buffer.fill(0x78)
    await spool.flush()
    expect(await text(spool)).toBe('keep\n')
  })

  test('an empty append, lines without LF, a foreign source name', async () => {
    const spool = await openSpool()
    expect(spool.append(1000, new Uint8Array(0))).toBe(0)
    expect(() => spool.append(1000, lines('no end'))).toThrow('end with LF')
    const store = openSpoolStore({ folder })
    for (const name of ['', '../x', 'A', 'a/b', 'a.b']) {
      await expect(store.open(name)).rejects.toMatchObject({ code: 'invalid_input' })
    }
    await store.open('other').then((other) => other.close())
    expect(await store.list()).toEqual(['feed-1', 'other'])
  })

  test('one store opens a source once', async () => {
    const store = openSpoolStore({ folder })
    const spool = await store.open('twice')
    await expect(store.open('twice')).rejects.toMatchObject({ code: 'conflict' })
    await spool.close()
    await (await store.open('twice')).close()
  })

  test('positions jump to what the rows already know, without a report of loss', async () => {
    const first = await openSpool()
    first.append(1000, lines('one\n'))
    await first.close()
    const second = await openSpool({}, 1000)
    expect(second.append(1000, lines('two\n'))).toBe(1000)
    await second.flush()
    expect((await all(second.read(0))).map((record) => record.seq)).toEqual([0, 1000])
    expect(await text(second, 500)).toBe('two\n')
    expect(damages).toEqual([])
  })

  test('tells durability through onDurable, bounded memory through a refusal', async () => {
    const spool = await openSpool({ maxPendingBytes: 10, fsyncEveryMs: 1 })
    const durable = new Promise<number>((resolve) => {
      spool.onDurable = resolve
    })
    spool.append(1000, lines('12345678\n'))
    expect(() => spool.append(1000, lines('9\n'))).toThrow('does not keep up')
    expect(await durable).toBe(9)
    expect(spool.append(1000, lines('9\n'))).toBe(9)
  })

  test('what comes out is what went in, wherever reading starts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 300 }), fc.boolean()), {
          maxLength: 40,
        }),
        fc.integer({ min: 100, max: 1000 }),
        fc.nat(),
        async (appends, segmentBytes, where) => {
          const run = await mkdtemp(join(folder, 'run-'))
          const store = openSpoolStore({
            folder: run,
            segmentBytes,
            onDamage: (damage) => damages.push(damage),
          })
          let spool = await store.open('feed-1')
          let expected = ''
          for (const [timeMs, length, restart] of appends) {
            const line = `${String.fromCharCode(97 + (length % 26)).repeat(length)}\n`
            expect(spool.append(timeMs, lines(line))).toBe(expected.length)
            expected += line
            if (restart) {
              await spool.close()
              spool = await store.open('feed-1')
            }
          }
          await spool.flush()
          const from = where % (expected.length + 1)
          expect(await text(spool, from)).toBe(expected.slice(from))
          await spool.close()
        },
      ),
      { numRuns: 30 },
    )
    expect(damages).toEqual([])
  })
})

describe('reading while appending', () => {
  test('a reader that goes on from where it stopped sees every byte once', async () => {
    const spool = await openSpool({ segmentBytes: 2000, fsyncEveryMs: 1 })
    let expected = ''
    let seen = ''
    let wake = () => {}
    spool.onDurable = () => wake()
    const total = 300
    for (let i = 0; i < total || seen.length < expected.length; i++) {
      if (i < total) {
        const line = `${i}:${'x'.repeat(i % 90)}\n`
        spool.append(i, lines(line))
        expected += line
      }
      if (spool.durableSeq === seen.length) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      for await (const record of spool.read(seen.length)) {
        expect(record.seq).toBe(seen.length)
        seen += String(record.data)
      }
    }
    expect(seen).toBe(expected)
    expect((await segments()).length).toBeGreaterThan(3)
    expect(damages).toEqual([])
  })

  test('released segments go, what is above stays, also under a reader', async () => {
    await threeSegments()
    const spool = await openSpool({ segmentBytes: 60 })
    spool.append(1000, lines('dddd\n'))
    await spool.flush()
    const reader = spool.read(0)[Symbol.asyncIterator]()
    expect(String((await reader.next()).value!.data)).toBe('aaaa\n')
    await spool.release(12)
    expect(spool.firstSeq).toBe(10)
    expect(String((await reader.next()).value!.data)).toBe('cccc\n')
    await reader.return?.()
    await spool.release(Number.MAX_SAFE_INTEGER)
    expect(spool.firstSeq).toBe(15)
    expect(await text(spool)).toBe('dddd\n')
  })

  test('the input offset survives the release of the segment that held it', async () => {
    const first = await openSpool({ segmentBytes: 60 })
    first.append(1000, lines('aaaa\n'), 77)
    await first.flush()
    await first.close()
    const path = join(folder, 'feed-1', '0000000000000005.seg')
    const second = await openSpool({ segmentBytes: 60 })
    second.append(1000, lines('bbbb\n'), 82)
    await second.flush()
    await second.release(5)
    await second.close()
    await truncate(path, 40)
    const third = await openSpool()
    expect(third.inputOffset).toBe(77)
    expect(third.durableSeq).toBe(5)
  })
})

describe('damaged files', () => {
  test('a torn tail is cut at open, kept aside and told', async () => {
    const paths = await threeSegments()
    const whole = await readFile(paths[2]!)
    for (let size = whole.length - 1; size > 40; size -= 7) {
      damages = []
      await writeFile(paths[2]!, whole.subarray(0, size))
      const spool = await openSpool()
      expect(spool.durableSeq).toBe(10)
      expect(await text(spool)).toBe('aaaa\nbbbb\n')
      expect(damages).toMatchObject([{ kind: 'torn-tail', atSeq: 10 }])
      expect((await stat(paths[2]!)).size).toBe(40)
      expect(await readFile(`${paths[2]}.40.torn`)).toEqual(whole.subarray(40, size))
      await spool.close()
    }
  })

  test('a segment without a whole header is set aside; its position is not given twice', async () => {
    const paths = await threeSegments()
    await truncate(paths[2]!, 11)
    const spool = await openSpool()
    expect(damages).toMatchObject([{ kind: 'torn-tail', atSeq: 10 }])
    expect(spool.append(1000, lines('dddd\n'))).toBe(10)
    await spool.flush()
    expect(await text(spool)).toBe('aaaa\nbbbb\ndddd\n')
  })

  test('zeros after the last record (a file grown before a power cut) are a torn tail', async () => {
    const paths = await threeSegments()
    const handle = await open(paths[2]!, 'a')
    await handle.write(Buffer.alloc(5000))
    await handle.close()
    const spool = await openSpool()
    expect(spool.durableSeq).toBe(15)
    expect(damages).toMatchObject([{ kind: 'torn-tail', atSeq: 15 }])
  })

  test('wrong data costs one record, wrong headers the rest of one segment; both are told', async () => {
    const writer = await openSpool({ segmentBytes: 200 })
    for (let i = 0; i < 9; i++) writer.append(i, lines(`line ${i}\n`))
    await writer.close()
    const paths = (await segments()).map((name) => join(folder, 'feed-1', name))
    expect(paths.length).toBe(3)
    // Records of 40 + 7 bytes after a header of 40: four a segment.
    await flipByte(paths[0]!, 40 + 47 + 42)
    await flipByte(paths[1]!, 40 + 47 + 3)
    const spool = await openSpool({ segmentBytes: 200 })
    expect(await text(spool)).toBe('line 0\nline 2\nline 3\nline 4\nline 8\n')
    expect(damages.map((damage) => [damage.kind, damage.atSeq])).toEqual([
      ['damaged', 7],
      ['damaged', 35],
    ])
    await text(spool)
    expect(damages).toHaveLength(2)
  })

  test('a whole segment without header, one cut short, one missing: told, never silent', async () => {
    for (const harm of ['header', 'cut', 'missing'] as const) {
      await rm(join(folder, 'feed-1'), { recursive: true, force: true })
      damages = []
      const paths = await threeSegments()
      if (harm === 'header') await flipByte(paths[1]!, 9)
      if (harm === 'cut') await truncate(paths[1]!, 50)
      if (harm === 'missing') await rm(paths[1]!)
      const spool = await openSpool()
      expect(await text(spool)).toBe('aaaa\ncccc\n')
      expect(damages).toMatchObject([{ kind: 'damaged', atSeq: 5 }])
      await spool.close()
    }
  })

  test('damage inside the last segment keeps the sound records after it', async () => {
    const writer = await openSpool()
    for (let i = 0; i < 3; i++) writer.append(i, lines(`line ${i}\n`))
    await writer.close()
    await flipByte(join(folder, 'feed-1', '0000000000000000.seg'), 40 + 47 + 42)
    const spool = await openSpool()
    expect(damages).toMatchObject([{ kind: 'damaged', atSeq: 7 }])
    expect(spool.durableSeq).toBe(21)
    expect(await text(spool)).toBe('line 0\nline 2\n')
  })

  test('any flipped byte or cut never throws, never invents a byte, and is told when something is missing', async () => {
    const writer = await openSpool({ segmentBytes: 300 })
    const expected: string[] = []
    for (let i = 0; i < 20; i++) {
      expected.push(`line ${String(i).padStart(2, '0')}\n`)
      writer.append(i, lines(expected[i]!))
    }
    await writer.close()
    const names = await segments()
    const originals = await Promise.all(names.map((name) => readFile(join(folder, 'feed-1', name))))
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.boolean(), async (which, where, cut) => {
        const harmed = which % names.length
        const at = where % originals[harmed]!.length
        for (const [i, name] of names.entries()) await writeFile(join(folder, 'feed-1', name), originals[i]!)
        for (const name of await readdir(join(folder, 'feed-1'))) {
          if (name.endsWith('.torn')) await rm(join(folder, 'feed-1', name))
        }
        const path = join(folder, 'feed-1', names[harmed]!)
        if (cut) await truncate(path, at)
        else await flipByte(path, at)
        damages = []
        const spool = await openSpool({ segmentBytes: 300 })
        const found = (await text(spool)).match(/.*\n/g) ?? []
        await spool.close()
        let from = 0
        for (const line of found) {
          from = expected.indexOf(line, from) + 1
          expect(from).toBeGreaterThan(0)
        }
        if (found.length < expected.length) expect(damages.length + Number(cut)).toBeGreaterThan(0)
      }),
      { numRuns: 60 },
    )
  })
})
