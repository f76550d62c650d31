/** DCAT catalogues in RDF/XML, Turtle or JSON-LD, page after page. */
import Type from 'typebox'
import { LacydonError, unavailable } from '../../errors.ts'
import { defineConnector, type FoundDataset, type Reading } from '../contract.ts'
import { readAddress } from './address.ts'
import { sayStatus } from './json-answer.ts'
import { nameOf, namesOf, plainText, webAddress } from './plain-text.ts'
import { chooseFiles, licenceOf, updateEveryOf } from './portal-words.ts'
import { type Graph, ns, type Term } from './rdf/graph.ts'
import { parseJsonLd } from './rdf/json-ld.ts'
import { parseRdfXml } from './rdf/rdf-xml.ts'
import { parseTurtle } from './rdf/turtle.ts'

const pageBytes = 128 * 1024 ** 2
const maxPages = 5_000

const Config = Type.Object({
  address: Type.String({ description: 'the catalogue, such as …/catalog.ttl', maxLength: 2_000 }),
})

interface CataloguePage {
  graph: Graph
  address: string
  /** Empty on the last page. */
  next: string
}

async function readPage({ outbound, signal }: Reading<unknown>, address: string): Promise<CataloguePage> {
  const answer = await outbound.request(address, {
    signal,
    headers: { accept: 'text/turtle, application/rdf+xml, application/ld+json;q=0.9, */*;q=0.1' },
    maxBytes: pageBytes,
    obeysRobots: false,
  })
  if (!answer.ok) {
    await answer.discard()
    throw unavailable(sayStatus(answer.url, answer.status))
  }
  const bytes = await answer.bytes()
  const text = decode(bytes, answer.headers['content-type'] ?? '')
  const graph = parserOf(text, answer.mediaType, answer.url)(text, answer.url)
  const linked = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(answer.headers.link ?? '')?.[1]
  const stated = [`${ns.hydra}next`, `${ns.hydra}nextPage`].flatMap((predicate) =>
    graph.objects(predicate),
  )[0]
  return { graph, address: answer.url, next: webAddress(stated?.value ?? linked, answer.url) }
}

/** As its XML declaration or its media type says, else UTF-8. */
function decode(bytes: Buffer, contentType: string): string {
  const head = bytes.subarray(0, 200).toString('latin1')
  const label =
    /^\s*<\?xml[^>]*encoding=["']([\w-]+)/.exec(head)?.[1] ??
    /charset="?([\w-]+)/i.exec(contentType)?.[1] ??
    'utf-8'
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    throw new LacydonError('source_invalid', 502, `The catalogue is in “${label}”, which is not known here.`)
  }
}

