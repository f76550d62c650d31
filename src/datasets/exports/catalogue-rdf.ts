/** The catalogue in DCAT: one graph, written as Turtle, RDF/XML or JSON-LD. Pure. */

import { turtleIri, turtleText } from './turtle.ts'
import { escapeXml } from './xml.ts'

export interface CatalogueEntry {
  id: string
  /** Address of the dataset. */
  address: string
  title: string
  description: string
  lang: string
  keywords: readonly string[]
  themes: readonly string[]
  publisher: string | null
  license: string | null
  licenseUrl: string | null
  languages: readonly string[]
  references: readonly string[]
  /** ISO instants. */
  modifiedAt: string
  issuedAt: string | null
  /** ISO 8601 duration, empty for none. */
  updateEvery: string
  distributions: readonly { format: string; mediaType: string; address: string }[]
}

export interface CatalogueHead {
  address: string
  /** Address of the API that serves the rows. */
  api: string
  title: string
  description: string
  lang: string
  publisher: string
}

export const namespaces = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const
type Prefix = keyof typeof namespaces
type Curie = `${Prefix}:${string}`

export type Term =
  | { kind: 'iri'; iri: string }
  | { kind: 'text'; text: string; lang?: string; type?: Curie }
  | { kind: 'node'; node: Node }

export interface Node {
  /** Absent: a blank node. */
  iri?: string
  type: Curie
  properties: [Curie, Term][]
}

const text = (value: string, lang?: string): Term => ({ kind: 'text', text: value, ...(lang && { lang }) })
const typed = (value: string, type: Curie): Term => ({ kind: 'text', text: value, type })
const isIri = (value: string) => /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(value)
const link = (iri: string): Term => ({ kind: 'iri', iri })
const blank = (type: Curie, ...properties: [Curie, Term][]): Term => ({
  kind: 'node',
  node: { type, properties },
})

/** Mandatory and recommended properties of DCAT-AP 3 that are known; national profiles have no rules of their own yet. */
export function catalogueGraph(head: CatalogueHead, entries: readonly CatalogueEntry[]): Node[] {
  const publisher = blank('foaf:Agent', ['foaf:name', text(head.publisher)])
  const service = `${head.api}#service`
  return [
    {
      iri: head.address,
      type: 'dcat:Catalog',
      properties: [
        ['dct:title', text(head.title, head.lang)],
        ['dct:description', text(head.description, head.lang)],
        ['dct:publisher', publisher],
        ['dcat:service', link(service)],
        ...entries.map(({ address }): [Curie, Term] => ['dcat:dataset', link(address)]),
      ],
    },
    {
      iri: service,
      type: 'dcat:DataService',
      properties: [
        ['dct:title', text('Explore API v2.1')],
        ['dcat:endpointURL', link(head.api)],
        ...entries.map(({ address }): [Curie, Term] => ['dcat:servesDataset', link(address)]),
      ],
    },
    ...entries.flatMap((entry) => entryNodes(entry, publisher)),
  ]
}

function entryNodes(entry: CatalogueEntry, publisher: Term): Node[] {
  const { address, lang, distributions } = entry
  const properties: [Curie, Term][] = [
    ['dct:identifier', text(entry.id)],
    ['dct:title', text(entry.title, lang)],
    // A description is mandatory, even where nobody has written one.
    ['dct:description', text(entry.description || entry.title, lang)],
    ['dct:modified', typed(entry.modifiedAt, 'xsd:dateTime')],
    [
      'dct:publisher',
      entry.publisher ? blank('foaf:Agent', ['foaf:name', text(entry.publisher)]) : publisher,
    ],
    ['dcat:landingPage', link(address)],
    ...entry.keywords.map((keyword): [Curie, Term] => ['dcat:keyword', text(keyword, lang)]),
    ...entry.themes.map((theme): [Curie, Term] => [
      'dcat:theme',
      isIri(theme) ? link(theme) : blank('skos:Concept', ['skos:prefLabel', text(theme, lang)]),
    ]),
    ...entry.languages.map((language): [Curie, Term] => ['dct:language', languageTerm(language)]),
    ...entry.references.filter(isIri).map((reference): [Curie, Term] => ['dct:relation', link(reference)]),
    ...distributions.map((one): [Curie, Term] => ['dcat:distribution', link(one.address)]),
  ]
  if (entry.issuedAt) properties.push(['dct:issued', typed(entry.issuedAt, 'xsd:dateTime')])
  const license = licenseTerm(entry)
  return [
    { iri: address, type: 'dcat:Dataset', properties },
    ...distributions.map(
      ({ format, mediaType, address: file }): Node => ({
        iri: file,
        type: 'dcat:Distribution',
        properties: [
          ['dct:title', text(format)],
          ['dcat:accessURL', link(file)],
          ['dcat:downloadURL', link(file)],
          ['dcat:mediaType', link(`http://www.iana.org/assignments/media-types/${mediaType}`)],
          ...(license ? [['dct:license', license] as [Curie, Term]] : []),
        ],
      }),
    ),
  ]
}

