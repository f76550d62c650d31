/** From a file as sent to the one form from which everything is loaded: UTF-8 delimited text with known columns. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { bytesAt, headOf, unwrap } from './containers/unwrap.ts'
import { type CsvLayout, findLayout } from './csv/dialect.ts'
import { recordBlocks } from './csv/record-blocks.ts'
import { type Dialect, maxRecordBytes } from './csv/tokenizer.ts'
import { columnKeys } from './field-names.ts'
import type { Format } from './format.ts'
import type { SourceColumn } from './inference/infer.ts'
import type { LoadLimits } from './limits.ts'
import type { ParquetColumn } from './readers/parquet.ts'
import type { ReadContext, ReadTable } from './readers/source.ts'
import { TableWriter, tableDialect } from './readers/table-writer.ts'
import { refusal, tooLarge } from './refusal.ts'
import { type TextLayout, textEncodings } from './schema.ts'
import { copyAsUtf8, type EncodingFound, findEncoding } from './text-encoding.ts'

export interface Prepared {
  format: Format
  /** The delimited text. */
  path: string
  dialect: Dialect
  columns: SourceColumn[]
  /** Byte and line at which the first row begins. */
  start: number
  line: number
  /** Delimited text only: how it was written. */
  layout?: TextLayout
  epsg?: number
  layer?: string
  layers?: string[]
  notes: string[]
  /** Parquet: its columns, and how many rows it has when only the first ones were read. */
  parquet?: { path: string; types: ParquetColumn[]; totalRows: number; isSample: boolean }
}

export interface PrepareOptions {
  path: string
  /** Where what is made on the way goes. */
  folder: string
  limits: LoadLimits
  layer?: string | undefined
  /** How delimited text is written, when a person has said so. */
  layout?: TextLayout | undefined
  /** Rows of Parquet to read; its types need no more. */
  maxParquetRows?: number
}

/** Throws a refusal that says what the file is and what to do, when it is no table. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { folder, limits, layer } = options
  const { format, path, archive, notes } = await unwrap(options.path, folder, limits)
  if (format === 'csv') return prepareText(path, options, notes)
  const tablePath = join(folder, 'table.csv')
  const writer = new TableWriter(tablePath, limits)
  const context: ReadContext = { path, writer, limits, layer }
  let parquet: Prepared['parquet']
  const read = async (): Promise<ReadTable> => {
    switch (format) {
      case 'json':
      case 'ndjson':
      case 'geojson': {
        const { readJson } = await import('./readers/json.ts')
        return readJson({ ...context, path: inUtf8(path, folder, notes) }, format === 'ndjson')
      }
      case 'gpx':
        return (await import('./readers/gpx.ts')).readGpx({ ...context, path: inUtf8(path, folder, notes) })
      case 'kml': {
        const { readKml } = await import('./readers/kml.ts')
        return readKml(archive ? context : { ...context, path: inUtf8(path, folder, notes) }, archive)
      }
      case 'xlsx':
        return (await import('./readers/xlsx.ts')).readXlsx(context, archive!)
      case 'ods':
        return (await import('./readers/ods.ts')).readOds(context, archive!)
      case 'shapefile':
        return (await import('./readers/shapefile.ts')).readShapefile(context, archive!)
      case 'geopackage':
        return (await import('./readers/geopackage.ts')).readGeoPackage(context)
      case 'flatgeobuf':
        return (await import('./readers/flatgeobuf.ts')).readFlatGeobuf(context)
      case 'arrow':
        return (await import('./readers/arrow.ts')).readArrow(context)
      case 'parquet': {
        const { readParquet } = await import('./readers/parquet.ts')
        const { types, totalRows, ...table } = await readParquet(context, options.maxParquetRows)
        parquet = { path, types, totalRows, isSample: totalRows > writer.rowCount }
        return table
      }
    }
  }
  let table: ReadTable
  try {
    table = await read()
  } finally {
    writer.close()
  }
  if (writer.rowCount === 0)
    throw refusal('no_rows', 'This file has columns but no row.', 'Send a file with rows.')
  const { columns, epsg, layers } = table
  const made = {
    format,
    path: tablePath,
    dialect: tableDialect,
    ...(epsg !== undefined && { epsg }),
    ...(table.layer !== undefined && { layer: table.layer }),
    ...(layers && layers.length > 1 && { layers }),
    notes: [...notes, ...table.notes],
    ...(parquet && { parquet }),
  }
  if (columns) {
    const keys = columnKeys(columns.map(({ name }) => name))
    return {
      ...made,
      columns: keys.map((key, i) => ({
        key,
        ...(columns[i]!.declared && { declared: columns[i]!.declared }),
      })),
      start: 0,
      line: 1,
    }
  }
  const head = headOf(tablePath)
  const found = findLayout(head, head.length === statSync(tablePath).size, tableDialect)
  return {
    ...made,
    columns: columnKeys(found.header).map((key) => ({ key })),
    start: found.dataOffset < 0 ? statSync(tablePath).size : found.dataOffset,
    line: found.skipLines + 1,
  }
}

/** The path of the same text in UTF-8 without byte order mark. */
function inUtf8(path: string, folder: string, notes: string[]): string {
  const found = findEncoding(path)
  if (found.encoding === 'utf-8' && found.markBytes === 0) return path
  noteEncoding(found, notes)
  const copy = join(folder, 'utf8')
  copyAsUtf8(path, copy, found)
  return copy
}

