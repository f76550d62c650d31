import type { Row, TableSpec } from '../columnar.ts'

export const crashTable: TableSpec = {
  name: 'crash',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  columns: [
    { name: '_src', type: 'text' },
    { name: '_seq', type: 'bigint' },
    { name: 'at', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
    { name: 'text', type: 'text' },
  ],
}

/** Row of a sequence number: the days go round, so that closed days get late rows. */
export const crashRow = (seq: number): Row => ({
  _src: 's',
  _seq: seq,
  at: new Date(Date.UTC(2025, 0, 1 + (seq % 13)) + seq).toISOString(),
  mmsi: seq % 31,
  text: `row ${seq}`,
})
