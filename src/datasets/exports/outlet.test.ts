import { describe, expect, it } from 'vitest'
import { outlet } from './outlet.ts'

const piece = (byte: number, length = 1_000) => new Uint8Array(length).fill(byte)

async function* pieces(count: number, failure?: Error) {
  for (let i = 0; i < count; i++) yield piece(i)
  if (failure) throw failure
}

async function first(iterable: AsyncIterable<Uint8Array>) {
  const bytes: number[] = []
  for await (const part of iterable) for (let i = 0; i < part.length; i += 1_000) bytes.push(part[i]!)
  return bytes
}

describe('the outlet', () => {
  it.each([1_000_000, 3_000, 1])(
    'gives the same in the same order (%i bytes in memory)',
    async (memoryBytes) => {
      expect(await first(outlet(pieces(100), { memoryBytes, abort: () => {} }))).toEqual([
        ...Array(100).keys(),
      ])
    },
  )

  it('takes everything before the reader has read', async () => {
    let taken = 0
    let isDone = () => {}
    const done = new Promise<void>((resolve) => {
      isDone = resolve
    })
    const source = (async function* () {
      for (; taken < 50; taken++) yield piece(taken)
      isDone()
    })()
    const out = outlet(source, { memoryBytes: 2_000, abort: () => {} })
    await out.next()
    await done
    expect(taken).toBe(50)
    expect(await first(out)).toEqual([...Array(50).keys()].slice(1))
  })

  it('waits for the reader when the disk is full', async () => {
    let taken = 0
    const source = (async function* () {
      for (; taken < 100; taken++) yield piece(taken)
    })()
    const out = outlet(source, { memoryBytes: 1, diskBytes: 5_000, abort: () => {} })
    await out.next()
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBeLessThan(20)
    expect(await first(out)).toEqual([...Array(100).keys()].slice(1))
  })

  it('fails with the source, after what came before', async () => {
    const out = outlet(pieces(3, new Error('cut')), { memoryBytes: 1, abort: () => {} })
    const seen: number[] = []
    await expect(
      (async () => {
        for await (const part of out) seen.push(...part.filter((_, i) => i % 1_000 === 0))
      })(),
    ).rejects.toThrow('cut')
    expect(seen).toEqual([0, 1, 2])
  })

  it('gives up a reader that stands still', async () => {
    const stalled = new Promise<void>((resolve) => {
      const out = outlet(pieces(10), { stallMs: 1, abort: resolve })
      void out.next()
    })
    await stalled
  })

  it('stops the source when the reader leaves', async () => {
    let wasStopped = false
    const source = (async function* () {
      try {
        for (;;) yield piece(1)
      } finally {
        wasStopped = true
      }
    })()
    const out = outlet(source, { memoryBytes: 1, diskBytes: 1_000, abort: () => {} })
    await out.next()
    await out.return(undefined)
    expect(wasStopped).toBe(true)
  })
})
