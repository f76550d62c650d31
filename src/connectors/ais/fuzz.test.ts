import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonLines } from './json-lines.ts'
import { LineChunks } from './line-chunks.ts'
import type { AisSink } from './message.ts'
import { AisReader, maxLineBytes } from './reader.ts'

const lines = [
  '!AIVDM,1,1,,A,12ugE0@P10PeB4LKB5@P0Gwd0000,0*14',
  '\\s:MRS1,c:1700000000*47\\!AIVDM,1,1,,B,B2ugE0@0005B4LKB5@P03wRUkP06,0*2F',
  '!AIVDM,2,1,1,A,52ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht0000000,0*0A',
  '!AIVDM,2,2,1,A,00000000000,2*25',
  '$PGHP,1,2008,5,9,12,34,56,789,226,2,PHAROS,1,14*71',
  '!AIVDM,1,1,,A,82ugE0PnkP00,0*4E,s1234,d-119,T12.34567123,r003669958,1085889680',
  '# comment',
]

type Edit = [where: number, what: string, byte: number]

const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'insert', 'double'), fc.nat(255)), {
  maxLength: 20,
})

/** What a bad cable and a bad merge make of a feed: bytes changed, cut out, put in, doubled. */
function damage(text: string, list: Edit[]): Uint8Array {
  const bytes = [...Buffer.from(text, 'latin1')]
  for (const [where, what, byte] of list) {
    const at = where % (bytes.length + 1)
    if (what === 'set') bytes[at] = byte
    else if (what === 'cut') bytes.splice(at, byte % 30)
    else if (what === 'insert') bytes.splice(at, 0, byte, 0, 33, 92)
    else bytes.splice(at, 0, ...bytes.slice(at, at + (byte % 60)))
  }
  return Uint8Array.from(bytes)
}

const damaged = fc
  .tuple(fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 12 }), edits)
  .map(([chosen, list]) => damage(`${chosen.join('\n')}\n`, list))

/** `body` between its first character and its checksum. */
function seal(first: string, body: string): string {
  let sum = 0
  for (const byte of Buffer.from(body, 'latin1')) sum ^= byte
  return `${first}${body}*${sum.toString(16).padStart(2, '0')}`
}

/** The lines of one message as a receiver gives them, its sequence id taken in turn as receivers do. */
function linesOfMessage(kind: string, index: number): string[] {
  const character = String.fromCharCode(48 + index)
  const single = seal('!', `AIVDM,1,1,,A,1${character}ugE0@P10PeB4LKB5@P0Gwd0000,0`)
  const part = (number: number, payload: string) => seal('!', `AIVDM,2,${number},${index % 10},A,${payload}`)
  const first = part(1, `5${character}ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht0000000,0`)
  const second = part(2, `0000000000${character},2`)
  const tag = (fields: string) => `${seal('\\', fields)}\\`
  switch (kind) {
    case 'long':
      return [first, second]
    case 'reversed':
      return [second, first]
    case 'interrupted':
      return [first, single, second]
    case 'twice':
      return [first, first, second, second]
    case 'pghp':
      return [seal('$', `PGHP,1,2008,5,9,12,34,56,789,226,2,PHAROS,1,${single.slice(-2)}`), single]
    case 'group':
      return [tag(`g:1-2-${index},s:MRS1,c:${1_700_000_000 + index}`) + first, tag(`g:2-2-${index}`) + second]
    default:
      return [single]
  }
}

const kinds = ['single', 'long', 'reversed', 'interrupted', 'twice', 'pghp', 'group']
const feed = fc
  .tuple(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 10 }), edits)
  .map(([chosen, list]) => damage(`${chosen.flatMap(linesOfMessage).join('\n')}\n`, list))

/** Every sentence with a right checksum, whatever it carries. */
const sealed = fc
  .array(
    fc
      .tuple(
        fc.constantFrom(
          'AIVDM,1,1,,A,',
          'ABVDO,1,1,,B,',
          'AIVDM,2,1,3,A,',
          'AIVDM,2,2,3,A,',
          'BSVDM,9,9,,,',
          'AIVDM,',
        ),
        fc.oneof(
          fc.string({
            unit: fc.constantFrom(...'0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw'),
            maxLength: 180,
          }),
          fc.string({ maxLength: 60 }),
        ),
        fc.constantFrom(',0', ',2', ',5', ',6', ',9', ',', ''),
      )
      .map(([head, payload, fill]) => {
        const body = `${head}${payload}${fill}`
        let sum = 0
        for (const byte of Buffer.from(body, 'latin1')) sum ^= byte
        return `!${body}*${sum.toString(16).padStart(2, '0')}\n`
      }),
    { maxLength: 20 },
  )
  .map((sentences) => Buffer.from(sentences.join(''), 'latin1'))

