/** RDF/XML (W3C Recommendation of 2014) as far as catalogues write it: no reification, lists as plain values. */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { LacydonError } from '../../../errors.ts'
import { blank, Graph, iri, literal, maxStatements, ns } from './graph.ts'

const maxDepth = 64
const xmlNs = 'http://www.w3.org/XML/1998/namespace'

const invalid = (message: string) => new LacydonError('source_invalid', 502, message)

/** What an element stands for; elements alternate between things and their properties. */
interface Frame {
  kind: 'node' | 'property' | 'ignored'
  /** Of a node, and of a property that opens one. */
  subject: string
  /** Of a property. */
  predicate: string
  text: string
  hasChild: boolean
  language: string
  base: string
}

/** The statements of a document. Throws `xml_dtd_refused` for one that declares entities, `source_invalid` else. */
export function parseRdfXml(text: string, address: string): Graph {
  const graph = new Graph()
  const stack: Frame[] = []
  let isInside = false
  let blankCount = 0
  const newBlank = () => `_:x${++blankCount}`
  const parser = new SaxesParser({ xmlns: true, position: true })
  parser.on('doctype', () => {
    throw new LacydonError('xml_dtd_refused', 400, 'This XML has a DOCTYPE, which is never read.')
  })
  parser.on('error', (error) => {
    throw invalid(`The catalogue is no whole XML: ${error.message.slice(0, 150)}.`)
  })
  const attribute = (tag: SaxesTagNS, uri: string, local: string): string | undefined =>
    Object.values(tag.attributes).find((one) => one.uri === uri && one.local === local)?.value
  const resolve = (reference: string, base: string): string =>
    URL.canParse(reference, base)
      ? new URL(reference, base).href.replace(
          /^(\w+:\/\/[^/?#]+)\/$/,
          `$1${/[^/]\/$/.test(reference) ? '/' : ''}`,
        )
      : reference

  parser.on('opentag', (tag) => {
    const outer = stack.at(-1)
    const name = tag.uri + tag.local
    if (!isInside && name === `${ns.rdf}RDF`) isInside = true
    if (stack.length > maxDepth) throw invalid(`The catalogue nests more than ${maxDepth} elements.`)
    const frame: Frame = {
      kind: 'ignored',
      subject: '',
      predicate: '',
      text: '',
      hasChild: false,
      language: attribute(tag, xmlNs, 'lang') ?? outer?.language ?? '',
      base: attribute(tag, xmlNs, 'base') ?? outer?.base ?? address,
    }
    stack.push(frame)
    if (!isInside || name === `${ns.rdf}RDF`) return
    if (outer?.kind === 'node') openProperty(tag, frame, outer)
    else if (outer?.kind !== 'property' || outer.predicate !== '') openNode(tag, frame, outer)
    if (graph.size > maxStatements) throw invalid('The catalogue says more than is taken at once.')
  })

  function openNode(tag: SaxesTagNS, frame: Frame, outer: Frame | undefined): void {
    const about = attribute(tag, ns.rdf, 'about')
    const id = attribute(tag, ns.rdf, 'ID')
    const nodeId = attribute(tag, ns.rdf, 'nodeID')
    frame.kind = 'node'
    frame.subject =
      about !== undefined
        ? resolve(about, frame.base)
        : id !== undefined
          ? resolve(`#${id}`, frame.base)
          : nodeId !== undefined
            ? `_:n${nodeId}`
            : newBlank()
    const name = tag.uri + tag.local
    if (name !== `${ns.rdf}Description`) graph.add(frame.subject, `${ns.rdf}type`, iri(name))
    for (const one of Object.values(tag.attributes))
      if (one.uri !== '' && ![ns.rdf, xmlNs, 'http://www.w3.org/2000/xmlns/'].includes(one.uri))
        graph.add(frame.subject, one.uri + one.local, literal(one.value, frame.language))
    if (outer?.kind === 'property') {
      outer.hasChild = true
      graph.add(outer.subject, outer.predicate, termOf(frame.subject))
    }
  }

  function openProperty(tag: SaxesTagNS, frame: Frame, outer: Frame): void {
    frame.kind = 'property'
    frame.subject = outer.subject
    frame.predicate = tag.uri + tag.local
    const resource = attribute(tag, ns.rdf, 'resource')
    const nodeId = attribute(tag, ns.rdf, 'nodeID')
    if (resource !== undefined || nodeId !== undefined) {
      frame.hasChild = true
      graph.add(
        frame.subject,
        frame.predicate,
        nodeId === undefined ? iri(resolve(resource!, frame.base)) : termOf(`_:n${nodeId}`),
      )
      return
    }
    if (attribute(tag, ns.rdf, 'parseType') !== 'Resource') return
    // A nameless thing between: what follows are its properties.
    const inner = newBlank()
    graph.add(frame.subject, frame.predicate, termOf(inner))
    frame.kind = 'node'
    frame.subject = inner
    frame.hasChild = true
  }

  parser.on('text', (piece) => {
    const frame = stack.at(-1)
    if (frame?.kind === 'property') frame.text += piece
  })
  parser.on('cdata', (piece) => {
    const frame = stack.at(-1)
    if (frame?.kind === 'property') frame.text += piece
  })
  parser.on('closetag', () => {
    const frame = stack.pop()
    if (frame?.kind === 'property' && !frame.hasChild && frame.text.trim() !== '')
      graph.add(frame.subject, frame.predicate, literal(frame.text.trim(), frame.language))
  })
  parser.write(text).close()
  if (!isInside) throw invalid('This XML holds no RDF.')
  return graph
}

const termOf = (subject: string) => (subject.startsWith('_:') ? blank(subject.slice(2)) : iri(subject))
