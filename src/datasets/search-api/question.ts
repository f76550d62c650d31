/** Parameters of the Search API v1 as a question of ODSQL. */

import { invalidParameter, type Parameters } from '../explore/parameters.ts'
import type { QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { distanceWhere, fieldName, polygonWhere, whereOf } from './query-language.ts'

const maxRows = 10_000
const defaultRows = 10

export interface Question {
  text: QueryText
  /** Fields whose values are alternatives are marked so for this question. */
  relation: Relation
}

/** Which rows: q, refine, exclude, geofilter, disjunctive. Throws 400. */
export function questionOf(parameters: Parameters, relation: Relation, now: Date): Question {
  const { fields } = relation
  const where = [...parameters.all('q'), ...parameters.all('query')].flatMap(
    (q) => whereOf(q, fields, now) ?? [],
  )
  const place = fields.find(({ type }) => type === 'geo_point_2d' || type === 'geo_shape')
  const distance = parameters.text('geofilter.distance')
  const polygon = parameters.text('geofilter.polygon')
  for (const [name, text] of [
    ['geofilter.distance', distance],
    ['geofilter.polygon', polygon],
  ] as const)
    if (text !== undefined && !place) throw invalidParameter(name, text, 'a dataset with a field of places')
  if (distance !== undefined) {
    const [lat = '', lon = '', metres = '0'] = distance.split(',').map((part) => part.trim())
    where.push(distanceWhere(place!.name, [lat, lon, metres]))
  }
  if (polygon !== undefined) where.push(polygonWhere(place!.name, polygon))
  const disjunctive = new Set(
    parameters
      .startingWith('disjunctive.')
      .flatMap(([name, value]) => (/^(true|1|on)$/i.test(value) ? [name] : [])),
  )
  const choices = (prefix: string) =>
    parameters.startingWith(prefix).map(([name, value]) => `${fieldName(name)}:${value}`)
  return {
    text: {
      where,
      refine: choices('refine.'),
      exclude: choices('exclude.'),
      timezone: parameters.text('timezone'),
      lang: parameters.text('lang'),
    },
    relation: {
      ...relation,
      fields: fields.map((field) =>
        disjunctive.has(field.name)
          ? { ...field, annotations: { ...field.annotations, disjunctive: true } }
          : field,
      ),
    },
  }
}

/** `sort` is descending here, and `-` makes it ascending: the other way round than in v2.1. */
export const orderOf = (parameters: Parameters): string | undefined =>
  parameters
    .list('sort')
    ?.split(',')
    .map((name) => (name.startsWith('-') ? `${fieldName(name.slice(1))} asc` : `${fieldName(name)} desc`))
    .join(', ')

/** rows and start. Throws 400 past 10,000. */
export function windowOf(parameters: Parameters): { rows: number; start: number } {
  const rows = parameters.whole('rows', -1, maxRows) ?? defaultRows
  const start = parameters.whole('start', 0, maxRows) ?? 0
  const wanted = rows === -1 ? maxRows - start : rows
  if (start + wanted > maxRows)
    throw invalidParameter('start', String(start), `start + rows of at most ${maxRows}`)
  return { rows: wanted, start }
}

/** What was asked, as answers repeat it. */
export function echoOf(parameters: Parameters, datasetId: string | undefined): Record<string, unknown> {
  const echo: Record<string, unknown> = { ...(datasetId !== undefined && { dataset: datasetId }) }
  for (const [name, value] of parameters.startingWith('')) {
    if (/^(apikey|access_token|callback|dataset)$/.test(name)) continue
    const [group, field] = /^(refine|exclude|disjunctive)\.(.+)$/.exec(name)?.slice(1) ?? []
    if (group && field) echo[group] = { ...(echo[group] as object), [field]: value }
    else echo[name] = echo[name] === undefined ? value : [echo[name], value].flat()
  }
  return { rows: defaultRows, start: 0, format: 'json', timezone: 'UTC', ...echo }
}