/** By what it begins with: servers say many things. */
function parserOf(text: string, mediaType: string, address: string) {
  const start = text
    .slice(0, 2_000)
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (/^<(!doctype html|html)/i.test(start))
    throw unavailable(`${new URL(address).host} sent a web page where a catalogue was expected.`)
  if (/^<(\?xml|!DOCTYPE|!--|[\w.-]+:RDF|RDF)/i.test(start)) return parseRdfXml
  if (/^[[{]/.test(start) && !/^\[\s*(\]|a\s|[a-z]+:)/.test(start)) return parseJsonLd
  if (/json/.test(mediaType)) return parseJsonLd
  return parseTurtle
}

const described = (graph: Graph) =>
  graph.ofType(`${ns.dcat}Dataset`).filter((subject) => graph.text(subject, `${ns.dct}title`) !== '')

export const dcat = defineConnector({
  id: 'dcat',
  title: { fr: 'Catalogue DCAT', en: 'DCAT catalogue' },
  config: Config,

  async test(reading) {
    const { graph, address } = await readPage(reading, readAddress(reading.config.address).href)
    const { length } = described(graph)
    if (length === 0) throw unavailable(`${address} describes no dataset.`)
    return `${new URL(address).host} describes ${length} datasets on its first page.`
  },

  async *discover(reading, cursor) {
    const pages = new Set<string>()
    const keys = new Set<string>()
    let address = cursor ?? readAddress(reading.config.address).href
    for (;;) {
      pages.add(address)
      const page = await readPage(reading, address)
      const found = described(page.graph)
        .map((subject) => datasetOf(page.graph, subject, page.address))
        .filter(({ key }) => !keys.has(key))
      for (const { key } of found) keys.add(key)
      const total = Number(page.graph.objects(`${ns.hydra}totalItems`)[0]?.value ?? Number.NaN)
      // A page that leads back, or says nothing new, ends it.
      const isLast = page.next === '' || pages.has(page.next) || found.length === 0 || pages.size >= maxPages
      yield {
        datasets: found,
        cursor: isLast ? null : page.next,
        total: Number.isSafeInteger(total) ? total : null,
      }
      if (isLast) return
      address = page.next
    }
  },
})

function datasetOf(graph: Graph, subject: string, address: string): FoundDataset {
  const labels = (of: string, ...predicates: string[]) =>
    predicates.flatMap((predicate) => graph.all(of, predicate).map((term) => graph.label(term)))
  const distributions = graph.all(subject, `${ns.dcat}distribution`).filter(({ kind }) => kind !== 'literal')
  const links = distributions.flatMap(({ value: of }) => {
    const [url = ''] = [`${ns.dcat}downloadURL`, `${ns.dcat}accessURL`]
      .flatMap((predicate) => graph.all(of, predicate))
      .map((term) => webAddress(term.value, address))
      .filter(Boolean)
    if (url === '') return []
    const isService = graph.all(of, `${ns.dcat}accessService`).length > 0
    return [
      {
        url,
        title: nameOf(graph.text(of, `${ns.dct}title`)),
        formats: [...labels(of, `${ns.dct}format`, `${ns.dcat}mediaType`), ...formatNames(graph, of)],
        isMain: !isService || graph.all(of, `${ns.dcat}downloadURL`).length > 0,
      },
    ]
  })
  const { files, attachments } = chooseFiles(links)
  const identifier = graph.text(subject, `${ns.dct}identifier`)
  const title = nameOf(graph.text(subject, `${ns.dct}title`))
  const key = subject.startsWith('_:') ? identifier || title : subject
  const licences = [subject, ...distributions.map(({ value }) => value)].flatMap((of) =>
    [`${ns.dct}license`, `${ns.dct}rights`].flatMap((predicate) =>
      graph
        .all(of, predicate)
        .flatMap((term) => (term.kind === 'iri' ? [term.value, graph.label(term)] : [graph.label(term)])),
    ),
  )
  const reference = webAddress(graph.text(subject, `${ns.dcat}landingPage`), address)
  return {
    key: key.slice(0, 1_000),
    // An identifier that is an address or a number alone names nothing.
    name: /^[\w.@-]*[a-z][\w.@-]{2,}$/i.test(identifier) ? identifier : title,
    title: title || key,
    description: plainText(graph.text(subject, `${ns.dct}description`, `${ns.dct}abstract`)),
    metadata: {
      theme: namesOf(labels(subject, `${ns.dcat}theme`)),
      keyword: namesOf(labels(subject, `${ns.dcat}keyword`)),
      publisher: nameOf(labels(subject, `${ns.dct}publisher`, `${ns.dct}creator`)[0]),
      ...licenceOf(...licences),
      language: namesOf(labels(subject, `${ns.dct}language`).map((text) => text.split('/').at(-1))),
      territory: namesOf(labels(subject, `${ns.dct}spatial`).filter((text) => !text.includes('_:'))),
      references: reference === '' ? [] : [reference],
      updateEvery: updateEveryOf(labels(subject, `${ns.dct}accrualPeriodicity`)[0]),
    },
    link: reference || webAddress(subject) || address,
    revision: revisionOf(graph, subject, distributions),
    rowCount: null,
    files,
    attachments,
    ...(files.length === 0 && { refusal: 'None of its distributions holds rows that can be loaded.' }),
  }
}

/** Formats given as addresses of an authority, by their last part. */
const formatNames = (graph: Graph, of: string): string[] =>
  [`${ns.dct}format`, `${ns.dcat}mediaType`].flatMap((predicate) =>
    graph.all(of, predicate).flatMap(({ kind, value }) => {
      if (kind !== 'iri') return []
      const parts = value.split('/')
      return [parts.at(-1)!, parts.slice(-2).join('/')]
    }),
  )

const revisionOf = (graph: Graph, subject: string, distributions: readonly Term[]): string =>
  [subject, ...distributions.map(({ value }) => value)]
    .map((of) => graph.text(of, `${ns.dct}modified`))
    .filter(Boolean)
    .join(' ')
    .slice(0, 2_000)
