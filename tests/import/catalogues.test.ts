/** udata, CKAN, DKAN and DCAT catalogues on a local server that writes their shapes. */

import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ns } from '../../src/connectors/portals/rdf/graph.ts'
import { type ImportInstance, newFolder, openInstance, removeFolder } from './instance.suite.ts'

const csv = 'nom;tirant\nMôle A;"12,5"\nMôle B;"9,25"\n'

let base: string
/** Answers by path with its question, or by path alone. */
let answers: Record<string, { type: string; body: string } | number>
let asked: string[]
let close: () => Promise<void>
let folder: string
let instance: ImportInstance
beforeEach(async () => {
  answers = {}
  asked = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const answer = answers[request.url!] ?? answers[request.url!.split('?')[0]!]
    if (typeof answer === 'object') {
      const etag = `"${answer.body.length}"`
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.writeHead(200, { 'content-type': answer.type, etag }).end(answer.body)
    } else response.writeHead(answer ?? 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  folder = newFolder()
  instance = await openInstance(folder)
})
afterEach(async () => {
  await instance.close()
  await close()
  removeFolder(folder)
})

const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) })

/** What every kind of catalogue says of the same dataset. */
function expectQuays(id: string) {
  const { definition, metadata } = instance.datasets.describe(id)
  expect(definition.title.fr).toBe('Quais du port')
  expect(definition.description.fr).toBe('Les quais & leurs tirants d’eau')
  expect(definition.fields.map(({ name, type }) => `${name} ${type}`)).toEqual(['nom text', 'tirant double'])
  expect(metadata).toMatchObject({
    license: 'etalab-2.0',
    publisher: 'Port inventé',
    keyword: ['quai', 'port'],
    updateEvery: 'P1M',
  })
}

