/** Statements of an RDF document by their subject; only what a catalogue needs. Pure. */

export interface Term {
  kind: 'iri' | 'blank' | 'literal'
  value: string
  /** Of a literal, small letters. */
  language: string
}

export const iri = (value: string): Term => ({ kind: 'iri', value, language: '' })
export const blank = (value: string): Term => ({ kind: 'blank', value: `_:${value}`, language: '' })
export const literal = (value: string, language = ''): Term => ({
  kind: 'literal',
  value,
  language: language.toLowerCase(),
})

export const ns = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  owl: 'http://www.w3.org/2002/07/owl#',
  schema: 'http://schema.org/',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  adms: 'http://www.w3.org/ns/adms#',
  locn: 'http://www.w3.org/ns/locn#',
  prov: 'http://www.w3.org/ns/prov#',
  spdx: 'http://spdx.org/rdf/terms#',
}

/** A document that says more than this is no catalogue page. */
export const maxStatements = 5_000_000

export class Graph {
  private readonly subjects = new Map<string, Map<string, Term[]>>()
  size = 0

  add(subject: string, predicate: string, object: Term): void {
    this.size++
    const known = this.subjects.get(subject) ?? new Map<string, Term[]>()
    this.subjects.set(subject, known)
    const list = known.get(predicate)
    if (list) list.push(object)
    else known.set(predicate, [object])
  }

  all(subject: string, predicate: string): readonly Term[] {
    return this.subjects.get(subject)?.get(predicate) ?? []
  }

  /** Subjects of a class, in the order they came. */
  ofType(type: string): string[] {
    return [...this.subjects.keys()].filter((subject) =>
      this.all(subject, `${ns.rdf}type`).some(({ value }) => value === type),
    )
  }

  /** Every object of a predicate, whatever its subject. */
  objects(predicate: string): Term[] {
    return [...this.subjects.values()].flatMap((known) => known.get(predicate) ?? [])
  }

  /** The best text of the first of some predicates that has one: French, else English, else any. */
  text(subject: string, ...predicates: string[]): string {
    for (const predicate of predicates) {
      const texts = this.all(subject, predicate).filter(({ value }) => value.trim() !== '')
      const inLanguage = (language: string) => texts.find((term) => term.language.startsWith(language))
      const best = inLanguage('fr') ?? inLanguage('en') ?? texts[0]
      if (best && best.kind !== 'blank') return best.value
    }
    return ''
  }

  /** What a term is called: its text, or the label of the thing it is. */
  label({ kind, value }: Term): string {
    if (kind === 'literal') return value
    const label = this.text(
      value,
      `${ns.foaf}name`,
      `${ns.skos}prefLabel`,
      `${ns.rdfs}label`,
      `${ns.dct}title`,
      `${ns.vcard}fn`,
      `${ns.schema}name`,
      `${ns.rdf}value`,
    )
    return label || (kind === 'iri' ? value : '')
  }
}
