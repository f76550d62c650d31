import { invalidInput, LacydonError } from '../../errors.ts'

/** What both engines bind the same way. */
export type BoundValue = string | number | bigint | Buffer | null

/**
 * A value for a bound parameter: true and false as 1 and 0, instants as ISO text in UTC. Everything else that one
 * engine would refuse, cut or round (undefined, NaN, integers past 2^53, U+0000, half surrogates, objects) throws
 * `invalid_input`: libsql answers some of them by ending the process.
 */
export function boundValue(value: unknown): BoundValue {
  switch (typeof value) {
    case 'string':
      return boundText(value)
    case 'number':
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        throw invalidInput(`The number ${value} cannot be stored.`)
      }
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'bigint':
      if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
        throw invalidInput(`The number ${value} cannot be stored: it is past 2^53.`)
      }
      return value
    case 'object':
      if (value === null) return null
      if (value instanceof Date) {
        if (Number.isNaN(value.getTime())) throw invalidInput('An invalid date cannot be stored.')
        return value.toISOString()
      }
      if (Buffer.isBuffer(value)) return value
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  throw invalidInput(`A value of type ${typeof value} cannot be stored.`)
}

function boundText(value: string): string {
  if (value.includes('\0')) throw invalidInput('A text with the character U+0000 cannot be stored.')
  if (/\p{Surrogate}/u.test(value))
    throw invalidInput('A text with half a character (lone surrogate) cannot be stored.')
  return value
}

/** A whole number read from an engine as a number. Throws rather than round it. */
export function safeInteger(value: string | bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new LacydonError('internal', 500, `The control store holds the whole number ${value}, past 2^53.`)
}

/**
 * True when the text holds more than one SQL statement: SQLite ignores the second, PostgreSQL runs it when nothing
 * is bound. Quoted texts and names are looked over; comments with quotes in them are not understood.
 */
export function holdsSeveralStatements(sql: string): boolean {
  if (!sql.includes(';')) return false
  const withoutQuoted = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')
  return /;\s*\S/.test(withoutQuoted)
}
