/** The catalogue in forms of their own: Dublin Core, RSS, data.json. Pure. */
import { type CatalogueEntry, type CatalogueHead, namespaces } from './catalogue-graph.ts'
import { escapeXml } from './xml.ts'

/** Dublin Core: what the fifteen elements can say. */
export function toDublinCore(entries: readonly CatalogueEntry[]): string {
  const dc = (name: string, value: string | null) =>
    value ? `<dc:${name}>${escapeXml(value)}</dc:${name}>` : ''
  const records = entries.map(
    (entry) =>
      `<rdf:Description rdf:about="${escapeXml(entry.address)}">` +
      dc('identifier', entry.id) +
      dc('title', entry.title) +
      dc('description', entry.description) +
      dc('publisher', entry.publisher) +
      dc('date', entry.modifiedAt) +
      dc('rights', entry.licenseUrl ?? entry.license) +
      [...entry.themes, ...entry.keywords].map((subject) => dc('subject', subject)).join('') +
      entry.languages.map((language) => dc('language', language)).join('') +
      dc('type', 'Dataset') +
      '</rdf:Description>',
  )
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<rdf:RDF xmlns:rdf="${namespaces.rdf}" xmlns:dc="http://purl.org/dc/elements/1.1/">\n${records.join('\n')}\n</rdf:RDF>\n`
  )
}

export function toRss(head: CatalogueHead, entries: readonly CatalogueEntry[]): string {
  const items = [...entries]
    .sort((a, b) => (a.modifiedAt < b.modifiedAt ? 1 : -1))
    .map(
      (entry) =>
        `<item><title>${escapeXml(entry.title)}</title><link>${escapeXml(entry.address)}</link>` +
        `<guid isPermaLink="true">${escapeXml(entry.address)}</guid>` +
        `<description>${escapeXml(entry.description)}</description>` +
        entry.themes.map((theme) => `<category>${escapeXml(theme)}</category>`).join('') +
        `<pubDate>${new Date(entry.modifiedAt).toUTCString()}</pubDate></item>`,
    )
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>' +
    `<title>${escapeXml(head.title)}</title><link>${escapeXml(head.address)}</link>` +
    `<description>${escapeXml(head.description)}</description><language>${head.lang}</language>\n${items.join('\n')}\n</channel></rss>\n`
  )
}

/** Project Open Data metadata schema 1.1, which reads `data.json`. */
export function toDataJson(head: CatalogueHead, entries: readonly CatalogueEntry[]): string {
  return JSON.stringify({
    '@context': 'https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld',
    '@type': 'dcat:Catalog',
    conformsTo: 'https://project-open-data.cio.gov/v1.1/schema',
    describedBy: 'https://project-open-data.cio.gov/v1.1/schema/catalog.json',
    dataset: entries.map((entry) => ({
      '@type': 'dcat:Dataset',
      identifier: entry.address,
      title: entry.title,
      description: entry.description || entry.title,
      accessLevel: 'public',
      modified: entry.modifiedAt,
      ...(entry.issuedAt && { issued: entry.issuedAt }),
      ...(entry.updateEvery && { accrualPeriodicity: `R/${entry.updateEvery}` }),
      keyword: entry.keywords.length > 0 ? entry.keywords : [entry.id],
      ...(entry.themes.length > 0 && { theme: entry.themes }),
      ...(entry.languages.length > 0 && { language: entry.languages }),
      ...(entry.licenseUrl && { license: entry.licenseUrl }),
      publisher: { '@type': 'org:Organization', name: entry.publisher ?? head.publisher },
      landingPage: entry.address,
      distribution: entry.distributions.map(({ format, mediaType, address }) => ({
        '@type': 'dcat:Distribution',
        title: format,
        downloadURL: address,
        mediaType,
      })),
    })),
  })
}
