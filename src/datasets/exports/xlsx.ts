/** XLSX written as it grows: typed cells, texts always as texts, a new sheet where one is full. */
import type { OutputColumn } from '../odsql/output.ts'
import { ByteSink } from './byte-sink.ts'
import { type ExportContext, plainText } from './format.ts'
import { type RowStream, rowsIn } from './rows.ts'
import { escapeXml } from './xml.ts'
import { textContent, writeZip, type ZipEntry } from './zip.ts'

/** A sheet has 1,048,576 rows, one of which is the header. */
const maxSheetRows = 1_048_575
/** Readers refuse cells beyond this. */
const maxTextLength = 32_767
const maxExactInteger = 999_999_999_999_999

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageNames = 'http://schemas.openxmlformats.org/package/2006'
const office = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Styles: plain, day, instant, header. */
const style = { day: 1, instant: 2, header: 3 }
const styles =
  `${declaration}<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>` +
  '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">' +
  '<xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/>' +
  '</cellXfs></styleSheet>'

/** Days since 1899-12-30; before 1900-03-01 spreadsheets count a day that never was. */
const firstSerialMs = Date.UTC(1899, 11, 30)
const firstSafeMs = Date.UTC(1900, 2, 1)
const dayMs = 86_400_000

export const writeXlsx = (stream: RowStream, _context: ExportContext): AsyncGenerator<Uint8Array> =>
  writeZip(parts(stream))

async function* parts(stream: RowStream): AsyncGenerator<ZipEntry> {
  const rows = new RowReader(stream)
  let sheets = 0
  do {
    sheets++
    yield { name: `xl/worksheets/sheet${sheets}.xml`, content: sheet(stream, rows) }
  } while (await rows.hasMore())
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1)
  yield { name: 'xl/styles.xml', content: textContent(styles) }
  yield { name: 'xl/workbook.xml', content: textContent(workbook(numbers)) }
  yield { name: 'xl/_rels/workbook.xml.rels', content: textContent(workbookLinks(numbers)) }
  yield {
    name: '_rels/.rels',
    content: textContent(
      `${declaration}<Relationships xmlns="${packageNames}/relationships"><Relationship Id="r1" ` +
        `Type="${relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
  }
  yield { name: '[Content_Types].xml', content: textContent(contentTypes(numbers)) }
}

/** The cells of rows as text, over the borders of chunks and sheets. */
class RowReader {
  readonly #texts: AsyncIterator<string[]>
  #waiting: string[] = []
  #isDone = false

  constructor(stream: RowStream) {
    this.#texts = rowTexts(stream)[Symbol.asyncIterator]()
  }

  async hasMore(): Promise<boolean> {
    while (this.#waiting.length === 0 && !this.#isDone) {
      const { value, done } = await this.#texts.next()
      if (done) this.#isDone = true
      else this.#waiting = value
    }
    return this.#waiting.length > 0
  }

  /** At most so many rows that are there. */
  take(most: number): string[] {
    return this.#waiting.splice(0, most)
  }
}

async function* rowTexts({ columns, chunks }: RowStream): AsyncGenerator<string[]> {
  const writers = columns.map(cellWriter)
  for await (const rows of rowsIn(chunks))
    yield rows.map((row) => {
      let text = ''
      for (const [i, column] of columns.entries()) text += writers[i]!((column.text ?? column.read)(row))
      return text
    })
}

async function* sheet({ names }: RowStream, rows: RowReader): AsyncGenerator<Uint8Array> {
  const sink = new ByteSink()
  const head = names.map((name) => textCell(name, style.header)).join('')
  sink.text(
    `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">` +
      '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
      `<sheetData><row r="1">${head}</row>`,
  )
  for (let n = 1; n <= maxSheetRows && (await rows.hasMore()); ) {
    for (const cells of rows.take(maxSheetRows + 1 - n)) sink.text(`<row r="${++n}">${cells}</row>`)
    if (sink.isFull) yield sink.take()
  }
  sink.text('</sheetData></worksheet>')
  yield sink.take()
}

const textCell = (text: string, styled = 0) => {
  // A text is never a formula: its cell says that it is text.
  const cut = text.length > maxTextLength ? text.slice(0, maxTextLength) : text
  return `<c t="inlineStr"${styled ? ` s="${styled}"` : ''}><is><t xml:space="preserve">${escapeXml(cut)}</t></is></c>`
}
const numberCell = (value: number, styled = 0) => `<c${styled ? ` s="${styled}"` : ''}><v>${value}</v></c>`
const emptyCell = '<c/>'

function cellWriter({ type, isMultivalued }: OutputColumn): (value: unknown) => string {
  const kind = isMultivalued ? 'text' : type
  return (value) => {
    if (value === null || value === undefined) return emptyCell
    // Spreadsheets keep 15 digits.
    if (typeof value === 'number')
      return Number.isInteger(value) && Math.abs(value) > maxExactInteger
        ? textCell(String(value))
        : numberCell(value)
    if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`
    if ((kind === 'date' || kind === 'datetime') && typeof value === 'string')
      return dateCell(value, kind === 'date' ? style.day : style.instant)
    return textCell(plainText(value))
  }
}

/** The clock that the text shows, as spreadsheets have no zones. */
function dateCell(text: string, styled: number): string {
  const local = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d{3})?)?/.exec(text)
  const ms = local ? Date.parse(`${local[1]}${local[2] ?? 'T00:00:00'}Z`) : Number.NaN
  if (!(ms >= firstSafeMs)) return textCell(text)
  return numberCell((ms - firstSerialMs) / dayMs, styled)
}

const workbook = (sheets: number[]) =>
  `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>` +
  sheets.map((n) => `<sheet name="Data${n > 1 ? ` ${n}` : ''}" sheetId="${n}" r:id="s${n}"/>`).join('') +
  '</sheets></workbook>'

const workbookLinks = (sheets: number[]) =>
  `${declaration}<Relationships xmlns="${packageNames}/relationships">` +
  sheets
    .map(
      (n) => `<Relationship Id="s${n}" Type="${relationships}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
    )
    .join('') +
  `<Relationship Id="styles" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`

const contentTypes = (sheets: number[]) =>
  `${declaration}<Types xmlns="${packageNames}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  '<Default Extension="xml" ContentType="application/xml"/>' +
  `<Override PartName="/xl/workbook.xml" ContentType="${office}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${office}.styles+xml"/>` +
  sheets
    .map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${office}.worksheet+xml"/>`)
    .join('') +
  '</Types>'
