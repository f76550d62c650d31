/** Collects converted rows column by column. A row counts once `commit` says so; what was written before it is lost. */
import type {
  ColumnData,
  ColumnSpec,
  ColumnType,
  TableBatch,
  TableSpec,
} from '../../../engines/columnar/columnar.ts'

export const rowsPerBatch = 16_384

type Numbers =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

/** One column. `numbers` for everything but texts; an entry is written whole: value and null flag. */
export class Sink {
  readonly type: ColumnType
  numbers: Numbers
  nulls: Uint8Array<ArrayBuffer>
  texts: (string | null)[] = []
  readonly isText: boolean

  constructor({ type }: ColumnSpec) {
    this.type = type
    this.isText = type === 'text' || type === 'json'
    this.numbers = newNumbers(type)
    this.nulls = new Uint8Array(rowsPerBatch)
  }

  /** HOT. */
  put(n: number, value: number): void {
    this.numbers[n] = value
    this.nulls[n] = 0
  }

  /** HOT. */
  putText(n: number, text: string): void {
    this.texts[n] = text
  }

  /** HOT. */
  putNull(n: number): void {
    if (this.isText) this.texts[n] = null
    else this.nulls[n] = 1
  }

  take(rowCount: number): ColumnData {
    if (this.isText) {
      const values = this.texts.slice(0, rowCount)
      return columnOfTexts(values)
    }
    const data = { kind: kindOf[this.type], values: this.numbers, nulls: this.nulls } as ColumnData
    this.numbers = newNumbers(this.type)
    this.nulls = new Uint8Array(rowsPerBatch)
    return data
  }
}

const kindOf: Record<ColumnType, ColumnData['kind']> = {
  text: 'text',
  json: 'text',
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

function newNumbers(type: ColumnType): Numbers {
  switch (type) {
    case 'text':
    case 'json':
      return new Uint8Array(0)
    case 'boolean':
      return new Uint8Array(rowsPerBatch)
    case 'tinyint':
      return new Int8Array(rowsPerBatch)
    case 'smallint':
      return new Int16Array(rowsPerBatch)
    case 'integer':
      return new Int32Array(rowsPerBatch)
    case 'real':
      return new Float32Array(rowsPerBatch)
    default:
      return new Float64Array(rowsPerBatch)
  }
}

const dictionaryTrial = 1_024
const maxDictionary = 2_048

/** Texts that come back travel once: a dictionary when the first ones show that it pays. */
function columnOfTexts(values: (string | null)[]): ColumnData {
  const trial = new Set(values.slice(0, dictionaryTrial))
  if (trial.size > Math.min(values.length, dictionaryTrial) / 4) return { kind: 'text', values }
  const codeOf = new Map<string, number>()
  const dictionary: string[] = []
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === null) {
      codes[i] = -1
      continue
    }
    let code = codeOf.get(value)
    if (code === undefined) {
      if (dictionary.length === maxDictionary) return { kind: 'text', values }
      code = dictionary.push(value) - 1
      codeOf.set(value, code)
    }
    codes[i] = code
  }
  return { kind: 'dictionary', dictionary, codes }
}

export class BatchBuilder {
  /** Rows committed: also the place at which the next one is written. */
  rowCount = 0
  private readonly table: TableSpec
  private readonly sinks: Map<string, Sink>

  constructor(table: TableSpec) {
    this.table = table
    this.sinks = new Map(table.columns.map((column) => [column.name, new Sink(column)]))
  }

  sink(column: string): Sink {
    const sink = this.sinks.get(column)
    if (!sink) throw new Error(`${this.table.name} has no column ${column}`)
    return sink
  }

  get isFull(): boolean {
    return this.rowCount === rowsPerBatch
  }

  /** HOT. */
  commit(): void {
    this.rowCount++
  }

  take(): TableBatch {
    const columns: TableBatch['columns'] = {}
    for (const [name, sink] of this.sinks) columns[name] = sink.take(this.rowCount)
    const batch = { table: this.table.name, rowCount: this.rowCount, columns }
    this.rowCount = 0
    return batch
  }
}

/** The buffers of a batch, to be handed to another thread without a copy. */
export function buffersOf({ columns }: TableBatch): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  for (const data of Object.values(columns)) {
    if (data.kind === 'dictionary') buffers.push(data.codes.buffer as ArrayBuffer)
    else if (data.kind !== 'text') {
      buffers.push(data.values.buffer as ArrayBuffer)
      if (data.nulls) buffers.push(data.nulls.buffer as ArrayBuffer)
    }
  }
  return buffers
}
