import type { ColumnData, ColumnType, TableBatch, TableSpec } from '../engines/columnar/columnar.ts'

type Numbers = Int8Array | Int16Array | Int32Array | Float32Array | Float64Array | Uint8Array

interface Growing {
  readonly length: number
  take(): ColumnData
}

/** Numbers, instants (ms since 1970 UTC) and booleans of one column, growing as rows come. */
class NumberColumn implements Growing {
  length = 0
  readonly #kind: Exclude<ColumnData['kind'], 'text' | 'dictionary'>
  #values: Numbers
  #nulls: Uint8Array | undefined

  constructor(kind: Exclude<ColumnData['kind'], 'text' | 'dictionary'>) {
    this.#kind = kind
    this.#values = newValues(kind, firstCapacity)
  }

  /** HOT. NULL for null and for numbers that are not finite. */
  push(value: number | boolean | null): void {
    if (this.length === this.#values.length) this.#grow()
    if (value === null || (typeof value === 'number' && !Number.isFinite(value))) {
      this.#nulls ??= new Uint8Array(this.#values.length)
      this.#nulls[this.length++] = 1
      return
    }
    this.#values[this.length++] = Number(value)
  }

  take(): ColumnData {
    const data = {
      kind: this.#kind,
      values: this.#values,
      ...(this.#nulls && { nulls: this.#nulls }),
    } as ColumnData
    this.#values = newValues(this.#kind, Math.max(firstCapacity, this.length))
    this.#nulls = undefined
    this.length = 0
    return data
  }

  #grow(): void {
    const values = newValues(this.#kind, this.#values.length * 2)
    values.set(this.#values)
    this.#values = values
    if (!this.#nulls) return
    const nulls = new Uint8Array(values.length)
    nulls.set(this.#nulls)
    this.#nulls = nulls
  }
}

/** Texts of one column; repeated ones are stored once. */
class TextColumn implements Growing {
  length = 0
  #codes = new Int32Array(firstCapacity)
  #dictionary: string[] = []
  #codeOf = new Map<string, number>()

  /** HOT. */
  push(value: string | null): void {
    if (this.length === this.#codes.length) {
      const codes = new Int32Array(this.#codes.length * 2)
      codes.set(this.#codes)
      this.#codes = codes
    }
    let code = -1
    if (value !== null) {
      const known = this.#codeOf.get(value)
      if (known === undefined) {
        code = this.#dictionary.push(value) - 1
        this.#codeOf.set(value, code)
      } else code = known
    }
    this.#codes[this.length++] = code
  }

  take(): ColumnData {
    const data: ColumnData = { kind: 'dictionary', dictionary: this.#dictionary, codes: this.#codes }
    this.#codes = new Int32Array(Math.max(firstCapacity, this.length))
    this.#dictionary = []
    this.#codeOf = new Map()
    this.length = 0
    return data
  }
}

const firstCapacity = 256

function newValues(kind: ColumnData['kind'], capacity: number): Numbers {
  switch (kind) {
    case 'int8':
      return new Int8Array(capacity)
    case 'int16':
      return new Int16Array(capacity)
    case 'int32':
      return new Int32Array(capacity)
    case 'float32':
      return new Float32Array(capacity)
    case 'boolean':
      return new Uint8Array(capacity)
    default:
      return new Float64Array(capacity)
  }
}

const kindOfType: Record<ColumnType, Exclude<ColumnData['kind'], 'text' | 'dictionary'> | 'dictionary'> = {
  text: 'dictionary',
  json: 'dictionary',
  boolean: 'boolean',
  tinyint: 'int8',
  smallint: 'int16',
  integer: 'int32',
  bigint: 'float64-integer',
  real: 'float32',
  double: 'float64',
  timestamp: 'float64-integer',
  date: 'float64-integer',
}

/**
 * Collects rows of one table column by column. A writer takes its columns once (`number('lon')`, `text('name')`)
 * and pushes one value into every column for each row; `take` hands the batch over and begins the next.
 */
export class RowBuilder {
  readonly #table: TableSpec
  readonly #columns = new Map<string, NumberColumn | TextColumn>()

  constructor(table: TableSpec) {
    this.#table = table
    for (const { name, type } of table.columns) {
      const kind = kindOfType[type]
      this.#columns.set(name, kind === 'dictionary' ? new TextColumn() : new NumberColumn(kind))
    }
  }

  number(name: string): NumberColumn {
    const column = this.#columns.get(name)
    if (!(column instanceof NumberColumn))
      throw new Error(`${this.#table.name}.${name} does not hold numbers`)
    return column
  }

  text(name: string): TextColumn {
    const column = this.#columns.get(name)
    if (!(column instanceof TextColumn)) throw new Error(`${this.#table.name}.${name} does not hold text`)
    return column
  }

  get rowCount(): number {
    return this.#columns.get(this.#table.columns[0]!.name)!.length
  }

  /** The rows so far; throws when a column was forgotten, which would shift every row after it. */
  take(): TableBatch {
    const { rowCount } = this
    const columns: Record<string, ColumnData> = {}
    for (const [name, column] of this.#columns) {
      if (column.length !== rowCount)
        throw new Error(`${this.#table.name}.${name} has ${column.length} of ${rowCount} rows`)
      columns[name] = column.take()
    }
    return { table: this.#table.name, rowCount, columns }
  }
}