describe('udata', () => {
  const dataset = () => ({
    id: '5e0f',
    slug: 'quais-du-port',
    title: 'Quais du port',
    description: 'Les quais &amp; leurs tirants d’eau',
    license: 'lov2',
    organization: { name: 'Port inventé', id: 'o1' },
    tags: ['quai', 'port'],
    frequency: 'monthly',
    last_update: '2026-01-01T00:00:00',
    page: `${base}/fr/datasets/quais-du-port/`,
    resources: [
      { id: 'r1', type: 'documentation', title: 'Notice', format: 'csv', url: `${base}/notice.csv` },
      { id: 'r2', type: 'main', title: 'Quais', format: 'csv', url: `${base}/quais.csv` },
      { id: 'r3', type: 'main', title: 'Plan', format: 'pdf', url: `${base}/plan.pdf` },
    ],
  })
  const refused = () => ({ ...dataset(), id: '5e10', slug: 'plan', resources: dataset().resources.slice(2) })

  it('pages, files, words, refusals, and nothing fetched again', async () => {
    answers = {
      '/api/1/datasets/?page_size=1': json({ data: [dataset()], total: 3, next_page: null }),
      '/api/1/datasets/?page=1&page_size=100': json({
        data: [dataset()],
        total: 3,
        next_page: `${base}/elsewhere`,
      }),
      '/api/1/datasets/?page=2&page_size=100': json({
        data: [refused(), { ...dataset(), id: '5e11', archived: '2025-01-01' }],
        total: 3,
        next_page: null,
      }),
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    const report = await instance.run({ address: base })
    expect(report.import).toMatchObject({
      kind: 'udata',
      state: 'done',
      counts: { all: 2, imported: 1, refused: 1 },
    })
    expect(report.items[1]!.reason!.code).toBe('no_rows')
    expect(report.isEqual).toBe(true)
    expectQuays('quais-du-port')
    expect(instance.datasets.describe('quais-du-port').metadata.references).toContain(`${base}/plan.pdf`)
    expect(asked.filter((path) => path === '/robots.txt')).toHaveLength(1)
    asked.length = 0
    const again = await instance.run({ address: base })
    expect(again.import.counts).toMatchObject({ unchanged: 1, refused: 1 })
    expect(asked).not.toContain('/quais.csv')
  })

  it('a file whose date moved but whose bytes did not makes no version', async () => {
    answers = {
      '/api/1/datasets/': json({ data: [dataset()], total: 1, next_page: null }),
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    await instance.run({ address: base, kind: 'udata' })
    answers['/api/1/datasets/'] = json({
      data: [{ ...dataset(), last_update: '2026-02-02', title: 'Les quais' }],
      total: 1,
    })
    const again = await instance.run({ address: base, kind: 'udata' })
    expect(again.import.counts.unchanged).toBe(1)
    expect(await instance.datasets.versions('quais-du-port')).toHaveLength(1)
    // Its words are those of today all the same.
    expect(instance.datasets.get('quais-du-port').title.fr).toBe('Les quais')
  })

  it('robots.txt of the host of a file is obeyed', async () => {
    answers = {
      '/api/1/datasets/': json({ data: [dataset()], total: 1 }),
      '/quais.csv': { type: 'text/csv', body: csv },
      '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /quais' },
    }
    const report = await instance.run({ address: base, kind: 'udata' })
    expect(report.items[0]).toMatchObject({ state: 'refused', reason: { code: 'outbound_refused' } })
    expect(asked).not.toContain('/quais.csv')
  })
})

describe('CKAN', () => {
  const resources = () => [
    { id: 'w', name: 'Service', format: 'WMS', url: `${base}/wms?request=GetMap` },
    { id: 'c', name: 'Quais', format: 'CSV', url: `${base}/quais.csv`, last_modified: '2026-01-01' },
    { id: 'x', name: 'Autre', format: 'XLSX', url: `${base}/autre.xlsx` },
  ]
  const pkg = () => ({
    id: 'c0',
    name: 'quais-du-port',
    title: 'Quais du port',
    notes: '<p>Les quais &amp; leurs tirants d’eau</p>',
    license_id: 'lov2',
    organization: { title: 'Port inventé', name: 'port' },
    tags: [{ name: 'quai' }, { name: 'port', display_name: 'port' }],
    extras: [{ key: 'frequency', value: 'monthly' }],
    metadata_modified: '2026-01-02',
    resources: resources(),
  })

  it('one package is one dataset, other files stay links', async () => {
    answers = {
      '/api/3/action/package_search': json({ success: true, result: { count: 1, results: [pkg()] } }),
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    const report = await instance.run({ address: base })
    expect(report.import).toMatchObject({ kind: 'ckan', counts: { all: 1, imported: 1 } })
    expectQuays('quais-du-port')
    expect(report.items[0]!.attachments).toBe(2)
    expect(instance.datasets.list()).toHaveLength(1)
  })

  it('DKAN: a list, a licence as an address, dates that are none', async () => {
    const { license_id: _, extras: __, organization: ___, ...rest } = pkg()
    answers = {
      '/api/3/action/package_search': json({
        success: true,
        result: [
          [
            {
              ...rest,
              license_title: 'http://www.etalab.gouv.fr/licence-ouverte-open-licence/',
              maintainer: 'Port inventé',
              frequency: 'mensuelle',
              metadata_modified: 'jeu, 19/12/2019 - 03:00',
              resources: [{ ...resources()[1], format: '', mimetype: 'text/csv', size: '42 octets' }],
            },
          ],
        ],
      }),
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    await instance.run({ address: base, kind: 'ckan' })
    expectQuays('quais-du-port')
  })

  it('values of the wrong kind are no trouble', async () => {
    answers = {
      '/api/3/action/package_search': json({
        result: {
          count: 3,
          results: [
            { ...pkg(), title: true, notes: { fr: 'x\u0000y', en: 'z' }, tags: 'seul', organization: 5 },
            { id: { a: 1 } },
            null,
          ],
        },
      }),
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    const report = await instance.run({ address: base, kind: 'ckan' })
    expect(report.items).toHaveLength(1)
    expect(instance.datasets.get('quais-du-port')).toMatchObject({
      title: { fr: 'quais-du-port' },
      description: { fr: 'xy' },
    })
  })

  const recorded = fileURLToPath(
    new URL('../../../shared/data/portals/ckan__data__dkan-french-w-license.json', import.meta.url),
  )
  it.skipIf(!existsSync(recorded))('a recorded answer of DKAN (../shared/data/portals)', async () => {
    answers = {
      '/api/3/action/package_search': {
        type: 'application/json',
        body: readFileSync(recorded, 'utf8').replaceAll(/https:\/\/[\w.-]+\.hautsdefrance\.fr/g, base),
      },
    }
    const report = await instance.run({ address: base, kind: 'ckan' })
    expect(report.items).toHaveLength(1)
    expect(report.items[0]).toMatchObject({
      title: 'Antennes régionales de la Région Hauts-de-France (au 01/10/2019)',
      license: 'LicenceOuverte-1.0',
      isLicenceKnown: true,
    })
  })
})

describe('DCAT', () => {
  const about = (n: number) => `${base}/set/${n}`
  const turtle = (
    n: number,
    next: string,
  ) => `@prefix dcat: <${ns.dcat}> . @prefix dct: <${ns.dct}> . @prefix hydra: <${ns.hydra}> .
@prefix foaf: <${ns.foaf}> .
<${base}/catalog> a dcat:Catalog ; dcat:dataset <${about(1)}>, <${about(2)}> .
<${about(n)}> a dcat:Dataset ; dct:title "Quais du port"@fr ; dct:identifier "quais-${n}" ;
  dct:description "Les quais &amp; leurs tirants d’eau" ; dcat:keyword "quai", "port" ;
  dct:publisher [ foaf:name "Port inventé" ] ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
  dct:modified "2026-01-01" ; dcat:distribution [ a dcat:Distribution ; dct:title "Quais" ;
    dct:license <http://publications.europa.eu/resource/authority/licence/ETALAB_2_0> ;
    dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ; dcat:downloadURL <${base}/quais.csv> ] .
${next === '' ? '' : `<${base}/page> hydra:next <${next}> ; hydra:totalItems 2 .`}`

  it('pages in Turtle, blank nodes, an end where a page comes again', async () => {
    answers = {
      '/catalog.ttl': { type: 'text/turtle', body: turtle(1, `${base}/catalog.ttl?page=2`) },
      '/catalog.ttl?page=2': { type: 'text/turtle', body: turtle(2, `${base}/catalog.ttl`) },
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    const report = await instance.run({ address: `${base}/catalog.ttl` })
    expect(report.import).toMatchObject({ kind: 'dcat', datasetsThere: 2, counts: { all: 2, imported: 2 } })
    expectQuays('quais-1')
    expectQuays('quais-2')
    expect(asked.filter((path) => path.startsWith('/catalog'))).toHaveLength(3)
  })

  it('a next page on this machine is not asked', async () => {
    answers = {
      '/catalog.ttl': { type: 'text/turtle', body: turtle(1, 'http://169.254.169.254/latest/') },
      '/quais.csv': { type: 'text/csv', body: csv },
    }
    const report = await instance.run({ address: `${base}/catalog.ttl` })
    expect(report.import).toMatchObject({ state: 'failed', error: { code: 'outbound_refused' } })
  })

  it.each([
    ['truncated', '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a'],
    ['a bomb', '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>'],
    ['a page', '<!doctype html><html>Erreur</html>'],
    ['empty', ''],
  ])('%s: a clear state', async (_, body) => {
    answers = { '/catalog.rdf': { type: 'application/rdf+xml', body } }
    const report = await instance.run({ address: `${base}/catalog.rdf`, kind: 'dcat' })
    if (body === '') expect(report.import.counts.all).toBe(0)
    else
      expect(report.import).toMatchObject({
        state: 'failed',
        error: { message: expect.stringMatching(/catalogue|DOCTYPE/) },
      })
  })

  const shared = fileURLToPath(new URL('../../../shared/data/portals/', import.meta.url))
  const at = (name: string, type: string) => ({
    type,
    body: readFileSync(shared + name, 'utf8').replaceAll('http://data.test.org', base),
  })
  it.skipIf(!existsSync(shared))('recorded catalogues (../shared/data/portals)', async () => {
    answers = {
      '/catalog.xml': at('dcat__catalog.xml', 'application/rdf+xml'),
      '/catalog.jsonld': at('dcat__paged-collection-1.jsonld', 'application/ld+json'),
      '/catalog.jsonld?page=2': at('dcat__paged-collection-2.jsonld', 'application/ld+json'),
    }
    const xml = await instance.run({ address: `${base}/catalog.xml` })
    expect(xml.items.map(({ title }) => title).sort()).toEqual([
      'Dataset 1',
      'Dataset 2',
      'Dataset 3',
      'Dataset 4',
    ])
    expect(xml.items.find(({ title }) => title === 'Dataset 3')).toMatchObject({ license: 'etalab-2.0' })
    expect(xml.items.map(({ reason }) => reason!.message).join()).toMatch(/has nothing at/)
    const paged = await instance.run({ address: `${base}/catalog.jsonld` })
    expect(paged.items).toHaveLength(4)
    expect(paged.import.datasetsThere).toBe(4)
  })
})
