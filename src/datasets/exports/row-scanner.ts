/** Finds the cells of the engine's rows without parsing them: exports copy most of them as they are. */
import type { Cell, Row } from '../../engines/columnar/columnar.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const closingBrace = 0x7d

const decoder = new TextDecoder()

/**
 * The cells of one row at a time. Rows are JSON objects without spaces whose keys are `names`, in that order; values are
 * scalars. `starts[i]` and `ends[i]` are where the text of cell i is in `bytes`.
 */
export class RowScanner {
  readonly names: readonly string[]
  readonly starts: Int32Array
  readonly ends: Int32Array
  bytes: Uint8Array = new Uint8Array()
  /** The row as `OutputColumn.read` takes it; a cell is decoded when it is read. */
  readonly row: Row
  readonly #keyLengths: Int32Array

  constructor(names: readonly string[]) {
    this.names = names
    this.starts = new Int32Array(names.length)
    this.ends = new Int32Array(names.length)
    this.#keyLengths = Int32Array.from(names, (name) => JSON.stringify(name).length + 1)
    const cells: PropertyDescriptorMap = {}
    for (const [i, name] of names.entries()) cells[name] = { enumerable: true, get: () => this.cell(i) }
    this.row = Object.defineProperties({}, cells) as Row
  }

  /** HOT: once per row. Finds the cells of the row that begins at `at`; returns where the next one does. */
  scan(at: number): number {
    const { bytes, starts, ends } = this
    const keyLengths = this.#keyLengths
    let i = at + 1
    for (let k = 0; k < starts.length; k++) {
      i += keyLengths[k]!
      starts[k] = i
      if (bytes[i] === quote) {
        i++
        for (let byte = bytes[i]!; byte !== quote; byte = bytes[i]!) i += byte === backslash ? 2 : 1
        i++
      } else for (let byte = bytes[i]!; byte !== comma && byte !== closingBrace; byte = bytes[i]!) i++
      ends[k] = i
      i++
    }
    // Past the line feed.
    return i + 1
  }

  isNull(k: number): boolean {
    return this.bytes[this.starts[k]!] === 0x6e
  }

  isText(k: number): boolean {
    return this.bytes[this.starts[k]!] === quote
  }

  cell(k: number): Cell {
    return JSON.parse(decoder.decode(this.bytes.subarray(this.starts[k]!, this.ends[k]!))) as Cell
  }
}