function noteEncoding(
  { encoding, oddLines, oddLineCount }: ReturnType<typeof findEncoding>,
  notes: string[],
): void {
  if (encoding === 'windows-1252')
    notes.push('It is not UTF-8: it was read as Windows-1252 (Western European).')
  else if (encoding === 'mixed')
    notes.push(
      `It mixes encodings: ${oddLineCount} line${oddLineCount === 1 ? '' : 's'} of a UTF-8 file (${oddLines.slice(0, 5).join(', ')}${oddLineCount > 5 ? '…' : ''}) were read as Windows-1252.`,
    )
  else if (encoding !== 'utf-8') notes.push(`It was read as ${encoding.toUpperCase()}.`)
}

function prepareText(
  source: string,
  { folder, limits, layout: stated }: PrepareOptions,
  notes: string[],
): Prepared {
  const found = findEncoding(source)
  const encoding = stated && stated.encoding !== found.encoding ? statedEncoding(stated, found) : found
  if (encoding === found) noteEncoding(found, notes)
  else notes.push(`It was read as ${encoding.encoding.toUpperCase()}.`)
  let path = source
  let offset = 0
  // Stated against what its bytes are, UTF-8 has to be made as any other.
  if (encoding.encoding === 'utf-8' && found.encoding === 'utf-8') offset = encoding.markBytes
  else {
    path = join(folder, 'utf8.csv')
    copyAsUtf8(source, path, encoding)
  }
  const size = statSync(path).size
  const layout = stated ? statedLayout(path, offset, stated) : sniffedLayout(path, offset, size)
  if (layout.header.length > limits.columns)
    throw tooLarge(
      `This table has ${layout.header.length} columns, more than ${limits.columns}.`,
      'Turn columns into rows, or split the table.',
    )
  if (layout.dataOffset < 0 || layout.header.length === 0)
    throw refusal('no_rows', 'This file has a header but no row.', 'Send a file with rows.')
  notes.push(`${layout.reason[0]!.toUpperCase()}${layout.reason.slice(1)}.`)
  const keys = columnKeys(layout.header)
  const doubled = layout.header.filter((name, i) => name.trim() !== '' && layout.header.indexOf(name) < i)
  if (doubled.length > 0)
    notes.push(
      `Some columns have the same name: ${[...new Set(doubled)].slice(0, 5).join(', ')}; the later ones got a number.`,
    )
  return {
    format: 'csv',
    path,
    dialect: { delimiter: layout.delimiter, quote: layout.quote },
    columns: keys.map((key) => ({ key })),
    start: layout.dataOffset,
    line: layout.skipLines + 1,
    layout: {
      encoding: encoding.encoding,
      delimiter: String.fromCharCode(layout.delimiter),
      quote: layout.quote === null ? null : String.fromCharCode(layout.quote),
      skipLines: layout.skipLines,
      hasHeader: layout.hasHeader,
      ...(stated?.decimalMark && { decimalMark: stated.decimalMark }),
      ...(stated?.isStated && { isStated: true }),
    },
    notes,
  }
}

/** A byte order mark is the file's own word: no person, and no memory of another file, knows better. */
function statedEncoding({ encoding }: TextLayout, found: EncodingFound): EncodingFound {
  const known = textEncodings.find((name) => name === encoding)
  return found.markBytes > 0 || !known
    ? found
    : { encoding: known, markBytes: 0, oddLines: [], oddLineCount: 0 }
}

function sniffedLayout(path: string, offset: number, size: number): CsvLayout {
  const head = bytesAt(path, offset, 1 << 18)
  const layout = findLayout(head, head.length + offset >= size)
  return layout.dataOffset < 0 ? layout : { ...layout, dataOffset: layout.dataOffset + offset }
}

/** The layout as a person gave it: lines are counted, nothing is guessed. */
function statedLayout(path: string, offset: number, stated: TextLayout): CsvLayout {
  const dialect = {
    delimiter: stated.delimiter.charCodeAt(0),
    quote: stated.quote === null ? null : stated.quote.charCodeAt(0),
  }
  let header: string[] = []
  for (const { bytes, tokens, line, offset: at } of recordBlocks(path, dialect, { start: offset })) {
    for (let r = 0; r < tokens.recordCount; r++) {
      const cells: string[] = []
      for (let c = tokens.firstCell[r]!; c < tokens.firstCell[r + 1]!; c++)
        cells.push(
          bytes.toString(
            'utf8',
            tokens.starts[c]!,
            Math.min(tokens.ends[c]!, tokens.starts[c]! + maxRecordBytes),
          ),
        )
      const atLine = line + tokens.linesBefore[r]!
      if (atLine > stated.skipLines) {
        const width = cells.length
        const names = stated.hasHeader ? header : Array.from({ length: width }, (_, i) => `column ${i + 1}`)
        return {
          ...dialect,
          header: names,
          hasHeader: stated.hasHeader,
          skipLines: stated.skipLines,
          dataOffset: at + tokens.recordStarts[r]!,
          reason: 'layout as stated',
        }
      }
      header = cells
    }
  }
  return {
    ...dialect,
    header,
    hasHeader: stated.hasHeader,
    skipLines: stated.skipLines,
    dataOffset: -1,
    reason: 'layout as stated',
  }
}
