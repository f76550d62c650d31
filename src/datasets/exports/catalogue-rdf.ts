/** A graph as Turtle, RDF/XML or JSON-LD. Pure. */
import { type Curie, type Node, namespaces, type Prefix, type Term } from './catalogue-graph.ts'
import { turtleIri, turtleText } from './turtle.ts'
import { escapeXml } from './xml.ts'

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
