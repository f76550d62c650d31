import type { SixBitWriter } from './aisstream-bits.ts'
import { type Field, type Layout, layouts } from './aisstream-layout.ts'

type Json = Record<string, unknown>

/** Longest AIS message, five slots (ITU-R M.1371-5 annex 8, type 26). */
const maxBits = 1064

export const isKnownMessageType = (messageType: string): boolean => Object.hasOwn(layouts, messageType)

/**
 * Rebuilds the radio message from the provider's JSON body into `writer`: decoding it then gives what a receiver
 * on the quay gives, and the same payload, so that the same transmission heard twice is recognised.
 * Answers what is wrong with the body, undefined when nothing is.
 */
export function writeMessage(
  messageType: string,
  body: Json,
  mmsiOfEnvelope: unknown,
  writer: SixBitWriter,
): string | undefined {
  const layout = layouts[messageType] as Layout
  const type = body.MessageID ?? layout.types[0]
  if (!layout.types.includes(type as number)) return 'MessageID'
  if (body.Valid === false) return 'Valid'
  const mmsi = body.UserID ?? mmsiOfEnvelope
  writer.clear()
  if (!isWhole(mmsi, 0, 2 ** 30 - 1)) return 'UserID'
  writer.unsigned(type as number, 6)
  writer.unsigned(isWhole(body.RepeatIndicator, 0, 3) ? body.RepeatIndicator : 0, 2)
  writer.unsigned(mmsi, 30)
  for (const field of layout.fields) if (!writeField(field, body, writer)) return nameOf(field)
  if (layout.tail) {
    const tail = body[layout.tail.path] ?? ''
    if (typeof tail !== 'string') return layout.tail.path
    const isWritten =
      layout.tail.kind === 'text' ? writeTail(tail.trimEnd(), writer) : writeBits(tail, writer)
    if (!isWritten) return layout.tail.path
  }
  for (const field of layout.after ?? []) if (!writeField(field, body, writer)) return nameOf(field)
  return writer.length > maxBits ? 'length' : undefined
}

const nameOf = (field: Field) => field.paths[0]?.join('.') ?? 'spare'

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}

/** False when the JSON value cannot stand in the field. */
function writeField(field: Field, body: Json, writer: SixBitWriter): boolean {
  if (field.when && !field.when.some((path) => at(body, path) === true)) return true
  if (field.unless?.some((path) => at(body, path) === true)) return true
  const { bits, kind } = field
  const value = first(body, field.paths)
  if (kind === 'text') {
    if (value !== undefined && typeof value !== 'string') return false
    writer.text((value ?? '') as string, bits / 6)
    return true
  }
  let raw = field.missing
  if (typeof value === 'boolean') raw = value ? 1 : 0
  else if (value !== undefined) {
    if (typeof value !== 'number') return false
    raw = Math.round(value * field.scale)
  }
  const [min, max] = kind === 'signed' ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
  // NaN and infinity fail here too.
  if (!(raw >= min && raw <= max)) return false
  if (kind === 'signed') writer.signed(raw, bits)
  else writer.unsigned(raw, bits)
  return true
}

function first(body: Json, paths: Field['paths']): unknown {
  for (const path of paths) {
    const value = at(body, path)
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

function at(body: Json, path: readonly string[]): unknown {
  let value: unknown = body
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Json)[name]
  }
  return value
}

function writeTail(text: string, writer: SixBitWriter): boolean {
  if (writer.length + text.length * 6 > maxBits) return false
  writer.text(text, text.length)
  return true
}

/**
 * Binary payloads come as one character a bit, U+0000 or U+0001; the provider's library writes the same array of bits,
 * or packed bytes, in base64.
 */
function writeBits(payload: string, writer: SixBitWriter): boolean {
  const isBits = [...payload].every((character) => character <= '\u0001')
  const bytes = isBits ? Buffer.from(payload, 'latin1') : Buffer.from(payload, 'base64')
  if (!isBits && bytes.toString('base64').replace(/=+$/, '') !== payload.replace(/=+$/, '')) return false
  const isOneBitEach = bytes.every((byte) => byte <= 1)
  const width = isOneBitEach ? 1 : 8
  if (writer.length + bytes.length * width > maxBits) return false
  for (const byte of bytes) writer.unsigned(byte, width)
  return true
}
