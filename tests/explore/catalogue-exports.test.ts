import { Parser } from 'n3'
import { SaxesParser } from 'saxes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

let instance: Instance

beforeAll(async () => {
  instance = await startInstance()
  for (const id of ['port-calls', 'other-calls'])
    await instance.load({ ...callsDefinition, id }, callRows(5), {
      theme: ['Port & "mer"'],
      keyword: ['escale'],
      license: 'Licence Ouverte 2.0',
      licenseUrl: 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/',
      language: ['fr'],
    })
})
afterAll(() => instance?.close())

const text = async (path: string) => {
  const response = await instance.get(`/catalog/exports/${path}`)
  expect([path, response.status]).toEqual([path, 200])
  return response.text()
}

/** Throws for XML that is not well formed. */
const elements = (xml: string) => {
  const names: string[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => names.push(name))
  parser.on('error', (error) => {
    throw error
  })
  parser.write(xml).close()
  return names
}

describe('exports of the catalogue', () => {
  it('list themselves, and each answers', async () => {
    const { links } = await instance.json('/catalog/exports/')
    expect(links.map(({ rel }: { rel: string }) => rel)).toEqual(
      expect.arrayContaining(['csv', 'dcat_ap_ch', 'ttl']),
    )
    for (const { href } of links) expect([href, (await fetch(href)).status]).toEqual([href, 200])
    expect((await instance.get('/catalog/exports/dcat-ap-ch')).status).toBe(200)
    expect((await instance.get('/catalog/exports/nothing')).status).toBe(404)
  })

  it('are graphs that readers understand', async () => {
    const quads = new Parser().parse(await text('ttl'))
    const datasets = quads.filter(({ object }) => object.value === 'http://www.w3.org/ns/dcat#Dataset')
    expect(datasets).toHaveLength(2)
    const names = elements(await text('dcat?include_exports=csv,json&where=dataset_id="port-calls"'))
    expect(names.filter((name) => name === 'dcat:Dataset')).toHaveLength(1)
    expect(names.filter((name) => name === 'dcat:Distribution')).toHaveLength(2)
    expect(elements(await text('rss')).filter((name) => name === 'item')).toHaveLength(2)
    expect(elements(await text('dublin_core')).filter((name) => name === 'dc:title')).toHaveLength(2)
    expect(JSON.parse(await text('jsonld'))['@graph'].length).toBeGreaterThan(2)
    expect(JSON.parse(await text('data.json')).dataset).toHaveLength(2)
  })

  it('are tables of what was asked', async () => {
    const csv = await text('csv?select=dataset_id,title,theme&order_by=dataset_id&with_bom=false')
    expect(csv).toBe(
      'dataset_id;title;theme\r\nother-calls;Escales;"Port & ""mer"""\r\nport-calls;Escales;"Port & ""mer"""\r\n',
    )
    const bodies = JSON.parse(await text('json?limit=1&offset=1&order_by=dataset_id'))
    expect(bodies).toEqual([expect.objectContaining({ dataset_id: 'port-calls', fields: expect.any(Array) })])
    expect(JSON.parse(await text('json?select=count(*)+as+n'))).toEqual([{ n: 2 }])
  })
})
