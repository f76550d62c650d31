/** CSV, copied from the engine's bytes where a cell needs nothing. */
import type { OutputColumn } from '../odsql/output.ts'
import { ByteSink } from './byte-sink.ts'
import { copyNumber, writeUtc } from './direct-cells.ts'
import { RowScanner } from './row-scanner.ts'
import type { RowStream } from './rows.ts'

export interface CsvOptions {
  delimiter: ';' | ',' | '\t' | '|'
  /** Between the values of one cell. */
  listSeparator: string
  /** Texts are always quoted. */
  quoteAll: boolean
  withBom: boolean
  /** Texts that a spreadsheet would take for a formula get an apostrophe in front. */
  safe: boolean
}

const quote = 0x22
const backslash = 0x5c
const byteOrderMark = '\ufeff'
const formulaStart = /^[=+\-@\t\r＝＋－＠]/

/** Pieces of the file: header, then rows, lines ending in CR LF (RFC 4180). */
export async function* writeCsv(stream: RowStream, options: CsvOptions): AsyncGenerator<Uint8Array> {
  const sink = new ByteSink()
  const writer = new CsvWriter(sink, options)
  if (options.withBom) sink.text(byteOrderMark)
  for (const [i, name] of stream.names.entries()) {
    if (i > 0) sink.text(options.delimiter)
    writer.text(name)
  }
  sink.text('\r\n')
  const scanner = new RowScanner(stream.cells)
  const cells = stream.columns.map((column) => writer.cellWriter(column, scanner))
  const delimiter = options.delimiter.charCodeAt(0)
  for await (const chunk of stream.chunks) {
    scanner.bytes = chunk
    for (let at = 0; at < chunk.length; ) {
      at = scanner.scan(at)
      for (let i = 0; i < cells.length; i++) {
        if (i > 0) sink.byte(delimiter)
        cells[i]!()
      }
      sink.byte(13)
      sink.byte(10)
      if (sink.isFull) yield sink.take()
    }
  }
  if (sink.length > 0) yield sink.take()
}

class CsvWriter {
  readonly #sink: ByteSink
  readonly #options: CsvOptions
  /** Bytes that no unquoted cell may have, and the backslash, which says that a text is written otherwise. */
  readonly #special = new Uint8Array(256)
  readonly #specialText: RegExp

  constructor(sink: ByteSink, options: CsvOptions) {
    this.#sink = sink
    this.#options = options
    for (const byte of [options.delimiter.charCodeAt(0), quote, backslash, 10, 13]) this.#special[byte] = 1
    this.#specialText = new RegExp(`["\\r\\n${options.delimiter === '|' ? '\\|' : options.delimiter}]`)
  }

  cellWriter({ direct, read, text, type }: OutputColumn, scanner: RowScanner): () => void {
    const sink = this.#sink
    const index = (name: string) => scanner.names.indexOf(name)
    if (direct?.as === 'cell') {
      const k = index(direct.cell)
      if (type === 'text')
        return () => {
          if (scanner.isText(k)) this.#token(scanner.bytes, scanner.starts[k]!, scanner.ends[k]!)
        }
      return () => {
        if (!scanner.isNull(k)) copyNumber(sink, scanner, k)
      }
    }
    if (direct?.as === 'utc') {
      const k = index(direct.cell)
      return () => {
        if (!scanner.isNull(k)) writeUtc(sink, scanner, k)
      }
    }
    if (direct?.as === 'point') {
      const [lon, lat] = [index(direct.lon), index(direct.lat)]
      return () => {
        if (scanner.isNull(lon) || scanner.isNull(lat)) return
        const isQuoted = this.#options.delimiter === ','
        if (isQuoted) sink.byte(quote)
        copyNumber(sink, scanner, lat)
        sink.text(', ')
        copyNumber(sink, scanner, lon)
        if (isQuoted) sink.byte(quote)
      }
    }
    const shown = text ?? read
    return () => this.#value(shown(scanner.row))
  }

  /** HOT: a JSON text copied as it is; one with escapes or special characters is written again. */
  #token(bytes: Uint8Array, start: number, end: number): void {
    const { quoteAll, safe } = this.#options
    const special = this.#special
    for (let i = start + 1; i < end - 1; i++)
      if (special[bytes[i]!] === 1) {
        this.text(JSON.parse(decode(bytes, start, end)) as string)
        return
      }
    if (safe && (isFormulaByte(bytes[start + 1]!) || bytes[start + 1]! > 127)) {
      this.text(JSON.parse(decode(bytes, start, end)) as string)
      return
    }
    // The token has the quotes already.
    if (quoteAll) this.#sink.copy(bytes, start, end)
    else this.#sink.copy(bytes, start + 1, end - 1)
  }

  text(given: string): void {
    const { quoteAll, safe } = this.#options
    const text = safe && formulaStart.test(given) ? `'${given}` : given
    this.#sink.text(quoteAll || this.#specialText.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  }

  #value(value: unknown): void {
    if (value === null || value === undefined) return
    if (typeof value === 'number' || typeof value === 'boolean') this.#sink.text(String(value))
    else if (Array.isArray(value))
      this.text(
        value
          .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
          .join(this.#options.listSeparator),
      )
    else this.text(typeof value === 'string' ? value : objectText(value as Record<string, unknown>))
  }
}

/** `=`, `+`, `-`, `@`. */
const isFormulaByte = (byte: number) => byte === 0x3d || byte === 0x2b || byte === 0x2d || byte === 0x40

/** A point as `lat, lon`, a shape as its geometry, anything else as JSON. */
function objectText(value: Record<string, unknown>): string {
  if (typeof value.lat === 'number' && typeof value.lon === 'number') return `${value.lat}, ${value.lon}`
  return JSON.stringify(value.type === 'Feature' ? value.geometry : value)
}

const decoder = new TextDecoder()
const decode = (bytes: Uint8Array, start: number, end: number) => decoder.decode(bytes.subarray(start, end))
