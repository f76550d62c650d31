import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, it } from 'vitest'
import { flatten } from '../json-fields.ts'
import type { AisMessage, Heard, PositionReport } from '../message.ts'
import { AisReader } from '../reader.ts'

/** Reference data beside the checkout; never part of the project. */
const folder = new URL('../../../../../shared/data/ais/', import.meta.url)

export const reference = (path: string): Buffer => {
  const bytes = readFileSync(new URL(path, folder))
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

export const jsonLines = (path: string): Record<string, unknown>[] =>
  reference(path)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"') && (!line.includes('"class"') || line.includes('"class":"AIS"')))
    .map((line) => JSON.parse(line))

/** A describe block that is skipped, by name, where the reference data are missing. */
export function describeWithReference(name: string, tests: () => void): void {
  if (existsSync(folder)) describe(name, tests)
  else
    describe(name, () =>
      it.skip('needs the reference data in ../shared/data/ais, which are not here', () => {}),
    )
}

export interface Ours {
  flat: Record<string, unknown>
  message: AisMessage
  /** Payload bits as a string of 0 and 1, with the fill bits. */
  bits: string
  outOfRange: boolean
}

/** What our reader makes of `input`; a type 19 is one object. */
export function decodeAll(
  input: Buffer,
  options = { keepImpossible: true },
): { messages: Ours[]; reader: AisReader } {
  const messages: Ours[] = []
  let position: PositionReport | undefined
  const take = (message: AisMessage, heard: Heard) => {
    if (message.type === 19 && message.group === 'position') {
      position = message
      return
    }
    const flat = flatten(message, message.type === 19 ? position : undefined)
    messages.push({
      flat,
      message,
      bits: bitString(heard.payloadKey()),
      outOfRange: heard.outOfRange ?? false,
    })
  }
  const reader = new AisReader('oracle', { message: take, reject() {} }, options)
  reader.read(input, 0, Date.UTC(2026, 0))
  reader.end()
  return { messages, reader }
}

/** Written apart from the decoder on purpose: an oracle must not share its mistakes. */
function bitString(payload: string): string {
  let bits = ''
  for (const character of payload) {
    const code = character.charCodeAt(0) - 48
    bits += (code > 40 ? code - 8 : code).toString(2).padStart(6, '0')
  }
  return bits
}

/** Compares two lists as multisets; answers what is left over on either side, as text. */
export function differences(
  ours: Record<string, unknown>[],
  theirs: Record<string, unknown>[],
  tolerance: Record<string, number> = {},
): { onlyOurs: string[]; onlyTheirs: string[] } {
  const onlyOurs = new Map<string, Record<string, unknown>[]>()
  const keyOf = (item: Record<string, unknown>) =>
    JSON.stringify(
      Object.keys(item)
        .sort()
        .filter((name) => !(name in tolerance))
        .map((name) => [name, canonical(item[name])]),
    )
  for (const item of ours) {
    const key = keyOf(item)
    const same = onlyOurs.get(key)
    if (same) same.push(item)
    else onlyOurs.set(key, [item])
  }
  const onlyTheirs: string[] = []
  for (const item of theirs) {
    const key = keyOf(item)
    const candidates = onlyOurs.get(key) ?? []
    const index = candidates.findIndex((candidate) =>
      Object.entries(tolerance).every(([name, most]) => isNear(candidate[name], item[name], most)),
    )
    if (index < 0) onlyTheirs.push(JSON.stringify(item))
    else candidates.splice(index, 1)
  }
  return { onlyOurs: [...onlyOurs.values()].flat().map((item) => JSON.stringify(item)), onlyTheirs }
}

function canonical(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e6) / 1e6 + 0
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map(canonical)
  if (value && typeof value === 'object') return Object.entries(value).map(([k, v]) => [k, canonical(v)])
  return value
}

const isNear = (a: unknown, b: unknown, most: number) =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= most + 1e-9)
