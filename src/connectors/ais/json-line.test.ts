import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { flatten } from './json-fields.ts'
import { writeJsonLine } from './json-line.ts'
import type { PositionReport } from './message.ts'
import { AisReader } from './reader.ts'
import { Utf8Writer } from './utf8-writer.ts'

const folder = new URL('../../../tests/golden/', import.meta.url)
const cases = readdirSync(folder).filter((name) => /^ais-(line|values|types|application)/.test(name))

it.each(cases)('%s: the text is what JSON.stringify writes', (name) => {
  const input = readFileSync(new URL(`${name}/input.nmea`, folder))
  let position: PositionReport | undefined
  let compared = 0
  const writer = new Utf8Writer()
  const reader = new AisReader('text', {
    message(message, heard) {
      if (message.type === 19 && message.group === 'position') {
        position = message
        return
      }
      const first = message.type === 19 ? position : undefined
      const isTimed = heard.timeSource !== 'receiver'
      const object = {
        ...flatten(message, first),
        time: isTimed ? new Date(heard.atMs).toISOString() : null,
        timeSource: isTimed ? heard.timeSource : null,
        station: heard.station,
        channel: heard.channel,
        signalDbm: heard.signalDbm,
        own: heard.own,
        truncated: heard.truncated,
        outOfRange: heard.outOfRange,
      }
      writeJsonLine(writer, message, heard, first)
      expect(writer.take().toString()).toBe(`${JSON.stringify(object)}\n`)
      compared++
    },
    reject() {},
  })
  reader.read(input, 0, 1)
  expect(compared).toBeGreaterThan(0)
})

it('numbers are written as JavaScript writes them', () => {
  const writer = new Utf8Writer()
  const text = (value: number) => {
    writer.number(value)
    return writer.take().toString()
  }
  for (const value of [
    0,
    1,
    9,
    10,
    -1,
    0.1,
    -0.1,
    102.2,
    0.000001,
    -179.999999,
    5.05,
    1_000_000,
    2 ** 30,
    2 ** 50,
  ]) {
    expect(text(value)).toBe(String(value))
  }
  const micro = fc.integer({ min: -200_000_000, max: 200_000_000 }).map((raw) => raw / 1e6)
  fc.assert(fc.property(micro, (value) => void expect(text(value)).toBe(String(value + 0))))
  fc.assert(fc.property(fc.integer(), (value) => void expect(text(value)).toBe(String(value))))
})

it('text of any kind and any length is written in UTF-8', () => {
  const writer = new Utf8Writer()
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 })
  fc.assert(
    fc.property(texts, (list) => {
      for (const text of list) writer.text(text)
      expect(writer.take()).toEqual(Buffer.from(list.join('')))
    }),
  )
  writer.text('é'.repeat(1_000_000))
  expect(writer.take().length).toBe(2_000_000)
})
