/**
 * A checksum of rows whatever their order and the form of their cells: SHA-256 of each row's values as they are meant,
 * summed modulo 2^128. Equal on both sides, the same rows are there. Pure.
 */
import { createHash } from 'node:crypto'
import type { DatasetField } from '../../datasets/schema.ts'
import { geometryOf } from './opendatasoft-records.ts'

const modulus = 1n << 128n

export class RowChecksum {
  private sum = 0n
  rowCount = 0

  /** Values in the order of the fields. */
  add(values: readonly string[]): void {
    const digest = createHash('sha256').update(JSON.stringify(values)).digest()
    this.sum = (this.sum + ((digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8))) % modulus
    this.rowCount++
  }

  /** 32 hexadecimal digits. */
  get text(): string {
    return this.sum.toString(16).padStart(32, '0')
  }
}

/** A value as it is meant, by the type its column has here; empty for no value. */
export function meaningOf(value: unknown, type: DatasetField['type']): string {
  if (value === null || value === undefined || value === '') return ''
  switch (type) {
    case 'boolean':
      return /^(true|1)$/i.test(String(value)) ? 'true' : 'false'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double': {
      const number = Number(value)
      return Number.isNaN(number) ? String(value) : String(number === 0 ? 0 : number)
    }
    case 'timestamp': {
      const at = Date.parse(String(value))
      return Number.isNaN(at) ? String(value) : new Date(at).toISOString()
    }
    case 'date': {
      const [year, month = '01', day = '01'] = String(value).slice(0, 10).split('-')
      return `${year}-${month}-${day}`
    }
    case 'geo_point_2d': {
      const { lon, lat } = value as { lon?: unknown; lat?: unknown }
      return `${Number(lon)} ${Number(lat)}`
    }
    case 'geo_shape':
      return flatGeometry(geometryOf(typeof value === 'string' ? parsed(value) : value))
    case 'json':
    case 'file':
      return JSON.stringify(typeof value === 'string' ? parsed(value) : value)
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value).trim()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Type and positions without heights, which are not kept here. */
function flatGeometry(value: unknown): string {
  const { type, coordinates, geometries } = (value ?? {}) as Record<string, unknown>
  if (Array.isArray(geometries)) return `${type}(${geometries.map(flatGeometry).join(',')})`
  const numbers: string[] = []
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return
    if (typeof part[0] === 'number') numbers.push(`${part[0]} ${part[1]}`)
    else for (const inner of part) walk(inner)
  }
  walk(coordinates)
  return `${type}(${numbers.join(',')})`
}
