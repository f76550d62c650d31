import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { providerMessage } from './aisstream-json.suite.ts'
import { layouts } from './aisstream-layout.ts'
import { AisStreamReader } from './aisstream-reader.ts'
import { parseGoTime } from './aisstream-time.ts'
import type { AisMessage, AisSink, Heard } from './message.ts'
import { AisReader } from './reader.ts'
import { SixBits } from './sixbit.ts'

interface Caught {
  message: AisMessage
  seq: number
  at: string
  timeSource: Heard['timeSource']
  truncated: boolean
  payload: string
}

class Catcher implements AisSink {
  readonly caught: Caught[] = []
  readonly rejects: { reason: string; line: string; seq: number }[] = []

  message(message: AisMessage, heard: Heard): void {
    const { seq, timeSource, truncated } = heard
    const at = new Date(heard.atMs).toISOString()
    this.caught.push({ message, seq, at, timeSource, truncated, payload: heard.payloadKey() })
  }

  reject(reason: string, line: string, seq: number): void {
    this.rejects.push({ reason, line, seq })
  }
}

const receivedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)

function read(text: string) {
  const sink = new Catcher()
  const reader = new AisStreamReader('aisstream', sink)
  reader.read(Buffer.from(text), 1_000, receivedAtMs)
  return { ...sink, caught: sink.caught, rejects: sink.rejects, reader }
}

const golden = resolve(import.meta.dirname, '../../../tests/golden/aisstream')

describe('messages of aisstream.io', () => {
  test.each(readdirSync(golden))('%s', (name) => {
    const input = readFileSync(join(golden, name, 'input.jsonl'), 'utf8')
    const expected = JSON.parse(readFileSync(join(golden, name, 'expected.json'), 'utf8')) as unknown[]
    const { caught, rejects } = read(input)
    expect(rejects).toEqual([])
    expect(caught.map(({ message, at, timeSource }) => ({ ...message, at, timeSource }))).toMatchObject(
      expected,
    )
    expect(caught).toHaveLength(expected.length)
  })

  test('every message type has a golden line', () => {
    const inputs = readdirSync(golden).map((name) => readFileSync(join(golden, name, 'input.jsonl'), 'utf8'))
    const seen = new Set(
      inputs.flatMap((input) =>
        input
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { MessageType: string }).MessageType),
      ),
    )
    expect(Object.keys(layouts).filter((messageType) => !seen.has(messageType))).toEqual([])
  })

  test('positions in the spool are those of their lines', () => {
    const line = readFileSync(join(golden, 'class-a', 'input.jsonl'), 'utf8').split('\n')[0]!
    const { caught, reader } = read(`${line}\nbad\n${line}\n`)
    expect(caught.map(({ seq }) => seq)).toEqual([1_000, 1_000 + Buffer.byteLength(line) + 5])
    expect(reader.resumeFrom()).toBe(1_000 + 2 * Buffer.byteLength(line) + 6)
    expect(reader.counters).toMatchObject({ lines: 3, messages: 2, rejects: { malformed: 1 } })
  })
})

