import { describe, expect, it } from 'vitest'
import { bodyChunks, summarize } from './diff-lines.ts'

const line = (op: string, n: number) => JSON.stringify({ op, row: { name: `é${n}` } })
async function* inPieces(text: string, size: number) {
  const bytes = new TextEncoder().encode(text)
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

describe('the changes between two versions', () => {
  const text = [line('insert', 1), line('delete', 2), line('update', 3), line('insert', 4)].join('\n')
  it.each([1, 3, 7, 1000])('are counted however the bytes come (%d)', async (size) => {
    const { counts, first, isCut } = await summarize(inPieces(`${text}\n`, size), { most: 100, shown: 2 })
    expect(counts).toEqual({ insert: 2, update: 1, delete: 1 })
    expect(first.map(({ row }) => row.name)).toEqual(['é1', 'é2'])
    expect(isCut).toBe(false)
  })
  it('are given up when there are too many, with their source', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(`${line('insert', 1)}\n`)),
      cancel: () => {
        isCancelled = true
      },
    })
    const { counts, isCut } = await summarize(bodyChunks(body), { most: 5, shown: 1 })
    expect(counts.insert).toBe(5)
    expect(isCut).toBe(true)
    expect(isCancelled).toBe(true)
  })
})
