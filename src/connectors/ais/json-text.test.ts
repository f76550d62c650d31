import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { flatten } from './json-fields.ts'
import { jsonText } from './json-text.ts'
import type { PositionReport } from './message.ts'
import { AisReader } from './reader.ts'

const folder = new URL('../../../tests/golden/', import.meta.url)
const cases = readdirSync(folder).filter((name) => /^ais-(line|values|types|application)/.test(name))

it.each(cases)('%s: the text is what JSON.stringify writes', (name) => {
  const input = readFileSync(new URL(`${name}/input.nmea`, folder))
  let position: PositionReport | undefined
  let compared = 0
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
      expect(jsonText(message, heard, first)).toBe(`${JSON.stringify(object)}\n`)
      compared++
    },
    reject() {},
  })
  reader.read(input, 0, 1)
  expect(compared).toBeGreaterThan(0)
})
