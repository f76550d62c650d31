import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeCase } from './golden.suite.ts'

const folder = new URL('../../../tests/golden/', import.meta.url)
const cases = readdirSync(folder).filter((name) => /^ais-(line|values|types|application)/.test(name))

describe('golden cases: one folder for each line rule and each binary application', () => {
  it.each(cases)('%s', (name) => {
    const input = readFileSync(new URL(`${name}/input.nmea`, folder))
    const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'))
    expect(decodeCase(input)).toEqual(expected)
  })

  it.each(cases)('%s, line by line', (name) => {
    const input = readFileSync(new URL(`${name}/input.nmea`, folder))
    expect(decodeCase(input, true)).toEqual(decodeCase(input))
  })
})
