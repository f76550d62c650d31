import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scanParallel } from './parallel-scan.ts'
import { scanCsv } from './scan.ts'

const dialect = { delimiter: 44, quote: 34 }
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-scan-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What a scan says of each kind; shapes of one kind may be parted differently. */
const said = ({ columns, ...scan }: ReturnType<typeof scanCsv>) => ({
  ...scan,
  columns: columns.map(({ shapes, filledCount, emptyCount, maxBytes }) => {
    const kinds: Record<string, { count: number; firstLine: number; min: number; max: number }> = {}
    for (const { kind, count, firstLine, min, max } of shapes) {
      const known = kinds[kind] ?? { count: 0, firstLine, min, max }
      kinds[kind] = {
        count: known.count + count,
        firstLine: Math.min(known.firstLine, firstLine),
        min: Math.min(known.min, min),
        max: Math.max(known.max, max),
      }
    }
    return { filledCount, emptyCount, maxBytes, kinds }
  }),
})

/** So many that texts are counted to the end. */
const expectedRows = 1_000_000

const row = (i: number) => `${i},${(i * 7) % 1000},name ${i % 50}`
const files: [what: string, lines: (i: number) => string][] = [
  ['plain rows', row],
  [
    'blank lines and faults',
    (i) => (i % 97 === 0 ? '' : i % 501 === 0 ? `${i},x` : i % 703 === 0 ? `${i},many,"open` : row(i)),
  ],
  [
    'cells over many lines, where a part would begin inside a quote',
    (i) => `${i},${i},"${'one line\nanother, "" line\n'.repeat(i % 400 === 0 ? 900 : 1)}"`,
  ],
]

test.each(files)('%s: the parts say what the whole says', async (name, lineOf) => {
  const path = join(folder, `${name.slice(0, 5)}.csv`)
  writeFileSync(path, `${Array.from({ length: 6_000 }, (_, i) => lineOf(i + 1)).join('\n')}\n`)
  const whole = scanCsv(path, dialect, 3, { start: 0, line: 1 }, expectedRows)
  const { size } = statSync(path)
  const scan = {
    path,
    dialect,
    columnCount: 3,
    start: 0,
    line: 1,
    size,
    expectedRows,
    onProgress: () => {},
  }
  for (const parts of [2, 3, 5]) expect(said(await scanParallel({ ...scan, parts }))).toEqual(said(whole))
})
