/** A15: a column that is hidden is a column that is not there, whatever door asks for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, textOf } from './attacked-product.suite.ts'
import { type HiddenStory, openHiddenStory } from './hidden-story.suite.ts'

let story: HiddenStory
beforeAll(async () => {
  story = await openHiddenStory()
})
afterAll(() => story?.product.close())

const explore = '/api/explore/v2.1/catalog/datasets/loads'
const v1 = '/api/records/1.0'
const hidden = 'owner_phone'
/** As long, so that places in a text are the same. */
const absent = 'owner_phonx'

/** What an answer says, but for the name asked for, times and names of requests. */
async function said(asker: Asker, path: string, name: string) {
  const response = await asker.get(path.replaceAll('COLUMN', name))
  const text = await textOf(response)
  const told = text.replaceAll(name, 'COLUMN').replaceAll(encodeURIComponent(name), 'COLUMN')
  const { status } = response
  return { status, told: told.replace(/"timestamp":"[^"]*"/g, '') }
}

const questions = [
  `${explore}/records?select=COLUMN`,
  `${explore}/records?select=include(COL*),COLUMN`,
  `${explore}/records?select=max(COLUMN)`,
  `${explore}/records?select=count(COLUMN)`,
  `${explore}/records?select=ship%20as%20COLUMN,upper(COLUMN)%20as%20x`,
  `${explore}/records?where=COLUMN%3D%220612345000%22`,
  `${explore}/records?where=COLUMN%20like%20%220612%22`,
  `${explore}/records?where=COLUMN%20is%20null`,
  `${explore}/records?where=search(COLUMN,%220612%22)`,
  `${explore}/records?where=startswith(COLUMN,%2206%22)`,
  `${explore}/records?order_by=COLUMN`,
  `${explore}/records?group_by=COLUMN`,
  `${explore}/records?group_by=range(COLUMN,3)`,
  `${explore}/records?refine=COLUMN:0612345000`,
  `${explore}/records?exclude=COLUMN:0612345000`,
  `${explore}/facets?facet=COLUMN`,
  `${explore}/facets?facet=facet(name%3D%22COLUMN%22)`,
  `${explore}/exports/csv?select=COLUMN`,
  `${explore}/exports/json?order_by=COLUMN`,
  `${explore}?select=fields`,
  `${v1}/search/?dataset=loads&q=COLUMN:0612345000`,
  `${v1}/search/?dataset=loads&q=COLUMN%3E0&rows=1`,
  `${v1}/search/?dataset=loads&facet=COLUMN`,
  `${v1}/search/?dataset=loads&refine.COLUMN=0612345000`,
  `${v1}/search/?dataset=loads&sort=COLUMN`,
  `${v1}/analyze/?dataset=loads&x=COLUMN&y.serie1.func=COUNT`,
  `${v1}/analyze/?dataset=loads&x=ship&y.serie1.expr=COLUMN&y.serie1.func=MAX`,
  `${v1}/download/?dataset=loads&fields=COLUMN`,
  `${v1}/geocluster/?dataset=loads&clusterprecision=3&clusterdistance=50&y.serie1.expr=COLUMN&y.serie1.func=MAX`,
  '/api/v1/datasets/loads/tiles/4/8/5.mvt?columns=COLUMN',
  '/api/v1/datasets/loads/tiles/4/8/5.mvt?where=COLUMN%3D%22x%22',
  '/api/v1/datasets/loads/tiles.json?where=COLUMN%3D%22x%22',
  '/api/v1/datasets/calls/stream?select=COLUMN',
  '/api/v1/datasets/calls/stream?where=COLUMN%3D%22x%22',
]

describe('A15: a hidden column', () => {
  it.each(questions)('answers %s as one that is not there', async (path) => {
    const about = await said(story.partner, path, hidden)
    expect(about).toEqual(await said(story.partner, path, absent))
    expect(about.status).toBeLessThan(500)
    // But for the question itself, which version 1 repeats.
    expect(about.told.replaceAll('COLUMN:0612345000', '')).not.toMatch(/0612345/)
  })

  it('is found by no search, of words or of everything', async () => {
    for (const where of [
      'search(*,"0612345200")',
      'search("0612345200")',
      'suggest(*,"0612")',
      '"0612345200"',
    ]) {
      const { total_count } = await story.partner
        .json('GET', `${explore}/records?where=${encodeURIComponent(where)}`)
        .catch(() => ({ total_count: 0 }))
      expect([where, total_count]).toEqual([where, 0])
    }
    const found = await story.partner.json('GET', `${v1}/search/?dataset=loads&q=0612345200`)
    expect(found.nhits).toBe(0)
    // Which the owner finds.
    expect((await story.owner.json('GET', `${v1}/search/?dataset=loads&q=0612345200`)).nhits).toBe(1)
  })

  it('is in no description, file, tile, difference or feed', async () => {
    const { links } = await story.partner.json('GET', `${explore}/exports`)
    const formats = links.map(({ href }: { href: string }) => new URL(href).pathname)
    expect(formats.length).toBeGreaterThan(10)
    for (const path of [
      ...formats.filter((format: string) => !format.endsWith('/mvt')),
      explore,
      `${explore}/records`,
      '/api/v1/datasets',
      '/api/v1/datasets/loads',
      '/api/v1/datasets/loads/versions',
      '/api/v1/datasets/loads/versions/v1',
      '/api/v1/datasets/loads/diff?from=v1',
      '/api/v1/datasets/loads/diff?from=v1&format=csv',
      '/api/v1/datasets/loads/changes',
      '/api/v1/datasets/loads/changes?since=1',
      '/api/v1/datasets/loads/tiles.json',
      '/api/v1/datasets/loads/tiles/4/8/5.mvt',
      '/api/v1/packs?datasets=loads',
      '/api/datasets/1.0/loads',
      '/api/datasets/1.0/search',
      `${v1}/search/?dataset=loads`,
      `${v1}/download/?dataset=loads`,
      '/api/explore/v2.1/catalog/exports/json',
      '/api/explore/v2.1/catalog/exports/ttl',
      '/api/v1/datasets/calls',
      '/feeds/datasets/loads.json',
    ]) {
      const response = await story.partner.get(path, { 'accept-encoding': 'identity' })
      const text = await textOf(response)
      expect([path, response.status, /owner_phone|0612345/.exec(text)?.[0]]).toEqual([path, 200, undefined])
    }
  })

  it('changes nothing that is said of a change: rows that differ in it alone do not differ', async () => {
    const lines = (await (await story.partner.get('/api/v1/datasets/loads/diff?from=v1')).text())
      .trim()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { op: 'update', row: { ship: 'Mouette 4', cars: 77 }, changed: ['cars'] },
    ])
  })

  it('tells its place by no cluster, box, hull or tile', async () => {
    const { placeless } = story
    for (const path of [
      `${explore}/records?select=envelope(geometry)`,
      `${explore}/records?where=within_distance(geometry,geom'POINT(5 43)',10km)`,
      `${explore}/exports/geojson`,
      `${v1}/boundingbox/?dataset=loads`,
      `${v1}/geocluster/?dataset=loads&clusterprecision=3&clusterdistance=50`,
      '/api/v1/datasets/loads/tiles/4/8/5.mvt',
      '/api/v1/datasets/loads/tiles.json',
    ]) {
      const response = await placeless.get(encodeURI(path))
      const text = await response.text()
      expect([path, /"(lon|lat|coordinates|bounds|center)"|5\.0|43\./.exec(text)?.[0]]).toEqual([
        path,
        undefined,
      ])
      expect([path, response.status < 500]).toEqual([path, true])
    }
    const shown = await placeless.json('GET', explore)
    expect(shown.features).not.toContain('geo')
    const geo = await placeless.json('GET', '/api/explore/v2.1/catalog/datasets?where=features%3D%22geo%22')
    expect(geo.results.map(({ dataset_id }: { dataset_id: string }) => dataset_id)).not.toContain('loads')
  })

  it('leaves the product standing', () => story.product.stands())
})
