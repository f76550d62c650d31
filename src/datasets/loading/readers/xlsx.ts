/** Sheets of XLSX workbooks, row by row. Formulas are never computed: the value that the program kept is taken. */
import type { ZipArchive } from '../containers/zip-archive.ts'
import { damaged, refusal, tooLarge } from '../refusal.ts'
import type { ReadContext, ReadTable } from './source.ts'
import type { CellValue } from './table-writer.ts'
import { readDateStyles, readPart, readSharedTexts, readWorkbook } from './xlsx-parts.ts'

const maxRows = 1_048_576
const dayMs = 86_400_000

export async function readXlsx(
  { writer, layer, limits }: ReadContext,
  archive: ZipArchive,
): Promise<ReadTable> {
  const { sheets, from1904 } = await readWorkbook(archive, limits)
  const layers = sheets.filter(({ isHidden }) => !isHidden).map(({ name }) => name)
  const chosen = layer === undefined ? undefined : sheets.find(({ name }) => name === layer)
  if (layer !== undefined && !chosen)
    throw refusal('no_layer', `This workbook has no sheet “${layer}”.`, `It has: ${layers.join(', ')}.`)
  const candidates = chosen ? [chosen] : sheets.filter(({ isHidden }) => !isHidden)
  if (candidates.length === 0)
    throw refusal('no_rows', 'This workbook has no visible sheet.', 'Make one visible and save it again.')
  const texts = await readSharedTexts(archive, limits)
  const dateStyles = await readDateStyles(archive, limits)
  const notes: string[] = []
  for (const sheet of candidates) {
    const reader = new SheetReader(texts, dateStyles, from1904, limits.columns, (cells) =>
      writer.write(cells),
    )
    const has = await readPart(archive, sheet.entry, limits, reader)
    if (!has) throw damaged('XLSX', `the sheet “${sheet.name}” is missing`)
    if (writer.rowCount === 0) continue
    if (reader.formulaCount > 0)
      notes.push(
        `${reader.formulaCount} cells are formulas: the values they last gave were taken, nothing was computed.`,
      )
    if (layers.length > 1 && layer === undefined)
      notes.push(`It has ${layers.length} sheets; “${sheet.name}” is read.`)
    return { columns: undefined, layer: sheet.name, layers, notes }
  }
  throw refusal('no_rows', 'The sheets of this workbook are empty.', 'Send one with rows.')
}

class SheetReader {
  formulaCount = 0
  private cells: CellValue[] = []
  private row = 0
  private column = -1
  private type = ''
  private style = 0
  private value: string | undefined
  private inline = ''
  private phonetic = 0
  private readonly texts: readonly string[]
  private readonly dateStyles: readonly boolean[]
  private readonly from1904: boolean
  private readonly maxColumns: number
  private readonly write: (cells: CellValue[]) => void

  constructor(
    texts: readonly string[],
    dateStyles: readonly boolean[],
    from1904: boolean,
    maxColumns: number,
    write: (cells: CellValue[]) => void,
  ) {
    this.texts = texts
    this.dateStyles = dateStyles
    this.from1904 = from1904
    this.maxColumns = maxColumns
    this.write = write
  }

  open = (name: string, attributes: Record<string, string>): void => {
    if (name === 'row') {
      this.cells = []
      this.column = -1
      if (++this.row > maxRows) throw tooLarge(`A sheet has at most ${maxRows} rows.`)
    } else if (name === 'c') {
      this.column = attributes.r ? columnOf(attributes.r) : this.column + 1
      if (this.column >= this.maxColumns)
        throw tooLarge(`This sheet has more than ${this.maxColumns} columns.`)
      this.type = attributes.t ?? 'n'
      this.style = Number(attributes.s ?? 0)
      this.value = undefined
      this.inline = ''
    } else if (name === 'f') this.formulaCount++
    else if (name === 'rPh') this.phonetic++
  }

  close = (name: string, text: string, raw: string): void => {
    if (name === 'v') this.value = text
    else if (name === 't' && this.phonetic === 0) this.inline += raw
    else if (name === 'rPh') this.phonetic--
    else if (name === 'c') {
      const value = this.cell()
      if (value === null || value === '') return
      while (this.cells.length < this.column) this.cells.push(null)
      this.cells[this.column] = value
    } else if (name === 'row' && this.cells.length > 0) this.write(this.cells)
  }

  private cell(): CellValue {
    if (this.type === 'inlineStr') return this.inline
    const { value } = this
    if (value === undefined || value === '') return null
    switch (this.type) {
      case 's': {
        const text = this.texts[Number(value)]
        if (text === undefined) throw damaged('XLSX', 'a cell points to a text that is not there')
        return text
      }
      case 'b':
        return value === '1'
      case 'n': {
        const number = Number(value)
        if (!Number.isFinite(number)) return value
        return this.dateStyles[this.style] ? serialDate(number, this.from1904) : number
      }
      default:
        // Texts of formulas, errors such as #N/A, and days in ISO form.
        return value
    }
  }
}

/** Column of `AB12`, from 0. */
function columnOf(reference: string): number {
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) - 64
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  return column - 1
}

/**
 * Day or instant of a serial number as ISO text without offset; a time of day alone below one. The day 1900-02-29,
 * which Excel counts and no calendar has, shifts what comes before it.
 */
function serialDate(serial: number, from1904: boolean): string | number {
  if (serial < 0 || serial > 2_958_466) return serial
  const whole = Math.floor(serial)
  const msOfDay = Math.round((serial - whole) * 86_400) * 1_000
  const clock = new Date(msOfDay % dayMs).toISOString().slice(11, 19)
  if (whole === 0 && !from1904) return clock
  const epoch = from1904
    ? Date.UTC(1904, 0, 1)
    : serial < 60
      ? Date.UTC(1899, 11, 31)
      : Date.UTC(1899, 11, 30)
  const ms = epoch + whole * dayMs + msOfDay
  const text = new Date(ms).toISOString()
  return msOfDay === 0 ? text.slice(0, 10) : `${text.slice(0, 19)}`
}
