/**
 * Pages past the wall: a place in a total order, sealed so that only we can have made it and only we can read it: orders end
 * in columns that are never shown.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Cell, Row } from '../../engines/columnar/columnar.ts'
import { call, type Expression, not, type Ordering, type Query, value } from '../../engines/columnar/query.ts'
import { LacydonError } from '../../errors.ts'
import { invalidParameter } from './parameters.ts'

export interface Place {
  dataset: string
  /** `at=` of the rows that the walk sees; null where rows keep no past. */
  moment: string | null
  fingerprint: string
  /** Of everything that decides rows and their order. */
  queryHash: string
  /** Value of each ordering in the last row; null before the first page. */
  after: Cell[] | null
  expiresAtMs: number
}

const lifetimeMs = 24 * 3_600_000

export const queryHashOf = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)

const cipherName = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const keyOf = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'cursor', 32))

export function writeCursor(place: Omit<Place, 'expiresAtMs'>, secret: string, now: Date): string {
  const whole: Place = { ...place, expiresAtMs: now.getTime() + lifetimeMs }
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(cipherName, keyOf(secret), nonce)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(whole)), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

function unseal(text: string, secret: string): Place | undefined {
  const bytes = Buffer.from(text, 'base64url')
  try {
    const decipher = createDecipheriv(cipherName, keyOf(secret), bytes.subarray(0, nonceBytes))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    const opened = decipher.update(bytes.subarray(nonceBytes + tagBytes))
    return JSON.parse(Buffer.concat([opened, decipher.final()]).toString()) as Place
  } catch {
    return undefined
  }
}

const gone = (why: string) =>
  new LacydonError('cursor_gone', 410, `The walk of this cursor cannot go on: ${why}.`, {
    help: 'Begin again with cursor=*.',
  })

/** Reads a cursor back. Throws 400 for one that we did not make, 410 for one past its time. */
export function readCursor(text: string, secret: string, now: Date): Place {
  const place = unseal(text, secret)
  if (!place) throw invalidParameter('cursor', text, '* or the next_cursor of an answer')
  if (place.expiresAtMs < now.getTime()) throw gone('it is older than a day')
  return place
}

/** Throws 410 when the rights have changed, 400 when the cursor is of another question. */
export function checkPlace(place: Place, asked: Pick<Place, 'dataset' | 'fingerprint' | 'queryHash'>): void {
  if (place.dataset !== asked.dataset || place.queryHash !== asked.queryHash)
    throw invalidParameter('cursor', 'that of another question', 'the same dataset and clauses on every page')
  if (place.fingerprint !== asked.fingerprint) throw gone('what you may see has changed')
}

/** When the version of a walk is purged there is nothing to go on with. */
export function asGone(error: unknown): never {
  if (error instanceof LacydonError && (error.code === 'gone' || error.code === 'not_found'))
    throw gone('its version is no longer kept')
  throw error
}

const keyName = (i: number) => `:order${i}`

/** The query from `after` on, with the value of each ordering beside each row. */
export function keysetQuery(query: Query, after: Cell[] | null, limit: number): Query {
  const orderBy = query.orderBy ?? []
  // One more row tells whether there is a next page.
  const page: Query = {
    ...query,
    limit: limit + 1,
    select: [...(query.select ?? []), ...orderBy.map(({ by }, i) => ({ as: keyName(i), value: by }))],
  }
  if (!after) return page
  const beyond = isBeyond(orderBy, after)
  return { ...page, where: query.where ? { kind: 'and', of: [query.where, beyond] } : beyond }
}

export const placeOf = (row: Row, { orderBy = [] }: Query): Cell[] =>
  orderBy.map((_, i) => row[keyName(i)] ?? null)

/** Rows after a key, NULLs last in both directions: beyond in the first ordering, or equal there and beyond in the next. */
function isBeyond(orderBy: readonly Ordering[], after: readonly Cell[]): Expression {
  const ways = orderBy.flatMap(({ by, descending }, i): Expression[] => {
    const cell = after[i] ?? null
    // Nothing comes after NULL.
    if (cell === null) return []
    const further = call(descending ? '<' : '>', by, value(cell))
    const beyond: Expression = { kind: 'or', of: [further, call('is-null', by)] }
    const equals = orderBy.slice(0, i).map((before, j): Expression => {
      const known = after[j] ?? null
      return known === null ? call('is-null', before.by) : call('=', before.by, value(known))
    })
    return [{ kind: 'and', of: [...equals, beyond] }]
  })
  return ways.length > 0 ? { kind: 'or', of: ways } : not(value(true))
}
