/** JSON-LD 1.1: a context for the columns, then a graph of records. */
import type { OutputColumn } from '../odsql/output.ts'
import { ByteSink } from './byte-sink.ts'
import type { ExportContext } from './format.ts'
import { literalsOf, prefixes, propertiesOf, subjectOf } from './rdf.ts'
import { type RowStream, rowsIn } from './rows.ts'

export async function* writeJsonLd(stream: RowStream, context: ExportContext): AsyncGenerator<Uint8Array> {
  const properties = propertiesOf(stream, context)
  const terms = Object.fromEntries(properties.map(({ local, iri }) => [local, { '@id': iri }]))
  const sink = new ByteSink()
  sink.text(`{"@context":${JSON.stringify({ xsd: prefixes.xsd, ...terms })},\n"@graph":[`)
  let n = 0
  for await (const rows of rowsIn(stream.chunks))
    for (const row of rows) {
      const record: Record<string, unknown> = { '@id': subjectOf(context, ++n) }
      for (const { local, column } of properties) {
        const values = literalsOf(column, column.read(row)).map((term) => jsonOf(column, term))
        if (values.length > 0) record[local] = values.length === 1 ? values[0] : values
      }
      sink.text(`${n > 1 ? ',' : ''}\n${JSON.stringify(record)}`)
      if (sink.isFull) yield sink.take()
    }
  sink.text('\n]}\n')
  yield sink.take()
}

/** Whole numbers, booleans and texts are native values of the format; others carry their type. */
function jsonOf({ type }: OutputColumn, { text, datatype }: { text: string; datatype?: string }): unknown {
  if (datatype === undefined) return text
  if (type === 'boolean') return text === 'true'
  return { '@value': text, '@type': datatype }
}
