import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { documentedNames, fieldPage } from './field-table.suite.ts'
import { decodeCase } from './golden.suite.ts'

const folder = new URL('../../../tests/golden/', import.meta.url)
const messages = readdirSync(folder)
  .filter((name) => /^ais-(line|values|types|application)/.test(name))
  .flatMap((name) => decodeCase(readFileSync(new URL(`${name}/input.nmea`, folder))).messages)

/** Names in a decoded object, lists as `name[].field`. */
function namesIn(value: unknown, prefix = ''): string[] {
  return Object.entries(value as object).flatMap(([name, inner]) => {
    const path = prefix + name
    if (!Array.isArray(inner)) return [path]
    return [path, ...inner.flatMap((item) => namesIn(item, `${path}[].`))]
  })
}

describe('docs/ais-fields.md', () => {
  it('is what the layouts say (vitest -u writes it)', async () => {
    await expect(fieldPage()).toMatchFileSnapshot('../../../docs/ais-fields.md')
  })

  it('has every name that the decoder emits, and no other', () => {
    const emitted = new Set(messages.flatMap((message) => namesIn(message)))
    // Types 15 and 16 list plain objects, described in one row.
    const documented = documentedNames()
    const missing = [...emitted].filter(
      (name) => !documented.has(name) && !name.startsWith('interrogations[].'),
    )
    const unheard = [...documented].filter((name) => !emitted.has(name))
    expect({ missing, unheard }).toEqual({ missing: [], unheard: [] })
  })
})
