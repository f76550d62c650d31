import { join } from 'node:path'
import type { AisMessage, AisSink } from '../../src/connectors/ais/message.ts'
import { AisReader } from '../../src/connectors/ais/reader.ts'
import { aisTable } from '../../src/connectors/ais/rows.ts'
import { openDuckDb } from '../../src/engines/columnar/duckdb/open.ts'
import { call, column, table, value } from '../../src/engines/columnar/query.ts'

/** One row as text: what it says and the spool position of the line it was made from. */
export type RowText = string

const silent = { info() {}, warn() {}, error() {} }

/** The rows of one source in the data folder of a stopped product. */
export async function storedRows(dataDir: string, source: string): Promise<RowText[]> {
  const columnar = await openDuckDb({
    folder: join(dataDir, 'columnar'),
    coldFolder: join(dataDir, 'files', 'datasets'),
    log: silent,
  })
  try {
    const rows: RowText[] = []
    const read = async (dataset: string, columns: string[]) => {
      const chunks = columnar.stream(
        {
          from: table(aisTable('real', dataset)),
          where: call('=', column('_src'), value(source)),
          select: columns.map((name) => ({ as: name, value: column(name) })),
        },
        { class: 'load' },
      )
      for await (const chunk of chunks) {
        for (const line of Buffer.from(chunk).toString('utf8').trimEnd().split('\n')) {
          const row = JSON.parse(line) as Record<string, unknown>
          rows.push(columns.map((name) => row[name]).join(' '))
        }
      }
    }
    await read('ais-positions', ['_seq', 'mmsi', 'lon'])
    await read('ais-static', ['_seq', 'mmsi', 'name'])
    await read('ais-messages', ['_seq', 'mmsi'])
    await read('ais-rejects', ['_seq', 'reason'])
    return rows.sort()
  } finally {
    await columnar.close()
  }
}

/** The rows that the lines of a spool must give, decoded in one go. */
export function decodedRows(spool: Buffer): RowText[] {
  const rows: RowText[] = []
  const sink: AisSink = {
    message(message: AisMessage, { seq }) {
      if (message.group === 'position') rows.push(`${seq} ${message.mmsi} ${message.lon}`)
      else if (message.group === 'static') rows.push(`${seq} ${message.mmsi} ${message.name}`)
      else rows.push(`${seq} ${message.mmsi}`)
    },
    reject(reason, _line, seq) {
      rows.push(`${seq} ${reason}`)
    },
  }
  new AisReader('expected', sink).read(spool, 0, 0)
  return rows.sort()
}

/** What is in only one of two sorted lists, counted as often as it is. */
export function difference(expected: RowText[], stored: RowText[]): { lost: RowText[]; surplus: RowText[] } {
  const lost: RowText[] = []
  const surplus: RowText[] = []
  let e = 0
  let s = 0
  while (e < expected.length || s < stored.length) {
    if (s >= stored.length || expected[e]! < stored[s]!) lost.push(expected[e++]!)
    else if (e >= expected.length || stored[s]! < expected[e]!) surplus.push(stored[s++]!)
    else {
      e += 1
      s += 1
    }
  }
  return { lost, surplus }
}
