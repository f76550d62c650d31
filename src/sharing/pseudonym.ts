/** Identifiers replaced by a keyed hash. The keys stay in this process: engines only ever join finished pseudonyms. */
import { createHmac } from 'node:crypto'
import { columnName } from '../datasets/rules.ts'
import type { DatasetField } from '../datasets/schema.ts'
import type { Cell, Columnar } from '../engines/columnar/columnar.ts'
import {
  call,
  column,
  type Expression,
  type From,
  type Literal,
  type Query,
  value,
} from '../engines/columnar/query.ts'
import { tooExpensive } from '../errors.ts'

export type Period = 'day' | 'month'
const dayMs = 86_400_000

/** Text identifiers, and whole numbers. */
export const isIdentifier = ({ type, annotations }: DatasetField): boolean =>
  !annotations?.multivalued && ['text', 'smallint', 'tinyint', 'integer', 'bigint'].includes(type)

/** The number of the day or month of an instant; 0 for rows that have no time. */
export function periodOf(at: Cell | undefined, period: Period): number | null {
  if (at === null || at === undefined) return null
  const date = new Date(String(at))
  if (period === 'day') return Math.floor(date.getTime() / dayMs)
  return date.getUTCFullYear() * 12 + date.getUTCMonth() + 1
}

/** The same in the query tree. */
export function periodExpression(eventTime: Expression, period: Period): Expression {
  if (period === 'day') return call('floor', call('/', call('epoch-ms', eventTime), value(dayMs)))
  const part = (name: 'year' | 'month'): Expression => ({ kind: 'date-part', of: eventTime, part: name })
  return call('+', call('*', part('year'), value(12)), part('month'))
}

/**
 * The pseudonym of an identifier for one organisation (`space`) and day or month: 22 letters and digits for a text, a
 * number from 2^52 below 2^53 for a number, so that none passes for an MMSI. HMAC-SHA-256, a key for each space and
 * period under the secret of the instance.
 */
export class Pseudonyms {
  readonly #secret: string
  readonly #keys = new Map<string, Buffer>()

  constructor(secret: string) {
    this.#secret = secret
  }

  of(identifier: string | number, space: string, period: Period, number: number): string | number {
    const digest = createHmac('sha256', this.#key(space, period, number))
      .update(String(identifier))
      .digest()
    if (typeof identifier === 'string') return digest.toString('base64url').slice(0, 22)
    return 2 ** 52 + (digest.readUInt32BE(0) & 0xfffff) * 2 ** 32 + digest.readUInt32BE(4)
  }

  #key(space: string, period: Period, number: number): Buffer {
    const name = JSON.stringify(['pseudonym', space, period, number])
    const known = this.#keys.get(name)
    if (known) return known
    if (this.#keys.size > 10_000) this.#keys.clear()
    const key = createHmac('sha256', this.#secret).update(name).digest()
    this.#keys.set(name, key)
    return key
  }
}

/** One column to be hashed: where its rows are, and how they are told apart. */
export interface PseudonymNeed {
  field: DatasetField
  period: Period
}

export interface PseudonymTables {
  /** Rows of `key`, `period` and `pseudonym` for every identifier of the rows. */
  of(need: PseudonymNeed): From
}

/** Engines take lists of this many values at once. */
const listLength = 10_000
const mostPairs = 200_000

/** The key by which an identifier is joined: a text, or a number exact below 2^53. */
export const keyExpression = (field: DatasetField, of: Expression): Expression =>
  field.type === 'text' ? of : call('+', of, value(0))

/**
 * Makes the pseudonyms of all identifiers of some rows. `rows` has them as columns; `eventTime` is the column of the
 * day, absent where `period` is given as a number. Throws 422 when they are too many, and what the engine throws.
 */
export async function makePseudonyms(
  columnar: Pick<Columnar, 'query'>,
  pseudonyms: Pseudonyms,
  needs: readonly PseudonymNeed[],
  rows: { from: From; where?: Expression | undefined; eventTime: string | undefined; today: number },
  space: string,
): Promise<PseudonymTables> {
  const nameOf = ({ field, period }: PseudonymNeed) => `${period} ${field.name}`
  const tables = new Map<string, From>()
  for (const need of needs) {
    const key = keyExpression(need.field, column(columnName(need.field.name)))
    const groupBy = [key]
    if (rows.eventTime) groupBy.push(periodExpression(column(columnName(rows.eventTime)), need.period))
    const query: Query = {
      from: rows.from,
      ...(rows.where && { where: rows.where }),
      groupBy,
      select: groupBy.map((of, i) => ({ as: i === 0 ? 'key' : 'period', value: of })),
      limit: mostPairs + 1,
    }
    const found = await columnar.query(query, { maxRows: mostPairs + 1, class: 'derivation' })
    if (found.length > mostPairs)
      throw tooExpensive(
        'Too many identifiers would have to be replaced here.',
        'The owner can publish a derivation with fewer days.',
      )
    const isText = need.field.type === 'text'
    const keys: Literal[] = []
    const periods: Literal[] = []
    const names: Literal[] = []
    for (const row of found) {
      const identifier = row.key
      const number = rows.eventTime ? row.period : rows.today
      if (identifier === null || identifier === undefined || typeof number !== 'number') continue
      const name = pseudonyms.of(isText ? String(identifier) : Number(identifier), space, need.period, number)
      keys.push(isText ? String(identifier) : Number(identifier))
      periods.push(number)
      names.push(name)
    }
    tables.set(nameOf(need), valuesOf(keys, periods, names, isText))
  }
  return { of: (need) => tables.get(nameOf(need))! }
}

function valuesOf(keys: Literal[], periods: Literal[], names: Literal[], isText: boolean): From {
  const parts: From[] = []
  for (let i = 0; i < Math.max(keys.length, 1); i += listLength)
    parts.push({
      kind: 'values',
      columns: [
        // Values may not be empty: a key that no row has.
        {
          name: 'key',
          type: isText ? 'text' : 'double',
          values: keys.length > 0 ? keys.slice(i, i + listLength) : [isText ? '' : -0.5],
        },
        {
          name: 'period',
          type: 'double',
          values: keys.length > 0 ? periods.slice(i, i + listLength) : [-0.5],
        },
        {
          name: 'pseudonym',
          type: isText ? 'text' : 'integer',
          values: keys.length > 0 ? names.slice(i, i + listLength) : [isText ? '' : 0],
        },
      ],
    })
  if (parts.length === 1) return parts[0]!
  return { kind: 'union', of: parts.map((from): Query => ({ from })) }
}
