import { Parser } from 'n3'
import { expect, it } from 'vitest'
import { type CatalogueEntry, catalogueGraph } from './catalogue-graph.ts'
import { toJsonLd, toRdfXml, toTurtle } from './catalogue-rdf.ts'

const entry: CatalogueEntry = {
  id: 'loads',
  address: 'https://port.example/datasets/loads',
  title: 'Loads',
  description: '',
  lang: 'en',
  keywords: [],
  themes: [],
  publisher: null,
  license: null,
  licenseUrl: null,
  languages: [],
  references: [],
  modifiedAt: '2026-01-01T00:00:00.000Z',
  issuedAt: null,
  updateEvery: '',
  distributions: [],
  offers: [
    {
      uid: 'https://port.example/datasets/loads#offer-1',
      assigner: 'urn:lacydon:organisation:ferry',
      profile: 'https://port.example/docs/sharing#odrl',
      permission: [
        {
          action: 'use',
          constraint: [
            { leftOperand: 'recipient', operator: 'eq', rightOperand: 'urn:lacydon:everyone' },
            { leftOperand: 'dateTime', operator: 'lt', rightOperand: '2027-01-01T00:00:00.000Z' },
            { leftOperand: 'count', operator: 'lteq', rightOperand: '10' },
            { leftOperand: 'purpose', operator: 'eq', rightOperand: 'planning "of" ports' },
          ],
          duty: [{ action: 'attribute' }],
        },
      ],
      prohibition: [],
    },
  ],
}
const graph = catalogueGraph(
  {
    address: 'https://port.example/datasets',
    api: 'https://port.example/api',
    title: 'Port',
    description: 'Port',
    lang: 'en',
    publisher: 'Port',
  },
  [entry],
)
const odrl = 'http://www.w3.org/ns/odrl/2/'

it('says how a dataset is shared, in ODRL', () => {
  const quads = new Parser().parse(toTurtle(graph))
  const objects = (subject: string | undefined, name: string) =>
    quads
      .filter((quad) => quad.subject.value === subject && quad.predicate.value === `${odrl}${name}`)
      .map(({ object }) => object)
  const [offer] = objects(entry.address, 'hasPolicy')
  expect(offer?.value).toBe(entry.offers[0]!.uid)
  const [permission] = objects(offer?.value, 'permission')
  expect(objects(permission?.value, 'action').map(({ value }) => value)).toEqual([`${odrl}use`])
  expect(objects(permission?.value, 'target').map(({ value }) => value)).toEqual([entry.address])
  const operands = objects(permission?.value, 'constraint').map(({ value }) => [
    objects(value, 'leftOperand')[0]?.value,
    objects(value, 'rightOperand')[0]?.value,
  ])
  expect(operands).toEqual([
    [`${odrl}recipient`, 'urn:lacydon:everyone'],
    [`${odrl}dateTime`, '2027-01-01T00:00:00.000Z'],
    [`${odrl}count`, '10'],
    [`${odrl}purpose`, 'planning "of" ports'],
  ])
  expect(objects(permission?.value, 'duty')).toHaveLength(1)
  expect(toRdfXml(graph)).toContain('<odrl:Offer rdf:about="https://port.example/datasets/loads#offer-1">')
  expect(JSON.parse(toJsonLd(graph))['@context'].odrl).toBe(odrl)
})
