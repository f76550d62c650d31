import type { DataRecord } from '../explore-answers.ts'

export interface RowChange {
  op: 'insert' | 'update' | 'delete'
  row: DataRecord
  changed?: string[]
}

export interface DiffSummary {
  counts: Record<RowChange['op'], number>
  /** The first changes. */
  first: RowChange[]
  /** The rest was not counted: there are too many. */
  isCut: boolean
}

export const emptySummary = (): DiffSummary => ({
  counts: { insert: 0, update: 0, delete: 0 },
  first: [],
  isCut: false,
})

/** Reads lines of JSON as they come and keeps counts and the first changes; stops after `most` lines. */
export async function summarize(
  chunks: AsyncIterable<Uint8Array>,
  { most, shown }: { most: number; shown: number },
): Promise<DiffSummary> {
  const decoder = new TextDecoder()
  const summary = emptySummary()
  let rest = ''
  let seen = 0
  const take = (line: string) => {
    if (line.trim() === '') return
    const change = JSON.parse(line) as RowChange
    summary.counts[change.op]++
    if (summary.first.length < shown) summary.first.push(change)
    seen++
  }
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (seen >= most) return { ...summary, isCut: true }
      take(line)
    }
  }
  take(rest + decoder.decode())
  return summary
}

/** Pieces of a body; what is left is given up when the reader stops. */
export async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
