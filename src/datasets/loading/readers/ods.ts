/** Sheets of OpenDocument spreadsheets (ISO/IEC 26300). Formulas are never computed: the value that was kept is taken. */
import type { ZipArchive } from '../containers/zip-archive.ts'
import type { LoadLimits } from '../limits.ts'
import { damaged, refusal, tooLarge } from '../refusal.ts'
import type { ReadContext, ReadTable } from './source.ts'
import type { CellValue } from './table-writer.ts'
import { readXml } from './xml.ts'

const maxRows = 1_048_576

export async function readOds(
  { writer, layer, limits }: ReadContext,
  archive: ZipArchive,
): Promise<ReadTable> {
  const sheets = await readSheets(archive, limits)
  const layers = sheets.filter(({ isHidden }) => !isHidden).map(({ name }) => name)
  if (layer !== undefined && !sheets.some(({ name }) => name === layer))
    throw refusal('no_layer', `This workbook has no sheet “${layer}”.`, `It has: ${layers.join(', ')}.`)
  if (layer === undefined && layers.length === 0)
    throw refusal('no_rows', 'This workbook has no visible sheet.', 'Make one visible and save it again.')
  const chosen =
    layer === undefined
      ? sheets.find(({ isHidden, hasCells }) => !isHidden && hasCells)
      : sheets.find(({ name }) => name === layer)
  const reader = new RowReader(sheets.indexOf(chosen!), limits, (cells) => writer.write(cells))
  if (chosen) await readContent(archive, limits, reader)
  if (!chosen || writer.rowCount === 0)
    throw refusal('no_rows', 'The sheets of this workbook are empty.', 'Send one with rows.')
  const notes: string[] = []
  if (reader.formulaCount > 0)
    notes.push(
      `${reader.formulaCount} cells are formulas: the values they last gave were taken, nothing was computed.`,
    )
  if (layers.length > 1 && layer === undefined)
    notes.push(`It has ${layers.length} sheets; “${chosen.name}” is read.`)
  return { columns: undefined, layer: chosen.name, layers, notes }
}

interface Sheet {
  name: string
  isHidden: boolean
  hasCells: boolean
}

type Attributes = Record<string, string>

async function readContent(
  archive: ZipArchive,
  limits: LoadLimits,
  events: Parameters<typeof readXml>[3],
): Promise<void> {
  const entry = archive.find('content.xml')!
  // A locked workbook has noise in place of its content.
  const start = archive.find('META-INF/manifest.xml')
  let isLocked = false
  if (start)
    await readXml(withoutDoctype(archive.read(start)), limits, 'ODS', {
      open(name) {
        if (name === 'encryption-data') isLocked = true
      },
      close() {},
    })
  if (isLocked) throw damaged('ODS', 'it is locked by a password')
  await readXml(archive.read(entry), limits, 'ODS', events)
}

/** Old programs write a document type into the manifest; nothing of it is needed. */
async function* withoutDoctype(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of chunks) {
    yield isFirst ? Buffer.from(chunk.toString('latin1').replace(/<!DOCTYPE[^>[]*>/, ''), 'latin1') : chunk
    isFirst = false
  }
}

/** The sheets, hidden or not, in their order. */
async function readSheets(archive: ZipArchive, limits: LoadLimits): Promise<Sheet[]> {
  const hiddenStyles = new Set<string>()
  const sheets: Sheet[] = []
  let style = ''
  let depth = 0
  await readContent(archive, limits, {
    open(name, attributes) {
      if (name === 'style') style = attributes.name ?? ''
      else if (name === 'table-properties' && attributes.display === 'false') hiddenStyles.add(style)
      else if (name === 'table' && ++depth === 1)
        sheets.push({
          name: attributes.name ?? '',
          isHidden: hiddenStyles.has(attributes['style-name'] ?? ''),
          hasCells: false,
        })
      else if (name === 'table-cell' && depth === 1 && attributes['value-type'] !== undefined)
        sheets.at(-1)!.hasCells = true
    },
    close(name) {
      if (name === 'table') depth--
    },
  })
  return sheets
}

