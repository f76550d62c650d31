/** RDF/XML. */
import { ByteSink } from './byte-sink.ts'
import type { ExportContext } from './format.ts'
import { literalsOf, prefixes, propertiesOf, subjectOf, vocabularyOf } from './rdf.ts'
import { type RowStream, rowsIn } from './rows.ts'
import { escapeXml } from './xml.ts'

export async function* writeRdfXml(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const properties = propertiesOf(stream, context)
  const sink = new ByteSink()
  sink.text(
    `<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="${prefixes.rdf}" xmlns:f="${escapeXml(vocabularyOf(context))}">\n`,
  )
  let n = 0
  for await (const rows of rowsIn(stream.chunks))
    for (const row of rows) {
      sink.text(`<rdf:Description rdf:about="${escapeXml(subjectOf(context, ++n))}">`)
      for (const { local, column } of properties)
        for (const { text, datatype } of literalsOf(column, column.read(row)))
          sink.text(
            `<f:${local}${datatype ? ` rdf:datatype="${escapeXml(datatype)}"` : ''}>${escapeXml(text)}</f:${local}>`,
          )
      sink.text('</rdf:Description>\n')
      if (sink.isFull) yield sink.take()
    }
  sink.text('</rdf:RDF>\n')
  yield sink.take()
}
