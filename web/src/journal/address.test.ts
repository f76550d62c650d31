import { expect, it } from 'vitest'
import { conditionOf, readJournalAddress } from './address.ts'

it('what an address does not say well is left out', () => {
  expect(
    readJournalAddress({ dataset: 'quais', outcome: 3, from: 'yesterday', to: '2026-11-24', lang: 'de' }),
  ).toEqual({
    dataset: 'quais',
    to: '2026-11-24',
  })
})

it('what is typed into an address stays a text of the condition', () => {
  expect(conditionOf({ dataset: 'a" or "1" = "1' })).toContain(String.raw`dataset = "a\" or \"1\" = \"1"`)
  expect(conditionOf({ organisation: 'public' })).toContain('organisation is null')
  expect(conditionOf({ to: '2026-02-28' })).toContain("at < date'2026-03-01'")
})
