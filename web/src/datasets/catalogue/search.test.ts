import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CatalogueEntry } from '../explore-answers.ts'
import { countFacet, filterCatalogue } from './facets.ts'
import { indexCatalogue, searchCatalogue } from './search.ts'
import { sortCatalogue } from './sorting.ts'
import { slipsToPrefix } from './words.ts'

const entry = (dataset_id: string, title: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  dataset_id,
  title,
  description: null,
  modified: '2026-11-24T00:00:00Z',
  publisher: null,
  license: null,
  theme: null,
  keyword: null,
  features: null,
  sector: null,
  territory: null,
  records_count: 0,
  kind: 'snapshot',
  simulated: false,
  ...more,
})

const entries = [
  entry('escales', 'Escales des navires à Marseille', { description: 'Arrivées et départs, par quai.' }),
  entry('quais', 'Quais du port', { keyword: ['amarrage'], theme: ['Infrastructures'] }),
  entry('qualite-air', 'Qualité de l’air près des quais', { publisher: 'AtmoSud', theme: ['Air'] }),
  entry('plaisance', 'Ports de plaisance', { theme: ['Infrastructures'], simulated: true }),
]
const found = (text: string) =>
  searchCatalogue(indexCatalogue(entries), text).map(({ dataset_id }) => dataset_id)

describe('searching the catalogue', () => {
  it('finds everything when nothing is typed', () => expect(found('  ')).toHaveLength(4))
  it.each([
    ['qualite', 'qualite-air'],
    ['QUALITÉ AIR', 'qualite-air'],
    ['esc', 'escales'],
    ['escale', 'escales'],
    ['navrie', 'escales'],
    ['marseile', 'escales'],
    ['plaisnce', 'plaisance'],
    ['atmosud', 'qualite-air'],
    ['amarrages', 'quais'],
  ])('finds %s', (text, id) => expect(found(text)[0]).toBe(id))
  it('puts a word of the title before one of the description', () =>
    expect(found('quai')).toEqual(['quais', 'qualite-air', 'escales']))
  it('wants every word', () => expect(found('quais zeppelin')).toEqual([]))
  it('forgives no slip in short words', () => expect(found('aix')).toEqual([]))

  it('finds a dataset by any beginning of its title, and never throws', () => {
    const index = indexCatalogue(entries)
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.nat(30), ({ title, dataset_id }, length) => {
        const ids = searchCatalogue(index, title.slice(0, length)).map((item) => item.dataset_id)
        return ids.includes(dataset_id)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => searchCatalogue(index, text).length <= entries.length))
  })
})

describe('slips', () => {
  it.each([
    ['abcd', 'abcd', 0],
    ['abdc', 'abcd', 1],
    ['abd', 'abcd', 1],
    ['abxcd', 'abcd', 1],
    ['abcd', 'abcdefgh', 0],
  ])('from %s to the beginning of %s are %d', (a, b, slips) => expect(slipsToPrefix(a, b, 2)).toBe(slips))
})

describe('facets', () => {
  it('count what a press would show', () => {
    expect(countFacet(entries, { origin: ['real'] }, 'theme')).toEqual([
      { value: 'Air', count: 1, isChosen: false },
      { value: 'Infrastructures', count: 1, isChosen: false },
    ])
  })
  it('keep a chosen value that nothing has', () => {
    expect(countFacet(entries, { theme: ['Air'], publisher: ['Nobody'] }, 'publisher')).toContainEqual({
      value: 'Nobody',
      count: 0,
      isChosen: true,
    })
  })
  it('widen within one and narrow across', () => {
    const chosen = { theme: ['Air', 'Infrastructures'], origin: ['simulated'] }
    expect(filterCatalogue(entries, chosen).map(({ dataset_id }) => dataset_id)).toEqual(['plaisance'])
  })
})

describe('sorting', () => {
  const ids = (sort: Parameters<typeof sortCatalogue>[1]) =>
    sortCatalogue([...entries, entry('zones', 'Zones', { records_count: 9 })], sort, 'fr').map(
      ({ dataset_id }) => dataset_id,
    )
  it('goes by title, by rows, or keeps the order of the search', () => {
    expect(ids('title')).toEqual(['escales', 'plaisance', 'quais', 'qualite-air', 'zones'])
    expect(ids('rows')[0]).toBe('zones')
    expect(ids('relevance')[0]).toBe('escales')
  })
})

it('puts what has no row last by date: it was never updated', () => {
  const empty = entry('empty', 'Empty', { modified: '2026-11-24T12:00:00Z' })
  const filled = entry('filled', 'Filled', { records_count: 5 })
  const newer = entry('newer', 'Newer', { records_count: 5, modified: '2026-11-24T06:00:00Z' })
  const ids = sortCatalogue([empty, filled, newer], 'modified', 'en').map(({ dataset_id }) => dataset_id)
  expect(ids).toEqual(['newer', 'filled', 'empty'])
})
