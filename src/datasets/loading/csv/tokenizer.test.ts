import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordBlocks } from './record-blocks.ts'
import { cellText, type Dialect, recordFault, Tokens, tokenize } from './tokenizer.ts'

const comma: Dialect = { delimiter: 44, quote: 34 }

interface ReadRecord {
  cells: string[]
  line: number
  fault: number
}

function recordsOf(bytes: Buffer, tokens: Tokens, line: number): ReadRecord[] {
  return Array.from({ length: tokens.recordCount }, (_, r) => ({
    cells: Array.from({ length: tokens.firstCell[r + 1]! - tokens.firstCell[r]! }, (__, c) => {
      const i = tokens.firstCell[r]! + c
      return cellText(bytes, tokens.starts[i]!, tokens.ends[i]!, tokens.escaped[i]!, 34)
    }),
    line: line + tokens.linesBefore[r]!,
    fault: tokens.faults[r]!,
  }))
}

function read(text: string, dialect = comma): ReadRecord[] {
  const bytes = Buffer.from(text)
  const tokens = new Tokens()
  tokenize(bytes, 0, bytes.length, true, dialect, tokens)
  return recordsOf(bytes, tokens, 1)
}

const cellsOf = (text: string) => read(text).map(({ cells }) => cells)

test('reads quotes, doubled quotes, line ends in cells and empty cells', () => {
  expect(cellsOf('a,b\r\n"x, ""y""","1\n2"\r\n,\n"",z')).toEqual([
    ['a', 'b'],
    ['x, "y"', '1\n2'],
    ['', ''],
    ['', 'z'],
  ])
})

test('tells the line at which each record begins', () => {
  expect(read('a\n\n"b\nc"\r\nd\re').map(({ line }) => line)).toEqual([1, 3, 5, 6])
})

test('an open quote costs its own line', () => {
  const records = read('1,a\n2,"b\n3,c\n4,"d"\n')
  expect(records.map(({ cells, fault }) => [cells[0], fault])).toEqual([
    ['1', recordFault.none],
    ['2', recordFault.unbalancedQuote],
    ['3', recordFault.none],
    ['4', recordFault.none],
  ])
})

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r', ' ', '\t', '7', '漢', "'"),
    maxLength: 8,
  }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
  )

const write = (rows: string[][], delimiter: string, lineEnd: string) =>
  rows
    .map((cells) =>
      // A row of one empty cell would be a blank line.
      cells.length === 1 && cells[0] === ''
        ? '""'
        : cells
            .map((text) =>
              /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text,
            )
            .join(delimiter),
    )
    .join(lineEnd)

test('reads back what a writer wrote', () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      (rows, delimiter, lineEnd) => {
        const text = write(rows, delimiter, lineEnd)
        const records = read(text, { delimiter: delimiter.charCodeAt(0), quote: 34 })
        expect(records.map(({ cells }) => cells)).toEqual(rows)
      },
    ),
  )
})

test('agrees with an independent reader on any well-formed text', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '"', ',', '\n', '"",', '"x"', '1'),
    maxLength: 40,
  })
  fc.assert(
    fc.property(text, (csv) => {
      let expected: string[][]
      try {
        expected = parse(csv, { relax_column_count: true, skip_empty_lines: true, relax_quotes: false })
      } catch {
        return
      }
      // The other reader takes a lone quoted empty cell for an empty line.
      const seen = cellsOf(csv).filter((cells) => cells.length > 1 || cells[0] !== '')
      expect(seen).toEqual(expected.filter((cells) => cells.length > 1 || cells[0] !== ''))
    }),
    { numRuns: 2_000 },
  )
})

test('blocks of a file are the same records, wherever they are cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-csv-'))
  try {
    const long = 'quay "north", berth 4\n'.repeat(40)
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      i % 5_000 === 7 ? `${i},"${long.replaceAll('"', '""')}"` : `${i},berth ${i % 13} of the dry dock`,
    )
    const text = `${lines.join('\r\n')}\r\n`
    const path = join(folder, 'file.csv')
    writeFileSync(path, text)
    const found: ReadRecord[] = []
    for (const { bytes, tokens, line } of recordBlocks(path, comma))
      found.push(...recordsOf(bytes, tokens, line))
    expect(found).toEqual(read(text))
    expect(found).toHaveLength(30_000)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('never throws and never loops on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isLast) => {
      const tokens = new Tokens()
      const end = tokenize(bytes, 0, bytes.length, isLast, comma, tokens)
      expect(end).toBeLessThanOrEqual(bytes.length)
      if (isLast) expect(end).toBe(bytes.length)
    }),
  )
})
