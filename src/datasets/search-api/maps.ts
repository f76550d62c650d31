/** What the map of the widgets asks of the Search API v1. */
import type { Call } from '../explore/call.ts'
import { invalidParameter } from '../explore/parameters.ts'
import { askOf } from '../explore/records.ts'
import { geometryOf } from '../exports/geometry.ts'
import { planQuery } from '../odsql/compile.ts'
import { parseQuery, type QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { runPlan } from '../odsql/run.ts'
import type { DatasetField } from '../schema.ts'
import { fieldName } from './query-language.ts'

const maxClusters = 20_000
const maxShapes = 1_000

/** The field asked for, or the first of the first of these types. */
function placeOf(
  { fields }: Relation,
  { parameters }: Call,
  types: readonly DatasetField['type'][],
): DatasetField {
  const asked = parameters.text('clusterfield') ?? parameters.text('geofield')
  const [found] = types.flatMap((wanted) =>
    fields.filter(({ name, type }) => type === wanted && (asked === undefined || name === asked)),
  )
  if (!found) throw invalidParameter('dataset', asked ?? '', `a field of ${types.join(' or ')}`)
  return found
}

/** `clusterprecision` is the zoom of the map, `clusterdistance` the radius in pixels. */
export async function clustersOf(call: Call, relation: Relation, text: QueryText) {
  const { parameters, asking } = call
  const field = placeOf(relation, call, ['geo_point_2d'])
  const zoom = parameters.whole('clusterprecision', 0, 25) ?? 8
  const radius = parameters.whole('clusterdistance', 1, 1_000) ?? 40
  const parsed = parseQuery({
    ...text,
    select: 'count(*) as n',
    groupBy: `geo_cluster(${fieldName(field.name)}, ${zoom}, ${radius}) as place`,
    orderBy: 'n desc',
  })
  const plan = planQuery({ ...parsed, limit: maxClusters }, relation, { now: asking.now })
  const { results } = await runPlan(plan, askOf(asking))
  const clusters = results.flatMap(({ place, n }) => {
    const centre = place as { lat: number; lon: number } | null
    return centre ? [{ cluster_center: [centre.lat, centre.lon], count: Number(n) }] : []
  })
  const counts = clusters.map(({ count }) => count)
  return {
    clusters,
    count: {
      min: counts.reduce((least, n) => Math.min(least, n), counts[0] ?? 0),
      max: counts.reduce((most, n) => Math.max(most, n), 0),
    },
    clusterprecision: zoom,
  }
}

/** Geometries with how many records have them, as far as a map can show. */
export async function previewOf(call: Call, relation: Relation, text: QueryText) {
  const { asking } = call
  const field = placeOf(relation, call, ['geo_shape', 'geo_point_2d'])
  const parsed = parseQuery({ ...text, select: `${fieldName(field.name)} as place` })
  const plan = planQuery({ ...parsed, limit: maxShapes }, relation, { now: asking.now, order: 'physical' })
  const { results } = await runPlan(plan, askOf(asking))
  const counts = new Map<string, number>()
  for (const { place } of results) {
    const geometry = geometryOf(place)
    if (geometry) counts.set(JSON.stringify(geometry), (counts.get(JSON.stringify(geometry)) ?? 0) + 1)
  }
  return [...counts].map(([geometry, count]) => ({ geometry: JSON.parse(geometry), count }))
}

/** West, south, east, north and the number of records with a place. */
export async function boundingBox(call: Call, relation: Relation, text: QueryText) {
  const { asking } = call
  const field = placeOf(relation, call, ['geo_point_2d', 'geo_shape'])
  const name = fieldName(field.name)
  const where = [...(text.where ?? []), `${name} is not null`]
  const parsed = parseQuery({ ...text, where, select: `bbox(${name}) as box, count(*) as n` })
  const plan = planQuery(parsed, relation, { now: asking.now })
  const [found] = (await runPlan(plan, askOf(asking))).results
  const geometry = geometryOf(found?.box)
  if (geometry?.type !== 'Polygon') return { bbox: [], count: 0 }
  const [ring = []] = geometry.coordinates
  const xs = ring.map(([x]) => x)
  const ys = ring.map(([, y]) => y)
  return {
    bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    count: Number(found?.n ?? 0),
  }
}
