/** A query as it comes in: parameters of the Explore API, and the trees they hold. */
import { parseChoice, parseFacet, parseGroupBy, parseOrderBy, parseSelect, parseWhere } from './clauses.ts'
import { inClause, Malformed } from './malformed.ts'
import type { Reading } from './relation.ts'
import type { FacetChoice, FacetRequest, GroupKey, Node, OrderItem, SelectItem } from './syntax.ts'

export interface QueryText {
  select?: string
  /** Several are ANDed. */
  where?: string | readonly string[]
  groupBy?: string
  orderBy?: string
  limit?: number
  offset?: number
  refine?: readonly string[]
  exclude?: readonly string[]
  /** Fields or facet(…); for facets only. */
  facet?: readonly string[]
  /** IANA name, default UTC. */
  timezone?: string
  /** Default fr. */
  lang?: string
}

export interface ParsedQuery {
  select: SelectItem[]
  where: Node[]
  groupBy: GroupKey[]
  orderBy: OrderItem[]
  limit: number | undefined
  offset: number | undefined
  refine: FacetChoice[]
  exclude: FacetChoice[]
  facets: FacetRequest[]
  zone: string
  lang: string
}

const maxChoices = 100

/**
 * Reads all clauses; nothing is looked up yet. Throws `odsql_error` (400) whose details are a `MalformedBody`: the
 * clause, the position in it, and what would have been understood there.
 */
export function parseQuery(text: QueryText): ParsedQuery {
  const wheres = text.where === undefined ? [] : typeof text.where === 'string' ? [text.where] : text.where
  for (const clause of ['refine', 'exclude', 'facet'] as const)
    if ((text[clause]?.length ?? 0) > maxChoices)
      inClause(clause, () => {
        throw new Malformed(`it is given more than ${maxChoices} times.`, { start: 0, end: 0 })
      })
  return {
    select: parseSelect(text.select ?? ''),
    where: wheres.flatMap((where) => parseWhere(where) ?? []),
    groupBy: parseGroupBy(text.groupBy ?? ''),
    orderBy: parseOrderBy(text.orderBy ?? ''),
    limit: text.limit,
    offset: text.offset,
    refine: (text.refine ?? []).map((choice) => parseChoice('refine', choice)),
    exclude: (text.exclude ?? []).map((choice) => parseChoice('exclude', choice)),
    facets: (text.facet ?? []).flatMap(parseFacet),
    zone: checkTimezone(text.timezone ?? 'UTC'),
    lang: checkLanguage(text.lang ?? 'fr'),
  }
}

export const readingOf = ({ zone, lang }: ParsedQuery, now: Date): Reading => ({
  zone,
  lang,
  nowMs: now.getTime(),
})

/** Not by the runtime's list of zones, which lacks UTC and links such as US/Eastern. */
function checkTimezone(zone: string): string {
  return inClause('timezone', () => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone })
      // Offsets such as +02:00 are zones for the runtime, not for every engine.
      if (/^[A-Za-z]/.test(zone)) return zone
    } catch {
      // Said below.
    }
    throw new Malformed(`there is no time zone “${zone.slice(0, 40)}”.`, { start: 0, end: zone.length }, [
      'Europe/Paris',
      'UTC',
    ])
  })
}

const languages = 'en fr nl pt it ar de es ca eu sv'.split(' ')

function checkLanguage(lang: string): string {
  return inClause('lang', () => {
    if (languages.includes(lang)) return lang
    throw new Malformed(
      `“${lang.slice(0, 20)}” is no language of answers.`,
      { start: 0, end: lang.length },
      languages,
    )
  })
}