/** Gives the rows of one sheet. Rows and cells that only repeat emptiness cost nothing. */
class RowReader {
  formulaCount = 0
  private readonly sheet: number
  private readonly limits: LoadLimits
  private readonly write: (cells: CellValue[]) => void
  private table = -1
  /** Tables inside tables, comments and drawings are no cells. */
  private depth = 0
  private aside = 0
  private rowCount = 0
  private cells: CellValue[] = []
  private column = 0
  private rowRepeats = 1
  private cell: Attributes | undefined
  private paragraphs: string[] = []

  constructor(sheet: number, limits: LoadLimits, write: (cells: CellValue[]) => void) {
    this.sheet = sheet
    this.limits = limits
    this.write = write
  }

  open = (name: string, attributes: Attributes): void => {
    if (name === 'table' && ++this.depth === 1) this.table++
    if (this.table !== this.sheet || this.depth !== 1) return
    if (asides.has(name)) this.aside++
    if (this.aside > 0) return
    switch (name) {
      case 'table-row':
        this.cells = []
        this.column = 0
        this.rowRepeats = repeats(attributes['number-rows-repeated'])
        break
      case 'table-cell':
      case 'covered-table-cell':
        this.cell = attributes
        this.paragraphs = []
        if (attributes.formula !== undefined) this.formulaCount++
        break
      case 'p':
        this.paragraphs.push('')
        break
      case 's':
        this.text(' '.repeat(Math.min(repeats(attributes.c), 1_000)))
        break
      case 'tab':
        this.text('\t')
        break
      case 'line-break':
        this.text('\n')
        break
      default:
    }
  }

  text = (text: string): void => {
    if (this.cell && this.aside === 0 && this.paragraphs.length > 0)
      this.paragraphs[this.paragraphs.length - 1] += text
  }

  close = (name: string): void => {
    const isHere = this.table === this.sheet && this.depth === 1
    if (name === 'table') this.depth--
    if (!isHere) return
    if (asides.has(name)) this.aside--
    else if (this.aside > 0) return
    else if (name === 'table-cell' || name === 'covered-table-cell') this.endCell()
    else if (name === 'table-row') this.endRow()
  }

  private endCell(): void {
    const attributes = this.cell ?? {}
    this.cell = undefined
    const count = repeats(attributes['number-columns-repeated'])
    const value = keptValue(attributes, this.paragraphs.join('\n'))
    if (value !== null && value !== '') {
      if (this.column + count > this.limits.columns)
        throw tooLarge(`This sheet has more than ${this.limits.columns} columns.`)
      while (this.cells.length < this.column) this.cells.push(null)
      for (let i = 0; i < count; i++) this.cells.push(value)
    }
    this.column += count
  }

  private endRow(): void {
    if (this.cells.length === 0) return
    this.rowCount += this.rowRepeats
    if (this.rowCount > maxRows) throw tooLarge(`A sheet has at most ${maxRows} rows.`)
    for (let i = 0; i < this.rowRepeats; i++) this.write(this.cells)
  }
}

const asides = new Set(['annotation', 'frame', 'shapes', 'custom-shape', 'g'])

function repeats(text: string | undefined): number {
  const count = Number(text ?? 1)
  return Number.isInteger(count) && count > 0 ? count : 1
}

/** Numbers, days and truths as the workbook keeps them, never as its formats show them. */
function keptValue(attributes: Attributes, text: string): CellValue {
  switch (attributes['value-type']) {
    case 'float':
    case 'percentage':
    case 'currency': {
      const number = Number(attributes.value)
      return attributes.value !== undefined && Number.isFinite(number) ? number : text
    }
    case 'date':
      return (attributes['date-value'] ?? text).replace(/(\.\d+)$/, (part) => part.slice(0, 4))
    case 'time':
      return clockOf(attributes['time-value'] ?? '') ?? text
    case 'boolean':
      return attributes['boolean-value'] === 'true'
    case 'string':
      return attributes['string-value'] ?? text
    default:
      return null
  }
}

/** `PT08H30M00S` as `08:30:00`. */
function clockOf(duration: string): string | undefined {
  const [, hours, minutes, seconds] = /^PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S$/.exec(duration) ?? []
  return hours === undefined
    ? undefined
    : [hours, minutes!, seconds!].map((part) => part.padStart(2, '0')).join(':')
}
