import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BlobStore, StoredFile } from './files.ts'

export interface FilesTarget {
  store: BlobStore
  stop(): Promise<void>
}

const bytes = (text: string) => Buffer.from(text)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function* inPieces(data: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += pieceBytes) yield data.subarray(at, at + pieceBytes)
}

/** Every promise of a file store, to be run on each implementation. */
export function filesSuite(start: () => Promise<FilesTarget>): void {
  let target: FilesTarget
  let store: BlobStore
  beforeAll(async () => {
    target = await start()
    store = target.store
  })
  afterAll(() => target?.stop())
  beforeEach(async () => {
    for (const { key } of await list('')) await store.delete(key)
  })
  const list = async (prefix: string): Promise<StoredFile[]> => {
    const all: StoredFile[] = []
    for await (const file of store.list(prefix)) all.push(file)
    return all
  }

  test('what is put comes back, with its size and sha256', async () => {
    const data = Buffer.from(Array.from({ length: 700_001 }, (_, i) => i * 31))
    const whole = await store.put('a/b=1/c.parquet', data)
    const streamed = await store.put('a/b=1/d.parquet', inPieces(data, 65_537))
    expect(whole).toEqual({ sizeBytes: data.length, sha256: sha256(data) })
    expect(streamed).toEqual(whole)
    expect((await read(store.get('a/b=1/c.parquet'))).equals(data)).toBe(true)
    expect((await read(store.get('a/b=1/d.parquet'))).equals(data)).toBe(true)
    expect(await store.stat('a/b=1/c.parquet')).toEqual({
      key: 'a/b=1/c.parquet',
      sizeBytes: data.length,
      modifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  test('an empty file is one', async () => {
    await store.put('empty', bytes(''))
    expect(await read(store.get('empty'))).toEqual(bytes(''))
    expect((await store.stat('empty')).sizeBytes).toBe(0)
  })

  test('a large stream passes through little memory', async () => {
    const piece = Buffer.alloc(1 << 20, 7)
    const pieces = 96
    async function* large() {
      for (let i = 0; i < pieces; i++) yield piece
    }
    const { sizeBytes } = await store.put('large', large())
    expect(sizeBytes).toBe(pieces * piece.length)
    let seen = 0
    let longest = 0
    for await (const chunk of store.get('large')) {
      seen += chunk.length
      longest = Math.max(longest, chunk.length)
    }
    expect(seen).toBe(sizeBytes)
    expect(longest).toBeLessThanOrEqual(1 << 20)
  })

  test('a range is the bytes from start up to end, cut at the end of the file', async () => {
    const data = Buffer.from(Array.from({ length: 600_000 }, (_, i) => i * 7))
    await store.put('ranged', data)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(700_000),
        fc.option(fc.nat(700_000), { nil: undefined }),
        async (start, length) => {
          const end = length === undefined ? undefined : start + length
          expect((await read(store.get('ranged', { start, end }))).equals(data.subarray(start, end))).toBe(
            true,
          )
        },
      ),
      { numRuns: 40 },
    )
    for (const range of [{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }, { start: Number.NaN }]) {
      await expect(read(store.get('ranged', range))).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  test('a missing file is not found; deleting it is no error', async () => {
    await store.put('a/there', bytes('x'))
    for (const key of ['missing', 'a', 'a/there/below', 'no/such/folder']) {
      await expect(read(store.get(key))).rejects.toMatchObject({ code: 'not_found', status: 404 })
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'not_found' })
      await store.delete(key)
    }
    await store.delete('a/there')
    await expect(store.stat('a/there')).rejects.toMatchObject({ code: 'not_found' })
    expect(await list('')).toEqual([])
  })

  test('put replaces; who reads the old file reads it to its end', async () => {
    const old = Buffer.alloc(2_000_000, 1)
    await store.put('k', old)
    const reading = store.get('k')[Symbol.asyncIterator]()
    let seen = (await reading.next()).value!.length
    await store.put('k', bytes('new'))
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      expect(next.value.every((byte: number) => byte === 1)).toBe(true)
      seen += next.value.length
    }
    expect(seen).toBe(old.length)
    expect(await read(store.get('k'))).toEqual(bytes('new'))
  })

  test('a put whose data fails leaves what was there, and nothing else', async () => {
    await store.put('k', bytes('old'))
    async function* failing() {
      yield bytes('half')
      throw new Error('on purpose')
    }
    await expect(store.put('k', failing())).rejects.toThrow('on purpose')
    await expect(store.put('other', failing())).rejects.toThrow('on purpose')
    expect(await read(store.get('k'))).toEqual(bytes('old'))
    expect((await list('')).map(({ key }) => key)).toEqual(['k'])
  })

  test('many puts and deletes at once end whole', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `many/${i % 8}/file`)
    await Promise.all(
      keys.map(async (key, i) => {
        await store.put(key, inPieces(Buffer.alloc(50_000, i), 9000))
        if (i % 3 === 0) await store.delete(key)
      }),
    )
    for (const { key, sizeBytes } of await list('many/')) {
      expect(sizeBytes).toBe(50_000)
      expect(new Set(await read(store.get(key))).size).toBe(1)
    }
  })

  describe('list', () => {
    test('is sorted by key and takes any beginning of a key', async () => {
      const keys = ['a', 'a-b', 'a.b/x', 'a=1/y', 'a_b/z/1', 'a_b/z/10', 'a_b/z/2', 'b/c', 'ba', 'Z/z']
      for (const key of [...keys].reverse()) await store.put(key, bytes(key))
      const sorted = [...keys].sort()
      for (const prefix of ['', 'a', 'a_', 'a_b/', 'a_b/z/1', 'b', 'b/', 'a/', 'zzz', 'Z/z', 'a.']) {
        const found = await list(prefix)
        expect(found.map(({ key }) => key)).toEqual(sorted.filter((key) => key.startsWith(prefix)))
        for (const { key, sizeBytes } of found) expect(sizeBytes).toBe(key.length)
      }
    })

    test('of random keys equals the sorted keys', async () => {
      const name = fc.string({
        unit: fc.constantFrom('a', 'b', 'B', '0', '-', '=', '_'),
        minLength: 1,
        maxLength: 3,
      })
      const key = fc
        .array(name, { minLength: 1, maxLength: 3 })
        .map((parts) => parts.map((p) => `d${p}`).join('/'))
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), async (keys) => {
          // A key that would have to be a folder of another one is left out.
          const usable = keys.filter((k) => !keys.some((other) => other.startsWith(`${k}/`)))
          for (const k of usable) await store.put(k, bytes(k))
          expect((await list('')).map((file) => file.key)).toEqual([...usable].sort())
          for (const k of usable) await store.delete(k)
        }),
        { numRuns: 15 },
      )
    })
  })

  test('keys that could lead elsewhere are refused everywhere', async () => {
    const bad = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../x',
      'a/../b',
      'a/./b',
      'a\\b',
      'a b',
      'é',
      'a\0b',
      'a:b',
    ]
    for (const key of [...bad, '%2e%2e/x', '.incoming/x', 'x'.repeat(201), `${'x/'.repeat(600)}x`]) {
      const refused = { code: 'invalid_input', status: 400 }
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject(refused)
      await expect(read(store.get(key))).rejects.toMatchObject(refused)
      await expect(store.stat(key)).rejects.toMatchObject(refused)
      await expect(store.delete(key)).rejects.toMatchObject(refused)
    }
    for (const prefix of ['/', '../', 'a/../', 'a//', 'a b']) {
      expect(() => store.list(prefix)).toThrow('cannot begin')
    }
    expect(await list('')).toEqual([])
  })

  test('health is good', async () => {
    expect(await store.health()).toMatchObject({ ok: true })
  })
}
