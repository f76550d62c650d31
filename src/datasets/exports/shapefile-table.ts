/** The .dbf part of a shapefile: rows of fixed width. */
import type { OutputColumn } from '../odsql/output.ts'
import { plainText } from './format.ts'
import { type TemporaryFile, temporaryFile } from './temporary-file.ts'

export interface DbfField {
  /** At most 10 bytes, unique. */
  name: string
  fullName: string
  kind: 'C' | 'N' | 'F' | 'L' | 'D'
  width: number
  decimals: number
}

const maxNameBytes = 10
const maxFields = 255
const flushBytes = 1 << 18
const version = 3
const fieldBytes = 32
const headEnd = 0x0d
const fileEnd = 0x1a
const space = 0x20

const shapes: Partial<Record<OutputColumn['type'], Pick<DbfField, 'kind' | 'width' | 'decimals'>>> = {
  int: { kind: 'N', width: 18, decimals: 0 },
  double: { kind: 'F', width: 24, decimals: 15 },
  boolean: { kind: 'L', width: 1, decimals: 0 },
}
/** Texts are cut here: the format has no longer ones. */
const text = { kind: 'C', width: 254, decimals: 0 } as const
const instant = { kind: 'C', width: 32, decimals: 0 } as const
const day = { kind: 'D', width: 8, decimals: 0 } as const

/** The first 255 columns: the format has no more. */
export function dbfFields(names: readonly string[], columns: readonly OutputColumn[]): DbfField[] {
  const taken = new Set<string>()
  return columns.slice(0, maxFields).map(({ type, isMultivalued }, i) => {
    const fullName = names[i]!
    const shape = isMultivalued
      ? text
      : type === 'date'
        ? day
        : type === 'datetime'
          ? instant
          : (shapes[type] ?? text)
    return { name: shortName(fullName, taken), fullName, ...shape }
  })
}

function shortName(name: string, taken: Set<string>): string {
  const plain =
    name
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .slice(0, maxNameBytes) || 'field'
  let short = plain
  for (let n = 1; taken.has(short.toLowerCase()); n++)
    short = `${plain.slice(0, maxNameBytes - 1 - String(n).length)}_${n}`
  taken.add(short.toLowerCase())
  return short
}

export class DbfWriter {
  readonly #fields: readonly DbfField[]
  readonly #file: TemporaryFile
  readonly #recordBytes: number
  readonly #now: Date
  #waiting: Buffer[] = []
  #count = 0

  static async open(fields: readonly DbfField[], now: Date): Promise<DbfWriter> {
    // A table needs a field.
    const given = fields.length > 0 ? fields : [{ name: 'row', fullName: 'row', ...shapes.int! }]
    const writer = new DbfWriter(given, await temporaryFile(), now)
    await writer.#file.append(writer.#header())
    return writer
  }

  private constructor(fields: readonly DbfField[], file: TemporaryFile, now: Date) {
    this.#fields = fields
    this.#file = file
    this.#now = now
    this.#recordBytes = 1 + fields.reduce((sum, { width }) => sum + width, 0)
  }

  #header(): Buffer {
    const header = Buffer.alloc(fieldBytes + this.#fields.length * fieldBytes + 1)
    header.writeUInt8(version, 0)
    header.writeUInt8(this.#now.getUTCFullYear() - 1900, 1)
    header.writeUInt8(this.#now.getUTCMonth() + 1, 2)
    header.writeUInt8(this.#now.getUTCDate(), 3)
    header.writeUInt32LE(this.#count, 4)
    header.writeUInt16LE(header.length, 8)
    header.writeUInt16LE(this.#recordBytes, 10)
    for (const [i, { name, kind, width, decimals }] of this.#fields.entries()) {
      const at = fieldBytes + i * fieldBytes
      header.write(name, at, maxNameBytes, 'latin1')
      header.write(kind, at + 11, 'latin1')
      header.writeUInt8(width, at + 16)
      header.writeUInt8(decimals, at + 17)
    }
    header.writeUInt8(headEnd, header.length - 1)
    return header
  }

  async add(values: readonly unknown[]): Promise<void> {
    const record = Buffer.alloc(this.#recordBytes, space)
    let at = 1
    this.#count++
    for (const [i, field] of this.#fields.entries()) {
      writeCell(record, at, field, values[i] ?? null)
      at += field.width
    }
    this.#waiting.push(record)
    if (this.#waiting.length * this.#recordBytes > flushBytes) await this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#file.append(Buffer.concat(this.#waiting.splice(0)))
  }

  async finish(): Promise<void> {
    await this.#flush()
    await this.#file.append(Buffer.of(fileEnd))
    await this.#file.patch(this.#header(), 0)
  }

  content = () => this.#file.read()
  remove = () => this.#file.remove()
}

function writeCell(record: Buffer, at: number, { kind, width, decimals }: DbfField, value: unknown): void {
  if (value === null) {
    if (kind === 'L') record.write('?', at)
    return
  }
  if (kind === 'C') {
    const bytes = Buffer.from(plainText(value))
    bytes.copy(record, at, 0, wholeCharacters(bytes, width))
    return
  }
  const cell =
    kind === 'L'
      ? value === true
        ? 'T'
        : 'F'
      : kind === 'D'
        ? String(value)
            .slice(0, 10)
            .replaceAll('-', '')
            .padEnd(8, '0')
            .replace(/^(\d{4})0000$/, '$10101')
            .replace(/^(\d{6})00$/, '$101')
        : numberText(Number(value), width, decimals)
  record.write(cell.padStart(width).slice(0, width), at, 'latin1')
}

/** As many decimals as there is room for, and no more than the number has. */
function numberText(value: number, width: number, decimals: number): string {
  const plain = String(value)
  if (decimals === 0) return plain.length <= width ? plain : ''
  if (plain.length <= width && !plain.includes('e')) return plain
  const exponential = value.toExponential(decimals)
  return exponential.length <= width ? exponential : value.toPrecision(15)
}

/** Bytes up to `most` that end with a character. */
function wholeCharacters(bytes: Buffer, most: number): number {
  if (bytes.length <= most) return bytes.length
  let end = most
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return end
}
