/** The rows of JSON files, one after the other. */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import type { LoadLimits } from '../limits.ts'
import { refusal, tooLarge } from '../refusal.ts'
import { JsonCutter, tooDeep } from './json-cutter.ts'

export interface JsonRows {
  elements: AsyncGenerator<unknown>
  /** Text before the list, filled while reading. */
  head(): string
}

/**
 * The elements of the list that a JSON text is or has under a usual name (`features`, `results`, `records`…), in
 * constant memory. An object with neither is searched for the first list of objects inside; failing that it is one
 * row. Throws when it is cut short, nests deeper or has larger elements than allowed.
 */
export function jsonElements(path: string, limits: LoadLimits): JsonRows {
  const cutter = new JsonCutter(limits)
  return { elements: cut(path, limits, cutter), head: () => cutter.head }
}

async function* cut(path: string, limits: LoadLimits, cutter: JsonCutter): AsyncGenerator<unknown> {
  let number = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    for (const bytes of cutter.feed(chunk)) yield parseElement(bytes, ++number)
  }
  cutter.end()
  if (!cutter.hadList) yield* searched(path, limits)
}

function* searched(path: string, limits: LoadLimits): Generator<unknown> {
  if (statSync(path).size > limits.recordBytes)
    throw tooLarge('This JSON is one large object without a list of rows under a usual name.')
  const top = parseElement(readFileSync(path), 1)
  const list = listInside(top, 0)
  if (list) yield* list
  else yield top
}

/** The first list of objects inside a value, the outermost before the deeper ones. */
function listInside(value: unknown, depth: number): unknown[] | undefined {
  if (typeof value !== 'object' || value === null || depth > 5) return undefined
  const members = Object.values(value)
  for (const member of members)
    if (
      Array.isArray(member) &&
      member.length > 0 &&
      member.every((item) => typeof item === 'object' && item !== null)
    )
      return member
  for (const member of members) {
    const found = Array.isArray(member) ? undefined : listInside(member, depth + 1)
    if (found) return found
  }
  return undefined
}

/** The values of JSON lines. Throws with the line that is not valid. */
export async function* jsonLines(path: string, limits: LoadLimits): AsyncGenerator<unknown> {
  let held: Buffer[] = []
  let heldLength = 0
  let line = 0
  const read = (parts: Buffer[]): unknown => {
    line++
    const text = Buffer.concat(parts).toString('utf8').trim()
    // Text sequences begin each line with a record separator (RFC 7464).
    const json = text.startsWith('\u001e') ? text.slice(1) : text
    return json === '' ? undefined : parseText(json, `Line ${line}`, limits)
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      const value = read([...held, chunk.subarray(start, at)])
      held = []
      heldLength = 0
      start = at + 1
      if (value !== undefined) yield value
    }
    held.push(Buffer.from(chunk.subarray(start)))
    heldLength += chunk.length - start
    if (heldLength > limits.recordBytes)
      throw tooLarge(`Line ${line + 1} is larger than ${limits.recordBytes / 1024 ** 2} MB.`)
  }
  const value = read(held)
  if (value !== undefined) yield value
}

const parseElement = (bytes: Buffer, number: number): unknown =>
  parseText(bytes.toString('utf8'), `Element ${number}`)

function parseText(text: string, what: string, limits?: LoadLimits): unknown {
  if (limits && nesting(text) > limits.depth) throw tooDeep(limits.depth)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refusal(
      'json_invalid',
      `${what} of this JSON is not valid: ${(error as Error).message.slice(0, 160)}.`,
      'Check it with a JSON validator where it was made.',
    )
  }
}

/** Brackets open at once, those in texts too: an upper bound that costs little. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 123 || code === 91) {
      if (++depth > deepest) deepest = depth
    } else if (code === 125 || code === 93) depth--
  }
  return deepest
}
