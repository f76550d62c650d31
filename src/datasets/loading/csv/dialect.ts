/** Finds how delimited text is written from its beginning. */
import { classifyCell, type Kind } from '../inference/kinds.ts'
import { cellText, type Dialect, recordFault, Tokens, tokenize } from './tokenizer.ts'

export interface CsvLayout extends Dialect {
  /** Lines before the first row: preamble and header. */
  skipLines: number
  /** Byte of the UTF-8 text where the first row begins. */
  dataOffset: number
  /** Names as written; for a file without header the columns' places: `column 1`. */
  header: string[]
  hasHeader: boolean
  /** Why, in a few words. */
  reason: string
}

const candidates = [',', ';', '\t', '|', '^', '~', ':', ' '].map((mark) => mark.charCodeAt(0))
const maxPreambleLines = 50
const maxRecords = 500

interface Trial {
  dialect: Dialect
  records: { cells: string[]; offset: number; line: number }[]
  /** Cells of the commonest record. */
  width: number
  score: number
}

/**
 * The layout of text from its first bytes (UTF-8, whole or cut anywhere). The delimiter is the one by which most
 * records get the same, largest number of cells; lines above them with fewer cells are a preamble; the first record
 * is a header when its cells are distinct texts that are not numbers or dates. With `known` only the header is looked for.
 */
export function findLayout(head: Buffer, isWhole: boolean, known?: Dialect): CsvLayout {
  if (known) return describe(attempt(head, 0, isWhole, known), 0, 0)
  const stated = /^sep=(.)\r?\n/.exec(head.toString('latin1', 0, 8))
  const start = stated ? stated[0].length : 0
  const trials = (stated ? [stated[1]!.charCodeAt(0)] : candidates).map((delimiter) =>
    attempt(head, start, isWhole, { delimiter, quote: quoteOf(head, delimiter) }),
  )
  const best = trials.reduce((a, b) => (b.score > a.score ? b : a))
  const trial = best.width > 1 ? best : attempt(head, start, isWhole, { delimiter: 44, quote: 34 })
  return describe(trial, start > 0 ? 1 : 0, start)
}

/** The apostrophe only where cells are wrapped in it and none begins with a double quote. */
function quoteOf(head: Buffer, delimiter: number): number {
  let wrapped = 0
  let start = 0
  for (let i = 0; i <= head.length; i++) {
    const byte = head[i]
    if (byte !== delimiter && byte !== 10 && byte !== 13 && i < head.length) continue
    if (head[start] === 34) return 34
    if (head[start] === 39 && i - start > 1 && head[i - 1] === 39) wrapped++
    start = i + 1
  }
  return wrapped > 1 ? 39 : 34
}

function attempt(head: Buffer, start: number, isWhole: boolean, dialect: Dialect): Trial {
  const tokens = new Tokens()
  tokenize(head, start, head.length, isWhole, dialect, tokens)
  const records: Trial['records'] = []
  const widths = new Map<number, number>()
  let faults = 0
  const count = Math.min(tokens.recordCount, maxRecords)
  for (let r = 0; r < count; r++) {
    const cells: string[] = []
    for (let c = tokens.firstCell[r]!; c < tokens.firstCell[r + 1]!; c++)
      cells.push(cellText(head, tokens.starts[c]!, tokens.ends[c]!, tokens.escaped[c]!, dialect.quote))
    records.push({ cells, offset: tokens.recordStarts[r]!, line: tokens.linesBefore[r]! })
    if (tokens.faults[r] !== recordFault.none) faults++
    widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1)
  }
  let width = 1
  let common = 0
  for (const [cells, times] of widths) {
    // Of two widths that are as common the larger one: titles above a table have one cell.
    if (times > common || (times === common && cells > width)) {
      width = cells
      common = times
    }
  }
  const share = count === 0 ? 0 : common / count
  const weak = dialect.delimiter === 32 || dialect.delimiter === 58 ? 0.3 : 1
  const score =
    width < 2 ? 0 : share * share * Math.min(1 + Math.log2(width) / 8, 2) * weak - faults / Math.max(1, count)
  return { dialect, records, width, score }
}

/** Kinds that a header does not have. */
const valueKinds: ReadonlySet<Kind> = new Set<Kind>([
  'integer',
  'decimal',
  'decimal-comma',
  'grouped-comma',
  'grouped-point',
  'comma-group',
  'date',
  'date-plain',
  'date-day-month',
  'instant-plain',
  'position',
  'geojson',
  'wkt',
])

function describe({ dialect, records, width }: Trial, linesSkipped: number, start: number): CsvLayout {
  let first = 0
  while (
    first < Math.min(records.length - 1, maxPreambleLines) &&
    records[first]!.cells.length < width &&
    records.slice(first + 1).some(({ cells }) => cells.length === width)
  )
    first++
  const top = records[first]
  if (!top) {
    return { ...dialect, skipLines: 0, dataOffset: start, header: [], hasHeader: false, reason: 'no record' }
  }
  const hasHeader = isHeader(
    top.cells,
    records.slice(first + 1, first + 101).map(({ cells }) => cells),
  )
  const next = records[first + 1]
  const data = hasHeader ? next : top
  const header = hasHeader ? top.cells : top.cells.map((_, i) => `column ${i + 1}`)
  return {
    ...dialect,
    header,
    hasHeader,
    skipLines: linesSkipped + (data ? data.line : top.line + 1),
    dataOffset: data ? data.offset : -1,
    reason:
      `${nameOf(dialect.delimiter)} gives ${width} column${width === 1 ? '' : 's'}` +
      `${first > 0 ? `; ${first} line${first === 1 ? '' : 's'} above the table` : ''}` +
      `; ${hasHeader ? 'the first record names the columns' : 'no header: the first record holds values'}`,
  }
}

function isHeader(top: string[], rows: string[][]): boolean {
  const kinds = top.map((cell) => (cell.trim() === '' ? undefined : classifyCell(cell.trim())))
  const named = kinds.filter((kind) => kind !== undefined)
  if (named.length === 0) return false
  const values = named.filter((kind) => valueKinds.has(kind)).length
  // Years and quarters head the columns of many tables.
  if (values > 0) {
    const areYears = top.every((cell, i) => {
      const kind = kinds[i]
      return kind === undefined || !valueKinds.has(kind) || /^(19|20)\d\d$/.test(cell.trim())
    })
    return areYears && values < named.length
  }
  if (rows.length === 0) return true
  const distinct = new Set(top.map((cell) => cell.trim()))
  if (distinct.size < top.length && top.length - distinct.size > top.length / 2) return false
  // A first row that only repeats what stands below is a row.
  const repeated = top.filter((cell, i) => rows.filter((row) => row[i] === cell).length > 0).length
  return repeated <= top.length / 2
}

function nameOf(delimiter: number): string {
  const names: Record<number, string> = {
    9: 'the tab',
    32: 'the space',
    44: 'the comma',
    59: 'the semicolon',
  }
  return names[delimiter] ?? `“${String.fromCharCode(delimiter)}”`
}
