/** The parts of an XLSX workbook beside its sheets (ECMA-376): sheet list, shared texts, number formats. */
import type { ZipArchive } from '../containers/zip-archive.ts'
import type { LoadLimits } from '../limits.ts'
import { damaged, tooLarge } from '../refusal.ts'
import { readXml, type XmlEvents } from './xml.ts'

export interface Sheet {
  name: string
  /** Entry of the archive. */
  entry: string
  isHidden: boolean
}

export interface Workbook {
  sheets: Sheet[]
  /** Days count from 1904 instead of 1900, as on old Macintoshes. */
  from1904: boolean
}

const quiet = { open() {}, close() {} }

/** Reads an entry as XML; false when the archive has none of that name. */
export async function readPart(
  archive: ZipArchive,
  name: string,
  limits: LoadLimits,
  events: Partial<XmlEvents>,
): Promise<boolean> {
  const entry = archive.find(name) ?? archive.entries.find((e) => e.name.toLowerCase() === name.toLowerCase())
  if (!entry) return false
  await readXml(archive.read(entry), limits, 'XLSX', { ...quiet, ...events })
  return true
}

export async function readWorkbook(archive: ZipArchive, limits: LoadLimits): Promise<Workbook> {
  const targets = new Map<string, string>()
  await readPart(archive, 'xl/_rels/workbook.xml.rels', limits, {
    open(name, { Id, Target }) {
      if (name === 'Relationship' && Id !== undefined && Target !== undefined) targets.set(Id, Target)
    },
  })
  const sheets: Sheet[] = []
  let from1904 = false
  const has = await readPart(archive, 'xl/workbook.xml', limits, {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
      if (name !== 'sheet') return
      const target = targets.get(attributes.id ?? '')
      if (target === undefined || !/worksheets\//i.test(target)) return
      sheets.push({
        name: attributes.name ?? '',
        entry: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
        isHidden: /hidden/i.test(attributes.state ?? ''),
      })
    },
  })
  if (!has) throw damaged('XLSX', 'it has no workbook, or one in the binary form (.xlsb)')
  return { sheets, from1904 }
}

/** Shared texts together may be as large as a record limit allows four times over. */
const sharedTextFactor = 4

export async function readSharedTexts(archive: ZipArchive, limits: LoadLimits): Promise<string[]> {
  const texts: string[] = []
  let length = 0
  let current = ''
  let phonetic = 0
  await readPart(archive, 'xl/sharedStrings.xml', limits, {
    open(name) {
      if (name === 'si') current = ''
      if (name === 'rPh') phonetic++
    },
    close(name, _, raw) {
      if (name === 'rPh') phonetic--
      if (name === 't' && phonetic === 0) current += raw
      if (name !== 'si') return
      length += current.length
      if (length > limits.recordBytes * sharedTextFactor)
        throw tooLarge('The texts of this workbook are too large.')
      texts.push(current)
    },
  })
  return texts
}

/** Built-in number formats that show days or times (ECMA-376 part 1, 18.8.30, with those of East Asian versions). */
const dateFormats = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54,
  55, 56, 57, 58,
])

/** For each cell style, whether it shows numbers as days or times. */
export async function readDateStyles(archive: ZipArchive, limits: LoadLimits): Promise<boolean[]> {
  const custom = new Map<number, string>()
  const styles: boolean[] = []
  let inCellFormats = false
  await readPart(archive, 'xl/styles.xml', limits, {
    open(name, { numFmtId, formatCode }) {
      if (name === 'numFmt') custom.set(Number(numFmtId), formatCode ?? '')
      if (name === 'cellXfs') inCellFormats = true
      if (name !== 'xf' || !inCellFormats) return
      const id = Number(numFmtId ?? 0)
      const code = custom.get(id)
      styles.push(code === undefined ? dateFormats.has(id) : showsTime(code))
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    },
  })
  return styles
}

/**
 * A format shows days or times when letters for them stand outside quotes, escapes and brackets: `dd/mm/yyyy`, but not
 * `0.00 "days"` or `[Red]0`.
 */
function showsTime(code: string): boolean {
  const bare = code
    .split(';', 1)[0]!
    .replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general/gi, '')
    .replace(/s\.0+/gi, 's')
  return /[dmyhs]/i.test(bare) && !/[#0?]/.test(bare)
}
