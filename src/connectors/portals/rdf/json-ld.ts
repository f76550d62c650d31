/**
 * JSON-LD 1.1 as catalogues write it: expanded, or with contexts inside the document. A context elsewhere is never
 * fetched: the terms of DCAT stand in for it.
 */
import { LacydonError } from '../../../errors.ts'
import { blank, Graph, iri, literal, maxStatements, ns, type Term } from './graph.ts'

const maxDepth = 64

interface Context {
  terms: Map<string, { iri: string; isId: boolean; language: string }>
  vocab: string
  language: string
  base: string
}

type Json = Record<string, unknown>

const dctTerms =
  'title description issued modified publisher license identifier language spatial temporal accrualPeriodicity rights format creator accessRights conformsTo'
const dcatTerms =
  'dataset distribution keyword theme landingPage accessURL downloadURL mediaType byteSize contactPoint record service endpointURL accessService'

/** What a context elsewhere most likely says. */
function standIn(context: Context): void {
  for (const term of dctTerms.split(' '))
    context.terms.set(term, { iri: ns.dct + term, isId: false, language: '' })
  for (const term of dcatTerms.split(' '))
    context.terms.set(term, { iri: ns.dcat + term, isId: false, language: '' })
  for (const type of ['Catalog', 'Dataset', 'Distribution', 'DataService'])
    context.terms.set(type, { iri: ns.dcat + type, isId: false, language: '' })
  context.terms.set('fn', { iri: `${ns.vcard}fn`, isId: false, language: '' })
  context.terms.set('name', { iri: `${ns.foaf}name`, isId: false, language: '' })
}

function extend(outer: Context, given: unknown): Context {
  const context: Context = { ...outer, terms: new Map(outer.terms) }
  for (const part of Array.isArray(given) ? given : [given]) {
    if (typeof part === 'string') standIn(context)
    if (typeof part !== 'object' || part === null) continue
    const { '@vocab': vocab, '@language': language, '@base': base, ...terms } = part as Json
    if (typeof vocab === 'string') context.vocab = vocab
    if (typeof language === 'string') context.language = language
    if (typeof base === 'string' && URL.canParse(base, context.base))
      context.base = new URL(base, context.base).href
    // Twice: a term may be written by a prefix that stands below it.
    for (let pass = 0; pass < 2; pass++)
      for (const [term, definition] of Object.entries(terms)) {
        const {
          '@id': id,
          '@type': type,
          '@language': own,
        } = typeof definition === 'object' && definition !== null
          ? (definition as Json)
          : { '@id': definition }
        const written = typeof id === 'string' ? id : term
        context.terms.set(term, {
          iri: expand(written === term ? written.replace(/^(\w+)$/, `${context.vocab}$1`) : written, context),
          isId: type === '@id' || type === '@vocab',
          language: typeof own === 'string' ? own : '',
        })
      }
  }
  return context
}

const prefixes = new Map<string, string>([...Object.entries(ns), ['dcterms', ns.dct]])

/** A term, a name with a prefix, or an address as the address it means. */
function expand(name: string, context: Context): string {
  if (name.startsWith('@')) return name
  const term = context.terms.get(name)
  if (term) return term.iri
  const colon = name.indexOf(':')
  if (colon > 0 && !name.startsWith('//', colon + 1)) {
    const prefix = name.slice(0, colon)
    const start = context.terms.get(prefix)?.iri ?? prefixes.get(prefix)
    if (start !== undefined) return start + name.slice(colon + 1)
    return name
  }
  if (colon > 0) return name
  return context.vocab + name
}

/** Throws `source_invalid` for what is no JSON, or nests too deep. */
export function parseJsonLd(text: string, address: string): Graph {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw invalid(`The catalogue is no whole JSON: ${(error as Error).message.slice(0, 150)}.`)
  }
  const graph = new Graph()
  let blankCount = 0
  const reference = (id: string, context: Context): string => {
    if (id.startsWith('_:')) return id
    const expanded = id.includes(':') ? expand(id, context) : id
    return URL.canParse(expanded)
      ? expanded
      : URL.canParse(id, context.base)
        ? new URL(id, context.base).href
        : id
  }
  const termOf = (subject: string): Term =>
    subject.startsWith('_:') ? blank(subject.slice(2)) : iri(subject)

  function readNode(node: Json, outer: Context, depth: number): string {
    if (depth > maxDepth) throw invalid(`The catalogue nests more than ${maxDepth} levels.`)
    if (graph.size > maxStatements) throw invalid('The catalogue says more than is taken at once.')
    const context = '@context' in node ? extend(outer, node['@context']) : outer
    let id: string | undefined
    for (const [key, value] of Object.entries(node))
      if (expand(key, context) === '@id' && typeof value === 'string') id = reference(value, context)
    const subject = id ?? `_:j${++blankCount}`
    for (const [key, value] of Object.entries(node)) {
      const predicate = expand(key, context)
      if (predicate === '@type')
        for (const type of Array.isArray(value) ? value : [value])
          if (typeof type === 'string') graph.add(subject, `${ns.rdf}type`, iri(expand(type, context)))
      if (predicate === '@graph' || predicate === '@included')
        for (const inner of Array.isArray(value) ? value : [value])
          if (isObject(inner)) readNode(inner, context, depth + 1)
      if (predicate === '@reverse' && isObject(value))
        for (const [back, others] of Object.entries(value))
          for (const other of Array.isArray(others) ? others : [others])
            if (isObject(other))
              graph.add(readNode(other, context, depth + 1), expand(back, context), termOf(subject))
      if (predicate.startsWith('@') || predicate === '') continue
      const term = context.terms.get(key)
      for (const object of objectsOf(value, context, term, depth)) graph.add(subject, predicate, object)
    }
    return subject
  }

  function objectsOf(
    value: unknown,
    context: Context,
    term: { isId: boolean; language: string } | undefined,
    depth: number,
  ): Term[] {
    if (Array.isArray(value)) return value.flatMap((one) => objectsOf(one, context, term, depth))
    if (typeof value === 'string')
      return [
        term?.isId ? termOf(reference(value, context)) : literal(value, term?.language || context.language),
      ]
    if (typeof value === 'number' || typeof value === 'boolean') return [literal(String(value))]
    if (!isObject(value)) return []
    if ('@value' in value) {
      const { '@value': text, '@language': language } = value
      return typeof text === 'object'
        ? []
        : [literal(String(text), typeof language === 'string' ? language : '')]
    }
    const inner = value['@list'] ?? value['@set']
    if (inner !== undefined) return objectsOf(inner, context, term, depth)
    // A text for each language.
    const entries = Object.entries(value)
    if (
      entries.length > 0 &&
      entries.every(([key, text]) => /^[a-z]{2,3}(-[a-z]+)?$/i.test(key) && typeof text === 'string')
    )
      return entries.map(([language, text]) => literal(text as string, language))
    return [termOf(readNode(value, context, depth + 1))]
  }

  const root: Context = { terms: new Map(), vocab: '', language: '', base: address }
  for (const node of Array.isArray(document) ? document : [document])
    if (isObject(node)) readNode(node, root, 0)
  return graph
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string) => new LacydonError('source_invalid', 502, message)
