/** The changelog of datasets as Atom (RFC 4287) and JSON Feed 1.1. Pure. */
import { createHash } from 'node:crypto'

export interface FeedEntry {
  id: string
  datasetId: string
  title: string
  summary: string
  at: string
}

export interface Feed {
  title: string
  /** Address of this instance, without slash at the end. */
  base: string
  /** Path of the page the feed is about, and of the feed itself without its extension. */
  pagePath: string
  feedPath: string
  language: string
  /** Newest first. */
  entries: readonly FeedEntry[]
}

/** XML knows no control characters but tab and line ends. */
const isControl = (code: number) =>
  (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0xfffe || code === 0xffff
const xml = (text: string) =>
  Array.from(text.toWellFormed(), (c) => (isControl(c.codePointAt(0)!) ? '\ufffd' : c))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** A name that stays when the address of the instance changes. */
const urn = (id: string) => {
  const hex = createHash('sha256').update(id).digest('hex')
  // RFC 9562 §5.8: version 8 is free to be filled.
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const pageOf = (base: string, datasetId: string) => `${base}/datasets/${encodeURIComponent(datasetId)}`
const epoch = '1970-01-01T00:00:00.000Z'

export function atomFeed({ title, base, pagePath, feedPath, language, entries }: Feed): string {
  const items = entries.map(
    (entry) => `  <entry>
    <id>${urn(entry.id)}</id>
    <title>${xml(entry.title)}</title>
    <updated>${entry.at}</updated>
    <link rel="alternate" href="${xml(pageOf(base, entry.datasetId))}"/>
    <category term="${xml(entry.datasetId)}"/>
    <summary>${xml(entry.summary)}</summary>
  </entry>
`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${xml(language)}">
  <id>${urn(feedPath)}</id>
  <title>${xml(title)}</title>
  <updated>${entries[0]?.at ?? epoch}</updated>
  <author><name>Lacydon</name></author>
  <link rel="self" type="application/atom+xml" href="${xml(`${base}${feedPath}.atom`)}"/>
  <link rel="alternate" type="text/html" href="${xml(`${base}${pagePath}`)}"/>
${items.join('')}</feed>
`
}

export const jsonFeed = ({ title, base, pagePath, feedPath, language, entries }: Feed) => ({
  version: 'https://jsonfeed.org/version/1.1',
  title,
  home_page_url: `${base}${pagePath}`,
  feed_url: `${base}${feedPath}.json`,
  language,
  items: entries.map((entry) => ({
    id: urn(entry.id),
    url: pageOf(base, entry.datasetId),
    title: entry.title,
    content_text: entry.summary,
    date_published: entry.at,
    tags: [entry.datasetId],
  })),
})
