import { type Field, layouts } from './aisstream-layout.ts'
import type { SixBits } from './sixbit.ts'

type Json = Record<string, unknown>

/** What the provider would send for a payload: the inverse of the reader, written on its own for the tests. */
export function providerMessage(bits: SixBits, atMs: number): Json | undefined {
  const type = bits.unsigned(0, 6, 0)
  const [messageType, layout] = Object.entries(layouts).find(([, { types }]) => types.includes(type)) ?? []
  if (!messageType || !layout) return undefined
  const body: Json = {
    MessageID: type,
    RepeatIndicator: bits.unsigned(6, 2, 0),
    UserID: bits.unsigned(8, 30, 0),
    Valid: true,
  }
  let at = 38
  const read = (field: Field, end: number) => {
    if (field.when && !field.when.some((path) => isSet(body, path, at + field.bits <= end))) return
    if (field.unless?.some((path) => isSet(body, path, false))) return
    const [path] = field.paths
    if (path && at + field.bits <= end) put(body, path, fieldValue(bits, field, at))
    at += field.bits
  }
  const after = layout.after ?? []
  const tailEnd = bits.length - after.reduce((sum, field) => sum + field.bits, 0)
  for (const field of layout.fields) read(field, bits.length)
  if (layout.tail) {
    body[layout.tail.path] =
      layout.tail.kind === 'text' ? textOf(bits, at, tailEnd) : bitsOf(bits, at, tailEnd)
    at = Math.max(at, tailEnd)
  }
  for (const field of after) read(field, bits.length)
  return {
    Message: { [messageType]: body },
    MessageType: messageType,
    MetaData: {
      MMSI: body.UserID,
      MMSI_String: body.UserID,
      ShipName: 'NAME                ',
      time_utc: `${new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')}000017 +0000 UTC`,
    },
  }
}

function fieldValue(bits: SixBits, field: Field, at: number): unknown {
  const { kind, scale } = field
  if (kind === 'flag') return bits.flag(at)
  if (kind === 'text') return textOf(bits, at, at + field.bits)
  const raw = kind === 'signed' ? bits.signed(at, field.bits, 0) : bits.unsigned(at, field.bits, 0)
  return raw / scale
}

/** Every character, `@` too: what follows an `@` then makes the same payload. */
function textOf(bits: SixBits, from: number, to: number): string {
  let text = ''
  for (let at = from; at + 6 <= to; at += 6) {
    const six = bits.unsigned(at, 6, 0)
    text += String.fromCharCode(six < 32 ? six + 64 : six)
  }
  return text
}

function bitsOf(bits: SixBits, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 1) text += bits.flag(at) ? '\u0001' : '\u0000'
  return text
}

/** A flag that stands in the message was read before; a `Valid` of the JSON alone follows from the length. */
function isSet(body: Json, path: readonly string[], isThere: boolean): boolean {
  let value: unknown = body
  for (const name of path) value = (value as Json | undefined)?.[name]
  if (typeof value === 'boolean') return value
  if (path.at(-1) === 'Valid' && isThere) put(body, path, true)
  return path.at(-1) === 'Valid' && isThere
}

function put(body: Json, path: readonly string[], value: unknown): void {
  let object = body
  for (const name of path.slice(0, -1)) {
    object[name] ??= {}
    object = object[name] as Json
  }
  object[path.at(-1)!] = value
}
