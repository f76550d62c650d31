/** The catalogue in DCAT, as one graph. Pure. */
import type { OdrlOffer, OdrlRule } from '../../sharing/schema.ts'

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
  /** How it is shared, as far as the asker may know. */
  offers: readonly OdrlOffer[]
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
  odrl: 'http://www.w3.org/ns/odrl/2/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const
export type Prefix = keyof typeof namespaces
export type Curie = `${Prefix}:${string}`

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
    ...entry.offers.map((offer): [Curie, Term] => ['odrl:hasPolicy', link(offer.uid)]),
  ]
  if (entry.issuedAt) properties.push(['dct:issued', typed(entry.issuedAt, 'xsd:dateTime')])
  const license = licenseTerm(entry)
  return [
    { iri: address, type: 'dcat:Dataset', properties },
    ...entry.offers.map((offer) => offerNode(offer, address)),
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

function offerNode({ uid, assigner, profile, permission, prohibition }: OdrlOffer, target: string): Node {
  const rules = (property: Curie, type: Curie, list: readonly OdrlRule[]) =>
    list.map((rule): [Curie, Term] => [property, ruleTerm(rule, type, [['odrl:target', link(target)]])])
  return {
    iri: uid,
    type: 'odrl:Offer',
    properties: [
      ['odrl:uid', link(uid)],
      ['odrl:profile', link(profile)],
      ['odrl:assigner', link(assigner)],
      ...rules('odrl:permission', 'odrl:Permission', permission),
      ...rules('odrl:prohibition', 'odrl:Prohibition', prohibition),
    ],
  }
}

/** Every term is of the closed profile, whose names are those of ODRL. */
const odrl = (name: string): Term => link(`${namespaces.odrl}${name}`)

const ruleTerm = ({ action, constraint, duty }: OdrlRule, type: Curie, more: [Curie, Term][]): Term =>
  blank(
    type,
    ...more,
    ['odrl:action', odrl(action)],
    ...constraint.map(({ leftOperand, operator, rightOperand }): [Curie, Term] => [
      'odrl:constraint',
      blank(
        'odrl:Constraint',
        ['odrl:leftOperand', odrl(leftOperand)],
        ['odrl:operator', odrl(operator)],
        ['odrl:rightOperand', operandTerm(leftOperand, rightOperand)],
      ),
    ]),
    ...duty.map((one): [Curie, Term] => ['odrl:duty', blank('odrl:Duty', ['odrl:action', odrl(one.action)])]),
  )

const operandTerm = (leftOperand: string, operand: string): Term => {
  if (leftOperand === 'dateTime') return typed(operand, 'xsd:dateTime')
  if (leftOperand === 'count') return typed(operand, 'xsd:integer')
  return leftOperand === 'recipient' ? link(operand) : text(operand)
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
