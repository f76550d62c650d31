/** The parameters of a request as values. What is not known is ignored; what is wrong is said with what to write. */
import { LacydonError } from '../../errors.ts'
import type { QueryText } from '../odsql/query-text.ts'

/** 400 with the error code of the Explore API. */
export const invalidParameter = (name: string, found: string, expected: string) =>
  new LacydonError(
    'InvalidRESTParameterError',
    400,
    `Invalid value for ${name} API parameter: ${found.slice(0, 80)} was found but ${expected} is expected.`,
    { details: { parameter: name } },
  )

/** `a=1&b=2` of the address and of a form, together. */
export class Parameters {
  readonly #given: URLSearchParams
  #text: string | undefined
  #namesNow: boolean | undefined

  constructor(query: string, form = '') {
    this.#given = new URLSearchParams(query)
    for (const [name, value] of new URLSearchParams(form)) this.#given.append(name, value)
  }

  toString(): string {
    this.#text ??= this.#given.toString()
    return this.#text
  }

  /** Whether a clause may mean the present moment. */
  get namesNow(): boolean {
    this.#namesNow ??= /\bnow\s*\(/i.test(
      ['select', 'where', 'group_by', 'order_by'].map((name) => this.list(name)).join(' '),
    )
    return this.#namesNow
  }

  /** The same with one parameter as given, whatever it was. */
  with(name: string, value: string): Parameters {
    const given = new URLSearchParams(this.#given)
    given.set(name, value)
    return new Parameters(given.toString())
  }

  /** The last of several; empty counts as absent. */
  text(name: string): string | undefined {
    return this.#given.getAll(name).at(-1) || undefined
  }

  all(name: string): string[] {
    return this.#given.getAll(name).filter((value) => value !== '')
  }

  /** Lists may be written in one parameter or in several. */
  list(name: string): string | undefined {
    return this.all(name).join(',') || undefined
  }

  /** Names with this beginning, without it, and their values: `refine.theme`. */
  startingWith(prefix: string): [string, string][] {
    return [...this.#given].flatMap(([name, value]): [string, string][] =>
      name.startsWith(prefix) && name.length > prefix.length ? [[name.slice(prefix.length), value]] : [],
    )
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name)
    if (text === undefined) return fallback
    if (/^(true|1|yes|on)$/i.test(text)) return true
    if (/^(false|0|no|off)$/i.test(text)) return false
    throw invalidParameter(name, text, 'true or false')
  }

  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = Number(text)
    if (!/^\s*-?\d{1,15}\s*$/.test(text) || number < least || number > most)
      throw invalidParameter(name, text, `${least} <= ${name} <= ${most}`)
    return number
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name)
    if (text === undefined) return fallback
    const found = choices.find((choice) => choice === text)
    if (found === undefined)
      throw invalidParameter(name, text, choices.map((c) => JSON.stringify(c)).join(', '))
    return found
  }
}

/** The clauses of ODSQL, without limit and offset. */
export const queryTextOf = (parameters: Parameters): QueryText => ({
  select: parameters.list('select'),
  where: parameters.all('where'),
  groupBy: parameters.list('group_by'),
  orderBy: parameters.list('order_by'),
  refine: parameters.all('refine'),
  exclude: parameters.all('exclude'),
  facet: parameters.all('facet'),
  timezone: parameters.text('timezone'),
  lang: parameters.text('lang'),
})

export interface Page {
  limit: number
  offset: number
}

const walls = {
  rows: { limit: 100, sum: 10_000 },
  groups: { limit: 20_000, sum: 20_000 },
}
const defaultLimit = 10

/** limit and offset of a page; −1 asks for as much as there may be. Throws 400 beyond the walls, naming the ways past them. */
export function pageOf(parameters: Parameters, of: keyof typeof walls): Page {
  const wall = walls[of]
  const asked = parameters.whole('limit', -1, wall.limit) ?? defaultLimit
  const offset = parameters.whole('offset', 0, Number.MAX_SAFE_INTEGER) ?? 0
  const limit = asked === -1 ? Math.max(0, Math.min(wall.limit, wall.sum - offset)) : asked
  if (offset + limit > wall.sum || offset > wall.sum) {
    const ways = of === 'rows' ? 'cursor=* pages further, and exports have no limit' : 'exports have no limit'
    throw new LacydonError(
      'InvalidRESTParameterError',
      400,
      `Invalid value for offset API parameter: offset + limit is ${offset + limit} but at most ${wall.sum} is expected; ${ways}.`,
      { details: { parameter: 'offset' } },
    )
  }
  return { limit, offset }
}

/** How many rows an export has at most; undefined for all. */
export const exportLimit = (parameters: Parameters): number | undefined => {
  const limit = parameters.whole('limit', -1, Number.MAX_SAFE_INTEGER) ?? -1
  return limit === -1 ? undefined : limit
}
