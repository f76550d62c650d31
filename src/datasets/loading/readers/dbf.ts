/** dBase tables (.dbf) as they accompany Shapefiles. */
import { isUtf8 } from 'node:buffer'
import type { DeclaredType } from '../inference/column-type.ts'
import { damaged } from '../refusal.ts'
import type { ByteFeed } from './byte-feed.ts'
import type { CellValue } from './table-writer.ts'

export interface DbfField {
  name: string
  declared: DeclaredType | undefined
}

interface Field extends DbfField {
  kind: string
  length: number
}

/** The values of each record, null for one that is marked deleted. `onFields` is told before the first. */
export async function* dbfRecords(
  feed: ByteFeed,
  encoding: string | undefined,
  onFields: (fields: DbfField[]) => void,
): AsyncGenerator<CellValue[] | null> {
  const header = await feed.take(32)
  if (!header) throw damaged('Shapefile', 'its .dbf is empty')
  const recordCount = header.readUInt32LE(4)
  const headerLength = header.readUInt16LE(8)
  const recordLength = header.readUInt16LE(10)
  const descriptors = headerLength > 32 ? await feed.take(headerLength - 32) : undefined
  if (!descriptors || recordLength < 1) throw damaged('Shapefile', 'its .dbf has no fields')
  const decode = decoder(encoding)
  const fields: Field[] = []
  for (let at = 0; at + 32 <= descriptors.length && descriptors[at] !== 0x0d; at += 32) {
    const nameBytes = descriptors.subarray(at, at + 11)
    const end = nameBytes.indexOf(0)
    const kind = String.fromCharCode(descriptors[at + 11]!)
    fields.push({
      name: decode(end < 0 ? nameBytes : nameBytes.subarray(0, end)),
      declared: kind === 'C' ? 'text' : undefined,
      kind,
      length: descriptors[at + 16]!,
    })
  }
  onFields(fields)
  for (let i = 0; i < recordCount; i++) {
    const record = await feed.take(recordLength)
    if (!record) return
    yield record[0] === 0x2a ? null : valuesOf(record, fields, decode)
  }
}

/** Latin-1 and its Windows form unless the .cpg says otherwise or the bytes are UTF-8. */
function decoder(encoding: string | undefined): (bytes: Buffer) => string {
  const stated = encoding ? new TextDecoder(encoding) : undefined
  const western = new TextDecoder('windows-1252')
  const utf8 = new TextDecoder()
  return (bytes) => (stated ?? (isUtf8(bytes) ? utf8 : western)).decode(bytes)
}

function valuesOf(record: Buffer, fields: Field[], decode: (bytes: Buffer) => string): CellValue[] {
  let at = 1
  return fields.map(({ kind, length }) => {
    const bytes = record.subarray(at, at + length)
    at += length
    const text = decode(bytes).replaceAll('\u0000', ' ').trim()
    switch (kind) {
      case 'D':
        return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : null
      case 'L':
        return /^[YyTt]$/.test(text) ? true : /^[NnFf]$/.test(text) ? false : null
      case 'N':
      case 'F': {
        // Stars say that the number did not fit its column.
        const number = Number(text)
        return text === '' || text.startsWith('*') || !Number.isFinite(number)
          ? null
          : plainNumber(text, number)
      }
      default:
        return text
    }
  })
}

/** Numbers come padded with zeros (`1.50000000`); one that a double would change stays as it is written. */
const plainNumber = (text: string, number: number): CellValue =>
  Number.isSafeInteger(number) || /[.eE]/.test(text) ? number : text
