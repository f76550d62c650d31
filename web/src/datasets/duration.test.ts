import { expect, it } from 'vitest'
import { durationWords } from './duration.ts'

it.each([
  ['P1D', 'fr', '1 jour'],
  ['PT3M', 'en', '3 minutes'],
  ['P1Y6M', 'en', '1 year 6 months'],
  ['P2W', 'fr', '2 semaines'],
  ['daily', 'fr', 'daily'],
  ['P', 'en', 'P'],
])('says %s in %s', (iso, language, words) =>
  expect(durationWords(iso, language)?.replace(/\s/g, ' ')).toBe(words),
)
it('says nothing of what is promised to nobody', () => expect(durationWords('', 'fr')).toBeNull())
