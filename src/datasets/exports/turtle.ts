/** Turtle; N3 reads the same text. */
import { ByteSink } from './byte-sink.ts'
import type { ExportContext } from './format.ts'
import { type LiteralTerm, literalsOf, prefixes, propertiesOf, subjectOf, vocabularyOf } from './rdf.ts'
import { type RowStream, rowsIn } from './rows.ts'

const escapes: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

export const turtleText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must be escaped.
  `"${text.toWellFormed().replace(/["\\\u0000-\u001f]/g, (c) => escapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

/** Characters that an IRI reference cannot have are written as percent codes. */
export const turtleIri = (iri: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must be escaped.
  `<${iri.toWellFormed().replace(/[\u0000-\u0020<>"{}|^`\\]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)}>`

const literal = ({ text, datatype }: LiteralTerm) =>
  datatype ? `${turtleText(text)}^^${turtleIri(datatype)}` : turtleText(text)

export async function* writeTurtle(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const properties = propertiesOf(stream, context)
  const sink = new ByteSink()
  sink.text(`@prefix xsd: <${prefixes.xsd}> .\n@prefix f: ${turtleIri(vocabularyOf(context))} .\n`)
  let n = 0
  for await (const rows of rowsIn(stream.chunks))
    for (const row of rows) {
      const pairs = properties.flatMap(({ local, column }) =>
        literalsOf(column, column.read(row)).map((term) => `  f:${local} ${literal(term)}`),
      )
      const subject = turtleIri(subjectOf(context, ++n))
      sink.text(
        pairs.length > 0
          ? `${subject}\n${pairs.join(' ;\n')} .\n`
          : `${subject} a ${turtleIri('http://www.w3.org/2000/01/rdf-schema#Resource')} .\n`,
      )
      if (sink.isFull) yield sink.take()
    }
  yield sink.take()
}
