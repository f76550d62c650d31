import { expect, it } from 'vitest'
import type { DescribedDataset } from '../../../../src/datasets/schema.ts'
import { type Description, toChange, toForm } from './description.ts'

const described: DescribedDataset = {
  id: 'quais',
  kind: 'snapshot',
  title: { fr: 'Quais', en: 'Quays' },
  description: { fr: 'Tous', en: 'All' },
  simulated: false,
  fields: [],
  sortBy: [],
  metadata: {
    theme: ['maritime'],
    keyword: ['quai', 'port'],
    sector: ['marinas'],
    publisher: 'Port',
    license: 'Autre',
    licenseUrl: 'https://example.org/licence',
    language: ['fr'],
    territory: ['13055'],
    references: [],
    attributions: [],
    updateEvery: 'P1D',
  },
  currentVersion: 1,
  createdAt: null,
  modifiedAt: null,
  isBuiltIn: false,
}

it('comes back as it went, and leaves alone what the form does not show', () => {
  const { title, description, metadata } = toChange(toForm(described))
  expect({ title, description }).toEqual({ title: described.title, description: described.description })
  expect(described.metadata).toMatchObject(metadata)
  expect(Object.keys(metadata)).not.toContain('updateEvery')
})

it('completes a language, a licence and lists', () => {
  const form: Description = {
    ...toForm(described),
    titleFr: '',
    license: 'Licence Ouverte 2.0',
    licenseUrl: '',
    keyword: ' a, b,,a ',
  }
  const { title, metadata } = toChange(form)
  expect(title).toEqual({ fr: 'Quays', en: 'Quays' })
  expect(metadata.licenseUrl).toMatch(/etalab/)
  expect(metadata.keyword).toEqual(['a', 'b'])
})
