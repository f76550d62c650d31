/** Turtle and N-Triples. */
import { Parser } from 'n3'
import { LacydonError } from '../../../errors.ts'
import { blank, Graph, iri, literal, maxStatements } from './graph.ts'

/** Throws `source_invalid` that names the line. */
export function parseTurtle(text: string, address: string): Graph {
  const graph = new Graph()
  try {
    for (const { subject, predicate, object } of new Parser({ baseIRI: address }).parse(text)) {
      if (graph.size > maxStatements) throw new Error('it says more than is taken at once')
      const term =
        object.termType === 'Literal'
          ? literal(object.value, object.language)
          : object.termType === 'BlankNode'
            ? blank(object.value)
            : iri(object.value)
      graph.add(
        subject.termType === 'BlankNode' ? `_:${subject.value}` : subject.value,
        predicate.value,
        term,
      )
    }
  } catch (error) {
    throw new LacydonError(
      'source_invalid',
      502,
      `The catalogue is no whole Turtle: ${(error as Error).message.slice(0, 150)}.`,
    )
  }
  return graph
}
