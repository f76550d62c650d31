import { type CellStyle, cellText } from '../cell-text.ts'
import { type DataRecord, type Field, unitOf } from '../explore-answers.ts'

export interface Column {
  field: Field
  widthPx: number
  /** Numbers stand right, so that digits align. */
  isRight: boolean
}

const perSign = 7.4
/** A tabular figure of the 14 px text (0.64 em): cut digits would be another number. */
const perFigure = 9.2
const bounds: Partial<Record<Field['type'], [number, number]>> = { text: [90, 320], json_blob: [140, 280] }

/** Outlines are for the map: in a table they say nothing and weigh much. */
export const isTabular = ({ type }: Field): boolean => type !== 'geo_shape'

/** Columns as wide as their head and what the first rows hold need. */
export function columnsOf(
  fields: readonly Field[],
  sample: readonly DataRecord[],
  style: CellStyle,
): Column[] {
  return fields.map((field) => {
    const texts = sample.slice(0, 40).map((row) => cellText(row[field.name], field, style).length)
    const unit = unitOf(field)
    const head = (field.label.length + (unit ? unit.length + 1 : 0)) * perSign + 58
    const [least, most] = bounds[field.type] ?? [80, 240]
    const wide = Math.max(...texts, 0) * (field.type === 'text' ? perSign : perFigure) + 30
    return {
      field,
      widthPx: Math.round(Math.max(least, Math.min(most, wide), Math.min(head, 260))),
      isRight: field.type === 'int' || field.type === 'double',
    }
  })
}
