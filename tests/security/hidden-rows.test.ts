/** A16: what is counted, listed or cached is made of visible rows only. */
import { VectorTile } from '@mapbox/vector-tile'
import Pbf from 'pbf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, listen } from './attacked-product.suite.ts'
import {
  callRow,
  type HiddenStory,
  openHiddenStory,
  rowCount,
  secrets,
  visibleCount,
} from './hidden-story.suite.ts'

let story: HiddenStory
beforeAll(async () => {
  story = await openHiddenStory()
})
afterAll(() => story?.product.close())

const catalogue = '/api/explore/v2.1/catalog'
const explore = `${catalogue}/datasets/loads`
const tile = '/api/v1/datasets/loads/tiles/3/4/2.mvt'

async function featuresIn(asker: Asker, path: string): Promise<number> {
  const response = await asker.get(path)
  if (response.status === 204) return 0
  const read = new VectorTile(new Pbf(new Uint8Array(await response.arrayBuffer())))
  let count = 0
  for (const layer of Object.values(read.layers))
    for (let i = 0; i < layer.length; i++) count += Number(layer.feature(i).properties.count ?? 1)
  return count
}

describe('A16: hidden rows', () => {
  it('count in no total, facet, group or bound', async () => {
    const { partner, owner } = story
    for (const [asker, expected] of [
      [partner, visibleCount],
      [owner, rowCount],
    ] as const) {
      expect((await asker.json('GET', `${explore}/records?limit=1`)).total_count).toBe(expected)
      expect(await asker.json('GET', `${explore}/exports/json`)).toHaveLength(expected)
      expect((await asker.json('GET', '/api/records/1.0/search/?dataset=loads&rows=0')).nhits).toBe(expected)
      const [counted] = (await asker.json('GET', `${explore}/records?select=count(*)%20as%20n`)).results
      expect(counted.n).toBe(expected)
      expect(await featuresIn(asker, tile)).toBe(expected)
    }
    const { facets } = await partner.json('GET', `${explore}/facets?facet=line&facet=ship`)
    expect(JSON.stringify(facets)).not.toMatch(secrets)
    const bounds = (await partner.json('GET', '/api/v1/datasets/loads/tiles.json')).bounds
    expect(bounds[2]).toBeLessThan(9)
    const box = await partner.json('GET', '/api/records/1.0/boundingbox/?dataset=loads')
    expect(JSON.stringify(box)).not.toMatch(/9\.8|41\.2/)
    const aggregates = `${explore}/records?select=max(cars)%20as%20m,bbox(geometry)%20as%20b`
    expect(await (await partner.get(aggregates)).text()).not.toMatch(/9\.8|41\.2|9\d\d/)
  })

  it('count in no figure of the catalogue', async () => {
    for (const [asker, expected] of [
      [story.partner, visibleCount],
      [story.owner, rowCount],
      [story.onlooker, null],
    ] as const) {
      const shown = await asker.json('GET', explore)
      expect(shown.metas.default.records_count).toBe(expected)
      const listed = await asker.json('GET', `${catalogue}/datasets?select=dataset_id,records_count&limit=50`)
      const row = listed.results.find(({ dataset_id }: { dataset_id: string }) => dataset_id === 'loads')
      expect(row.records_count).toBe(expected)
    }
    const found = await story.partner.json('GET', `${catalogue}/datasets?where=records_count%3D${rowCount}`)
    expect(JSON.stringify(found.results)).not.toContain('"loads"')
  })

  it('count in no quality and no version', async () => {
    const quality = async (asker: Asker) => (await asker.json('GET', '/api/v1/datasets/loads/quality')).parts
    const share = async (asker: Asker, part: string) =>
      (await quality(asker)).find(({ name }: { name: string }) => name === part).share
    expect(await share(story.owner, 'accepted')).toBe(1)
    expect(await share(story.partner, 'accepted')).toBeNull()
    expect(await share(story.onlooker, 'filled')).toBeNull()
    for (const [asker, expected] of [
      [story.partner, null],
      [story.owner, rowCount],
    ] as const) {
      const { versions } = await asker.json('GET', '/api/v1/datasets/loads/versions')
      expect(versions[0].rowCount).toBe(expected)
    }
    const all = await story.partner.json('GET', '/api/v1/quality')
    expect(JSON.stringify(all)).not.toMatch(secrets)
  })

  it('are reached by no id of theirs', async () => {
    const ids = await story.owner.json(
      'GET',
      `${explore}/records?select=_id%20as%20id,ship&where=line%3D%22sardaigne%22&limit=5`,
    )
    expect(ids.results.length).toBeGreaterThan(0)
    for (const { id } of ids.results) {
      expect((await story.owner.get(`${explore}/records/${id}`)).status).toBe(200)
      expect((await story.partner.get(`${explore}/records/${id}`)).status).toBe(404)
      expect((await story.partner.get(`/api/datasets/1.0/loads/records/${id}`)).status).toBe(404)
    }
  })

  it('leave no trace in a file, a pack, a difference, a change', async () => {
    for (const path of [
      `${explore}/exports/csv`,
      `${explore}/exports/geojson`,
      '/api/v1/datasets/loads/diff?from=v1',
      '/api/v1/datasets/loads/changes',
      '/api/v1/datasets/loads/changes?since=1',
      '/api/records/1.0/download/?dataset=loads',
      '/api/records/1.0/geocluster/?dataset=loads&clusterprecision=3&clusterdistance=50',
    ]) {
      const text = await (await story.partner.get(path)).text()
      expect([path, secrets.exec(text)?.[0]]).toEqual([path, undefined])
      expect([path, text.length > 20]).toEqual([path, true])
    }
  })

  it('are given to nobody from what was kept for another', async () => {
    for (const path of [
      `${explore}/records?limit=50`,
      `${explore}/exports/json`,
      tile,
      '/api/v1/datasets/loads/versions',
    ]) {
      const full = await story.owner.get(path)
      const etag = full.headers.get('etag')
      expect([path, etag]).toEqual([path, expect.any(String)])
      expect([path, full.headers.get('cache-control')]).not.toEqual([path, expect.stringContaining('public')])
      await full.arrayBuffer()
      const part = await story.partner.get(path, { 'if-none-match': etag! })
      expect([path, part.status]).toEqual([path, 200])
      expect(await part.text()).not.toMatch(/CACHALOT/)
      const none = await story.nobody.get(path, { 'if-none-match': etag! })
      expect([path, none.status]).toEqual([path, 404])
    }
  })

  it('come through no stream, resumed from any place', async () => {
    const { owner, partner } = story
    const opened = await listen(owner, '/api/v1/datasets/calls/stream')
    await expect.poll(() => opened.text).toContain('event: ready')
    const start = /id: (\S+)/.exec(opened.text)![1]!
    const live = await listen(partner, '/api/v1/datasets/calls/stream')
    await expect.poll(() => live.text).toContain('event: ready')
    const rows = Array.from({ length: 10 }, (_, i) => callRow(i))
    await owner.json('POST', '/api/v1/datasets/calls/rows', rows)
    await expect.poll(() => opened.text).toContain('CACHALOT')
    await expect.poll(() => live.text).toContain('Mouette 8')
    const resumed = await listen(partner, '/api/v1/datasets/calls/stream', { 'last-event-id': start })
    await expect.poll(() => resumed.text).toContain('Mouette 8')
    for (const { text } of [live, resumed]) expect(secrets.exec(text)?.[0]).toBeUndefined()
    const forged = await partner.get('/api/v1/datasets/calls/stream', { 'last-event-id': '0' })
    expect(forged.status).toBe(400)
    for (const each of [opened, live, resumed]) each.leave()
    const since = new Date(Date.now() - 60_000).toISOString()
    const changes = await partner.get(`/api/v1/datasets/calls/changes?since=${since}`)
    expect(await changes.text()).not.toMatch(secrets)
  })

  it('of a dataset nobody may know of are nowhere, nor is it', async () => {
    const { partner, onlooker, nobody } = story
    for (const path of [
      '/api/v1/datasets',
      '/api/v1/quality',
      '/feeds/datasets.atom',
      '/feeds/datasets.json',
      `${catalogue}/datasets?limit=100`,
      `${catalogue}/datasets?where=search(%22vault%22)`,
      `${catalogue}/facets?facet=publisher`,
      ...['json', 'csv', 'ttl', 'rdf', 'jsonld', 'rss', 'data.json', 'dcat_ap'].map(
        (format) => `${catalogue}/exports/${format}`,
      ),
      '/api/datasets/1.0/search/?rows=100',
      '/api/explore/v2.1/monitoring/datasets?limit=100',
      `/api/v1/organisations/${story.product.port}/contributions`,
    ])
      for (const asker of [partner, onlooker, nobody]) {
        const response = await asker.get(path)
        const text = (await response.text()).replaceAll(/search\(%22vault%22\)/g, '')
        expect([path, response.status < 500, /vault|CACHALOT/.exec(text)?.[0]]).toEqual([
          path,
          true,
          undefined,
        ])
      }
    for (const path of [
      '',
      '/versions',
      '/changes',
      '/diff?from=v1',
      '/quality',
      '/usage',
      '/tiles.json',
      '/stream',
      '/see-as?principal=anonymous',
    ]) {
      const real = await partner.get(`/api/v1/datasets/vault${path}`)
      const none = await partner.get(`/api/v1/datasets/vuult${path}`)
      expect([path, real.status, (await real.text()).replaceAll('vault', 'X')]).toEqual([
        path,
        none.status,
        (await none.text()).replaceAll('vuult', 'X'),
      ])
    }
    // A delete is told to who knew of it.
    await story.owner.json('DELETE', '/api/v1/datasets/vault')
    for (const asker of [partner, nobody])
      expect(await (await asker.get('/feeds/datasets.json')).text()).not.toContain('vault')
  })

  it('leave the product standing', () => story.product.stands())
})
