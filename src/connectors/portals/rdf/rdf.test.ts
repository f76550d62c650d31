import { describe, expect, it } from 'vitest'
import { type Graph, ns } from './graph.ts'
import { parseJsonLd } from './json-ld.ts'
import { parseRdfXml } from './rdf-xml.ts'
import { parseTurtle } from './turtle.ts'

const address = 'https://portal.example/catalog'
const set = 'https://portal.example/set/1'

const forms: [string, (text: string, address: string) => Graph, string][] = [
  [
    'RDF/XML',
    parseRdfXml,
    `<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="${ns.rdf}" xmlns:dcat="${ns.dcat}" xmlns:dct="${ns.dct}" xmlns:dcterms="${ns.dct}" xmlns:foaf="${ns.foaf}">
  <dcat:Catalog><dct:title>Portail</dct:title>
    <dcat:dataset><dcat:Dataset rdf:about="set/1" xml:lang="fr">
      <dcterms:title>Quais</dcterms:title><dct:title xml:lang="en">Quays</dct:title>
      <dct:description><![CDATA[<b>gras</b>]]></dct:description>
      <dct:publisher><foaf:Agent foaf:name="Port"/></dct:publisher>
      <dct:temporal rdf:parseType="Resource"><dct:title>2025</dct:title></dct:temporal>
      <dcat:distribution rdf:nodeID="d"/>
    </dcat:Dataset></dcat:dataset>
  </dcat:Catalog>
  <dcat:Distribution rdf:nodeID="d"><dcat:downloadURL rdf:resource="/files/q.csv"/></dcat:Distribution>
</rdf:RDF>`,
  ],
  [
    'Turtle',
    parseTurtle,
    `@prefix dcat: <${ns.dcat}> . @prefix dct: <${ns.dct}> . @prefix foaf: <${ns.foaf}> .
[] a dcat:Catalog ; dct:title "Portail" ; dcat:dataset <set/1> .
<set/1> a dcat:Dataset ; dct:title "Quais"@fr, "Quays"@en ; dct:description "<b>gras</b>"@fr ;
  dct:publisher [ a foaf:Agent ; foaf:name "Port" ] ; dct:temporal [ dct:title "2025" ] ; dcat:distribution _:d .
_:d a dcat:Distribution ; dcat:downloadURL </files/q.csv> .`,
  ],
  [
    'JSON-LD with a context',
    parseJsonLd,
    JSON.stringify({
      '@context': {
        dcat: ns.dcat,
        dct: ns.dct,
        foaf: ns.foaf,
        title: { '@id': 'dct:title', '@container': '@language' },
        url: { '@id': 'dcat:downloadURL', '@type': '@id' },
      },
      '@graph': [
        { '@type': 'dcat:Catalog', 'dct:title': 'Portail', 'dcat:dataset': { '@id': 'set/1' } },
        {
          '@id': 'set/1',
          '@type': 'dcat:Dataset',
          title: { fr: 'Quais', en: 'Quays' },
          'dct:description': { '@value': '<b>gras</b>', '@language': 'fr' },
          'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': 'Port' },
          'dct:temporal': { 'dct:title': '2025' },
          'dcat:distribution': [{ '@id': '_:d', '@type': ['dcat:Distribution'], url: '/files/q.csv' }],
        },
      ],
    }),
  ],
]

describe.each(forms)('%s', (_, parse, text) => {
  it('says the same', () => {
    const graph = parse(text, address)
    expect(graph.ofType(`${ns.dcat}Dataset`)).toEqual([set])
    expect(graph.text(set, `${ns.dct}title`)).toBe('Quais')
    expect(graph.text(set, `${ns.dct}description`)).toBe('<b>gras</b>')
    expect(graph.all(set, `${ns.dct}publisher`).map((term) => graph.label(term))).toEqual(['Port'])
    const [period] = graph.all(set, `${ns.dct}temporal`)
    expect(graph.text(period!.value, `${ns.dct}title`)).toBe('2025')
    const [distribution] = graph.all(set, `${ns.dcat}distribution`)
    expect(graph.all(distribution!.value, `${ns.dcat}downloadURL`)[0]!.value).toBe(
      'https://portal.example/files/q.csv',
    )
  })

  it.each([0.3, 0.6, 0.95])('cut at %s of its length: said', (share) => {
    expect(() => parse(text.slice(0, Math.floor(text.length * share)), address)).toThrow(
      expect.objectContaining({ code: 'source_invalid' }),
    )
  })
})

describe('hostile documents', () => {
  it.each([
    '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>',
    '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>',
  ])('%s', (text) => {
    expect(() => parseRdfXml(text, address)).toThrow(expect.objectContaining({ code: 'xml_dtd_refused' }))
  })

  it('deep nesting is refused', () => {
    const deep = `<rdf:RDF xmlns:rdf="${ns.rdf}" xmlns:d="urn:d:">${'<d:a>'.repeat(5_000)}`
    expect(() => parseRdfXml(deep, address)).toThrow(/nests/)
    let node: object = {}
    for (let i = 0; i < 500; i++) node = { 'dct:title': node, 'dct:x': 1 }
    expect(() => parseJsonLd(JSON.stringify(node), address)).toThrow(/nests/)
  })

  it('XML that is no RDF, a page and nothing', () => {
    for (const text of ['<html><body/></html>', '<a/>', ''])
      expect(() => parseRdfXml(text, address)).toThrow(expect.objectContaining({ code: 'source_invalid' }))
  })

  it('a context elsewhere is not fetched: the terms of DCAT stand in for it', () => {
    const graph = parseJsonLd(
      JSON.stringify({
        '@context': 'http://127.0.0.1:1/context.jsonld',
        '@type': 'Dataset',
        '@id': set,
        title: 'Quais',
        __proto__x: { role: 'admin' },
      }),
      address,
    )
    expect(graph.text(set, `${ns.dct}title`)).toBe('Quais')
    expect(graph.ofType(`${ns.dcat}Dataset`)).toEqual([set])
  })
})