/** What every reading keeps, whatever comes in. */
function check(input: Uint8Array): string {
  const problems: string[] = []
  const seen: string[] = []
  const json = new JsonLines()
  const sink: AisSink = {
    message(message, heard) {
      if (message.mmsi < 0 || message.mmsi >= 2 ** 30) problems.push('MMSI')
      if (message.group !== 'static' && Math.abs(message.lat ?? 0) > 90) problems.push('latitude')
      if (message.group !== 'static' && Math.abs(message.lon ?? 0) > 180) problems.push('longitude')
      if (!Number.isFinite(heard.atMs)) problems.push('time')
      if (heard.seq < 0 || heard.seq >= input.length) problems.push('position in the spool')
      seen.push(`${heard.seq} ${heard.atMs} ${heard.payloadKey()} ${JSON.stringify(message)}`)
      json.message(message, heard)
    },
    reject(reason, line, seq) {
      if (line.length > maxLineBytes) problems.push('length of a reject')
      if (seq < 0 || seq >= input.length) problems.push('position of a reject')
      seen.push(`${seq} ${reason}`)
    },
  }
  const reader = new AisReader('fuzz', sink)
  reader.read(input, 0, 1_700_000_000_000)
  if (reader.resumeFrom() > input.length) problems.push('place to resume')
  reader.end()
  for (const line of json.take().toString().split('\n').filter(Boolean)) JSON.parse(line)
  expect(problems).toEqual([])
  return seen.join('\n')
}

describe('no input stops the reader', () => {
  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void check(bytes)),
      { numRuns: 1000 },
    )
  })

  it('damaged lines', () => {
    fc.assert(
      fc.property(damaged, (bytes) => void check(bytes)),
      { numRuns: 2000 },
    )
  })

  it('any payload under a right checksum', () => {
    fc.assert(
      fc.property(sealed, (bytes) => void check(bytes)),
      { numRuns: 2000 },
    )
  })

  it('gives the same whether lines come in one piece or one by one', () => {
    const collect = () => {
      const seen: string[] = []
      const reader = new AisReader('pieces', {
        message: (message, heard) => void seen.push(`${heard.seq} ${heard.payloadKey()} ${message.type}`),
        reject: (reason, _line, seq) => void seen.push(`${seq} ${reason}`),
      })
      return { seen, reader }
    }
    fc.assert(
      fc.property(fc.oneof(damaged, sealed), (input) => {
        const whole = collect()
        whole.reader.read(input, 0, 1)
        whole.reader.end()
        const pieces = collect()
        for (let at = 0; at < input.length; ) {
          const end = input.indexOf(10, at) + 1 || input.length
          pieces.reader.read(input.slice(at, end), at, 1)
          at = end
        }
        pieces.reader.end()
        expect(pieces.seen).toEqual(whole.seen)
      }),
      { numRuns: 1000 },
    )
  })

  it('replays from where it says to resume without losing or inventing a message', () => {
    fc.assert(
      fc.property(feed, fc.nat(), (input, where) => {
        const collect = () => {
          const seen: [number, string][] = []
          const reader = new AisReader('resume', {
            message: (message, heard) =>
              void seen.push([heard.seq, JSON.stringify([heard.atMs, heard.station, message])]),
            reject() {},
          })
          return { seen, reader }
        }
        const cut = input.indexOf(10, where % input.length) + 1 || input.length
        const whole = collect()
        whole.reader.read(input, 0, 1)
        const before = collect()
        before.reader.read(input.slice(0, cut), 0, 1)
        const from = before.reader.resumeFrom()
        const after = collect()
        after.reader.read(input.slice(from), from, 1)
        // Messages completed before the cut are known by their position and passed over.
        const joined = [...before.seen, ...after.seen.filter(([seq]) => seq >= cut)]
        expect(joined).toEqual(whole.seen)
      }),
      { numRuns: 2000 },
    )
  })

  it('a line of 1 MB is one reject with a short sample', () => {
    for (const start of ['', '!AIVDM,1,1,,A,', '\\s:', '#']) {
      const long = Buffer.concat([
        Buffer.from(start),
        Buffer.alloc(1_000_000, 'w'),
        Buffer.from(`\n${lines[0]}\n`),
      ])
      const rejects: string[] = []
      let messages = 0
      const reader = new AisReader('long', {
        message: () => void messages++,
        reject: (reason, line) => void rejects.push(`${reason} ${line.length}`),
      })
      reader.read(long, 0, 1)
      expect({ start, rejects, messages }).toEqual({ start, rejects: ['line-too-long 1024'], messages: 1 })
    }
  })

  it('keeps a bounded part of a line that never ends', () => {
    const chunks = new LineChunks()
    for (let i = 0; i < 100; i++) expect(chunks.push(Buffer.alloc(65_536, 'x'))).toBeNull()
    expect(chunks.rest()!.length).toBe(4 * maxLineBytes)
  })
})