const languageCodes: Record<string, string> = {
  fr: 'FRA',
  en: 'ENG',
  de: 'DEU',
  es: 'SPA',
  it: 'ITA',
  nl: 'NLD',
  pt: 'POR',
}
const languageTerm = (code: string): Term =>
  languageCodes[code]
    ? link(`http://publications.europa.eu/resource/authority/language/${languageCodes[code]}`)
    : text(code)

function licenseTerm({ license, licenseUrl }: CatalogueEntry): Term | undefined {
  if (licenseUrl && isIri(licenseUrl)) return link(licenseUrl)
  return license ? blank('dct:LicenseDocument', ['dct:title', text(license)]) : undefined
}

const iriOf = (curie: Curie): string => {
  const [prefix, name] = curie.split(':') as [Prefix, string]
  return namespaces[prefix] + name
}

export function toTurtle(nodes: readonly Node[]): string {
  const term = (of: Term): string => {
    if (of.kind === 'iri') return turtleIri(of.iri)
    if (of.kind === 'node') return `[ ${pairs(of.node).join(' ; ')} ]`
    return turtleText(of.text) + (of.lang ? `@${of.lang}` : of.type ? `^^${of.type}` : '')
  }
  const pairs = ({ type, properties }: Node) => [
    `a ${type}`,
    ...properties.map(([property, value]) => `${property} ${term(value)}`),
  ]
  const prefixes = Object.entries(namespaces).map(([prefix, iri]) => `@prefix ${prefix}: <${iri}> .\n`)
  return `${prefixes.join('')}\n${nodes.map((node) => `${turtleIri(node.iri!)}\n  ${pairs(node).join(' ;\n  ')} .\n`).join('\n')}`
}

export function toRdfXml(nodes: readonly Node[]): string {
  const element = ({ iri, type, properties }: Node): string =>
    `<${type}${iri ? ` rdf:about="${escapeXml(iri)}"` : ''}>${properties.map(property).join('')}</${type}>`
  const property = ([name, value]: [Curie, Term]): string => {
    if (value.kind === 'iri') return `<${name} rdf:resource="${escapeXml(value.iri)}"/>`
    if (value.kind === 'node') return `<${name}>${element(value.node)}</${name}>`
    const about = value.lang
      ? ` xml:lang="${escapeXml(value.lang)}"`
      : value.type
        ? ` rdf:datatype="${escapeXml(iriOf(value.type))}"`
        : ''
    return `<${name}${about}>${escapeXml(value.text)}</${name}>`
  }
  const declared = Object.entries(namespaces).map(([prefix, iri]) => ` xmlns:${prefix}="${iri}"`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF${declared.join('')}>\n${nodes.map(element).join('\n')}\n</rdf:RDF>\n`
}

export function toJsonLd(nodes: readonly Node[]): string {
  const term = (of: Term): unknown => {
    if (of.kind === 'iri') return { '@id': of.iri }
    if (of.kind === 'node') return object(of.node)
    if (of.lang) return { '@value': of.text, '@language': of.lang }
    return of.type ? { '@value': of.text, '@type': of.type } : of.text
  }
  const object = ({ iri, type, properties }: Node): Record<string, unknown> => {
    const found: Record<string, unknown> = { ...(iri && { '@id': iri }), '@type': type }
    for (const [name, value] of properties) {
      const known = found[name]
      found[name] =
        known === undefined
          ? term(value)
          : Array.isArray(known)
            ? [...known, term(value)]
            : [known, term(value)]
    }
    return found
  }
  return JSON.stringify({ '@context': namespaces, '@graph': nodes.map(object) })
}

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
