/** What every reader of a format gives. */
import type { DeclaredType } from '../inference/column-type.ts'
import type { LoadLimits } from '../limits.ts'
import type { TableWriter } from './table-writer.ts'

export interface ReadContext {
  path: string
  writer: TableWriter
  limits: LoadLimits
  /** Sheet, layer or table to read; the first one with rows by default. */
  layer: string | undefined
}

export interface ReadTable {
  /** Names as the file has them; undefined when a first row may hold them (sheets). */
  columns: { name: string; declared?: DeclaredType | undefined }[] | undefined
  /** Coordinate system that the file states for its geometries. */
  epsg?: number
  layer?: string
  layers?: string[]
  notes: string[]
}
