import { expect, it } from 'vitest'
import type { CellStyle } from '../cell-text.ts'
import type { Field } from '../explore-answers.ts'
import { columnsOf } from './columns.ts'

it('leaves room for every digit of a number: cut, it would be another one', () => {
  const mmsi = { name: 'mmsi', label: 'MMSI', type: 'int', annotations: {} } as unknown as Field
  const style = { language: 'fr' } as unknown as CellStyle
  const [column] = columnsOf([mmsi], [{ mmsi: 299_001_010 }], style)
  // Nine tabular figures of Inter at 14 px (0.64 em each) and the padding of a cell.
  expect(column!.widthPx).toBeGreaterThanOrEqual(9 * 0.64 * 14 + 28)
})
