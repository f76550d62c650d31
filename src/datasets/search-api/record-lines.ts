/** The JSON of a download of the Search API v1: an array of its records. */

import type { Secured } from '../explore/relation.ts'
import { ByteSink } from '../exports/byte-sink.ts'
import type { RowFormat } from '../exports/format.ts'
import { type RowStream, rowsIn } from '../exports/rows.ts'
import { recordOf } from './answers.ts'

export const recordLines = ({ source }: Secured): RowFormat => ({
  contentType: 'application/json; charset=utf-8',
  extension: 'json',
  async *write({ columns, chunks }: RowStream) {
    const about = { datasetId: source.definition.id, timestamp: source.modifiedAt }
    const sink = new ByteSink()
    let isFirst = true
    sink.byte(0x5b)
    for await (const rows of rowsIn(chunks))
      for (const row of rows) {
        sink.text(`${isFirst ? '' : ','}\n${JSON.stringify(recordOf(row, columns, about))}`)
        isFirst = false
        if (sink.isFull) yield sink.take()
      }
    sink.text('\n]\n')
    yield sink.take()
  },
})