describe('a message that cannot be read', () => {
  const position = (change: Record<string, unknown>, envelope: Record<string, unknown> = {}) =>
    JSON.stringify({
      MessageType: 'PositionReport',
      MetaData: { MMSI: 227006760, time_utc: '2026-01-02 03:04:05 +0000 UTC' },
      Message: {
        PositionReport: { MessageID: 1, UserID: 227006760, Latitude: 43.3, Longitude: 5.3, ...change },
      },
      ...envelope,
    })

  test.each([
    ['no JSON', 'hello', 'malformed'],
    ['JSON that is cut', position({}).slice(0, -5), 'malformed'],
    ['no object', '[1,2]', 'malformed'],
    ['no type', '{"Message":{}}', 'malformed'],
    ['no body', position({}, { Message: {} }), 'malformed'],
    ['a body of another type', position({}, { MessageType: 'ShipStaticData' }), 'malformed'],
    ['text for a number', position({ Latitude: '43' }), 'malformed'],
    [
      'an infinite number',
      position({ Latitude: 1 }).replace('"Latitude":1', '"Latitude":1e999'),
      'malformed',
    ],
    ['a number too large for its field', position({ Sog: 500 }), 'malformed'],
    ['a negative MMSI', position({ UserID: -1 }), 'malformed'],
    ['the type of another message', position({ MessageID: 5 }), 'malformed'],
    ['a body the provider calls invalid', position({ Valid: false }), 'malformed'],
    ['a new type without MMSI', '{"MessageType":"New","Message":{"New":{"MessageID":28}}}', 'unknown-type'],
    [
      'the unknown message',
      '{"MessageType":"UnknownMessage","Message":{"UnknownMessage":{"Error":"x"}}}',
      'unknown-type',
    ],
    ['a prototype for a type', '{"MessageType":"__proto__","Message":{"x":{}}}', 'unknown-type'],
    ['a line beyond the limit', position({ Pad: 'x'.repeat(17_000) }), 'line-too-long'],
    ['deep nesting', `{"MessageType":${'['.repeat(8_000)}`, 'malformed'],
  ])('%s is rejected and the next one read', (_, line, reason) => {
    const { caught, rejects } = read(`${line}\n${position({})}\n`)
    expect(rejects).toEqual([{ reason, line: line.slice(0, 1024), seq: 1_000 }])
    expect(caught).toHaveLength(1)
  })

  test('fields that are missing are not available, not zero', () => {
    const { caught } = read(position({}))
    expect(caught[0]!.message).toMatchObject({
      navStatus: 15,
      sogKn: null,
      cogDeg: null,
      headingDeg: null,
      rotDegPerMin: null,
      utcSecond: null,
    })
  })

  test('a type the provider adds later is kept with its fields', () => {
    const { caught } = read(
      '{"MessageType":"New","MetaData":{"MMSI":227006760},"Message":{"New":{"MessageID":28,"A":[1],"__proto__":2}}}',
    )
    expect(caught[0]!.message).toMatchObject({
      group: 'other',
      type: 28,
      mmsi: 227006760,
      fields: { messageType: 'New', MessageID: 28, A: [1] },
    })
    expect(caught[0]!.timeSource).toBe('receiver')
  })

  test('the provider’s own words are ignored', () => {
    const { caught, rejects, reader } = read(
      '{"MessageType":"SubscriptionConfirmation","Message":{}}\n{"error":"Api Key Is Not Valid"}\n\n',
    )
    expect([caught, rejects]).toEqual([[], []])
    expect(reader.counters.ignored).toMatchObject({ otherSentences: 2, blank: 1 })
  })

  test('anything at all never throws, and every line is counted', () => {
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom(1e300, -1, 91, '\u0001\u0000', 'A@b'))
    const names = [
      ...new Set(
        Object.values(layouts).flatMap(({ fields, tail }) => [
          ...fields.flatMap(({ paths }) => paths.map((path) => path[0]!)),
          ...(tail ? [tail.path] : []),
        ]),
      ),
    ]
    const body = fc.dictionary(fc.constantFrom('MessageID', 'UserID', 'Valid', ...names), value, {
      maxKeys: 12,
    })
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom(...Object.keys(layouts), 'New'), body, fc.jsonValue())
        .map(([type, content, meta]) =>
          JSON.stringify({ MessageType: type, MetaData: meta, Message: { [type]: content } }),
        ),
      fc.json(),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const text = lines.map((each) => each.replaceAll('\n', ' ')).join('\n')
        const { caught, rejects, reader } = read(`${text}\n`)
        const { counters } = reader
        const ignored = counters.ignored.blank + counters.ignored.otherSentences
        expect(counters.messages + rejects.length + ignored).toBe(counters.lines)
        expect(caught.length).toBeGreaterThanOrEqual(counters.messages)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the time of the provider', () => {
  test.each([
    ['2025-05-15 09:27:38.342017448 +0000 UTC', '2025-05-15T09:27:38.342Z'],
    ['2022-12-29 18:22:32.318353 +0000 UTC', '2022-12-29T18:22:32.318Z'],
    ['2026-01-01 00:00:00 +0000 UTC', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01 00:00:00.5 +0000 UTC m=+0.000012', '2026-01-01T00:00:00.500Z'],
    ['2026-01-01 01:30:00 +0130 CEST', '2026-01-01T00:00:00.000Z'],
    ['2025-12-31 23:00:00.1 -0100', '2026-01-01T00:00:00.100Z'],
    ['2026-08-20 10:00:00', '2026-08-20T10:00:00.000Z'],
    ['2026-08-20T10:00:00.25Z', '2026-08-20T10:00:00.250Z'],
  ])('%s', (text, iso) => {
    expect(new Date(parseGoTime(text)!).toISOString()).toBe(iso)
  })

  test.each([
    '',
    'now',
    '2026-02-30 00:00:00 +0000 UTC',
    '2026-13-01 00:00:00 +0000 UTC',
    '2026-01-01 24:00:00 +0000 UTC',
    '2026-01-01 00:60:00 +0000 UTC',
    '26-01-01 00:00:00 +0000 UTC',
    '2026-01-01 00:00:00.1234567890 +0000 UTC',
  ])('“%s” is no time', (text) => {
    expect(parseGoTime(text)).toBeUndefined()
  })
})

const sample = resolve(import.meta.dirname, '../../../../shared/data/ais/aishub/nmea-sample.txt.gz')

describe('the same transmissions', () => {
  test.skipIf(!existsSync(sample))(
    'heard by an antenna and through the provider are the same messages (needs ../shared)',
    () => {
      const bits = new SixBits()
      let different = 0
      let samePayload = 0
      let count = 0
      let fillBits = 0
      const heardOver = new Catcher()
      const provider = new AisStreamReader('aisstream', heardOver)
      const sink: AisSink = {
        reject() {},
        message(message, heard) {
          // The second half of a type 19 comes with the first.
          if (message.type === 19 && message.group === 'static') return
          const payload = Buffer.from(heard.payloadKey(), 'latin1')
          bits.load(payload, 0, payload.length, fillBits)
          const json = providerMessage(bits, heard.atMs)
          if (heard.truncated || !json) return
          heardOver.caught.length = 0
          provider.read(Buffer.from(`${JSON.stringify(json)}\n`), 0, receivedAtMs)
          count += 1
          const [got] = heardOver.caught
          if (got && JSON.stringify(got.message) === JSON.stringify(message)) {
            if (got.payload === heard.payloadKey()) samePayload += 1
          } else different += 1
        },
      }
      const antenna = new AisReader('antenna', sink)
      for (const line of gunzipSync(readFileSync(sample)).toString('latin1').split('\n')) {
        fillBits = Number(/,(\d)\*/.exec(line)?.[1] ?? 0)
        antenna.read(Buffer.from(`${line}\n`, 'latin1'), 0, receivedAtMs)
      }
      expect(count).toBeGreaterThan(80_000)
      expect(different / count).toBeLessThan(0.001)
      // The rest carry bits after the end of their message, which the provider leaves out.
      expect(samePayload / count).toBeGreaterThan(0.98)
    },
    60_000,
  )
})
