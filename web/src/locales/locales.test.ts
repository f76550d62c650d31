import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { navigation } from '../shell/navigation.ts'
import en from './en.json'
import fr from './fr.json'

const pluralEnding = /_(one|two|few|many|other|zero)$/

const flatten = (value: object, prefix = ''): string[] =>
  Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' ? [prefix + key] : flatten(item, `${prefix}${key}.`),
  )

const baseKeys = (texts: object) =>
  [...new Set(flatten(texts).map((key) => key.replace(pluralEnding, '')))].sort()

const folder = fileURLToPath(new URL('..', import.meta.url))
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))

const keyShape = /^[a-zA-Z]+(\.[\w-]+)+$/
/** Whole keys, and the fixed beginnings of keys that end in a code (`types.${category}`). */
const quoted = new Set<string>()
const begun = new Set<string>()
for (const text of sources) {
  for (const [, key] of text.matchAll(/'([^'\n]+)'/g)) if (key && keyShape.test(key)) quoted.add(key)
  for (const [, start] of text.matchAll(/`([a-zA-Z]+(?:\.[\w-]+)*\.)\$\{/g)) if (start) begun.add(start)
}
for (const { label } of navigation) quoted.add(label)

const keys = baseKeys(fr)
const isUsed = (key: string) => quoted.has(key) || [...begun].some((start) => key.startsWith(start))

describe('the texts', () => {
  it('are the same in every language', () => {
    expect(baseKeys(en)).toEqual(keys)
  })

  it('have every plural that their language needs', () => {
    for (const [language, texts] of Object.entries({ fr, en })) {
      const all = flatten(texts)
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories
      for (const key of new Set(
        all.filter((k) => pluralEnding.test(k)).map((k) => k.replace(pluralEnding, '')),
      ))
        expect(all, `${language}: ${key}`).toEqual(expect.arrayContaining(needed.map((n) => `${key}_${n}`)))
    }
  })

  it('have no key that no page uses', () => {
    expect(keys.filter((key) => !isUsed(key))).toEqual([])
  })

  it('have every key that a page asks for', () => {
    const roots = new Set(keys.map((key) => key.split('.')[0]))
    const asked = [...quoted].filter((key) => roots.has(key.split('.')[0]))
    expect(asked.filter((key) => !keys.includes(key))).toEqual([])
    expect([...begun].filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([])
  })

  it('have the same holes to fill in every language', () => {
    const read = (texts: object, key: string): string =>
      key
        .split('.')
        .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], texts) as string
    const holes = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].sort()
    for (const key of flatten(fr).filter((k) => !k.endsWith('_many')))
      expect(holes(read(en, key)), key).toEqual(holes(read(fr, key)))
  })

  it('in French, never break a line before a high sign', () => {
    const breaking = JSON.stringify(fr).match(/.{12} [:;?!»]/g)
    expect(breaking).toBeNull()
  })
})
