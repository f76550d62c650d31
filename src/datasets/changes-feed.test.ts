import { describe, expect, it } from 'vitest'
import { atomFeed, type Feed, jsonFeed } from './changes-feed.ts'

const feed: Feed = {
  title: 'Quais & postes <Marseille>',
  base: 'https://port.example',
  pagePath: '/datasets/quays',
  feedPath: '/feeds/datasets/quays',
  language: 'fr',
  entries: [
    {
      id: 'one',
      datasetId: 'quays',
      title: 'Version 2 « J4 »\u0007 \ud800',
      summary: 'a < b & "c"',
      at: '2026-03-01T08:00:00.000Z',
    },
  ],
}

describe('atomFeed', () => {
  it('is well-formed XML whatever the texts are', () => {
    const text = atomFeed(feed)
    expect(text).toContain('<title>Quais &amp; postes &lt;Marseille&gt;</title>')
    expect(text).toContain('<title>Version 2 « J4 »\ufffd \ufffd</title>')
    expect(text).toContain('<updated>2026-03-01T08:00:00.000Z</updated>')
    expect(text).toContain('href="https://port.example/feeds/datasets/quays.atom"')
  })
  it('names an entry the same when the address of the instance changes', () => {
    const idOf = (text: string) => [...text.matchAll(/<id>(.*?)<\/id>/g)].map(([, id]) => id)
    expect(idOf(atomFeed({ ...feed, base: 'http://other' }))).toEqual(idOf(atomFeed(feed)))
    expect(idOf(atomFeed(feed))[1]).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})

it('jsonFeed says the same', () => {
  expect(jsonFeed(feed)).toMatchObject({
    version: 'https://jsonfeed.org/version/1.1',
    feed_url: 'https://port.example/feeds/datasets/quays.json',
    items: [{ content_text: 'a < b & "c"', url: 'https://port.example/datasets/quays', tags: ['quays'] }],
  })
})
