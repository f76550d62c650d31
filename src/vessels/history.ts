import {
  and,
  call,
  column,
  type Expression,
  instant,
  or,
  type Query,
  table,
  value,
} from '../engines/columnar/query.ts'
import type { Box } from './rules.ts'

/** The queries of the stored past, as the AST; the service runs them. */

const epochMs: Expression = call('epoch-ms', column('at'))

const between = (name: string, from: Expression, to: Expression): Expression =>
  and(call('>=', column(name), from), call('<=', column(name), to))

function inBox([west, south, east, north]: Box): Expression {
  const lat = between('lat', value(south), value(north))
  if (west <= east) return and(lat, between('lon', value(west), value(east)))
  return and(lat, or(call('>=', column('lon'), value(west)), call('<=', column('lon'), value(east))))
}

/** Positions that the track of their vessel believes: neither jumps nor 0° 0°. */
export const believable: Expression = or(
  call('is-null', column('flags')),
  and(
    { kind: 'not', of: call('contains', column('flags'), value('jump')) },
    { kind: 'not', of: call('contains', column('flags'), value('null-island')) },
  ),
)

const located: Expression = { kind: 'not', of: call('is-null', column('lon')) }

/** A vessel at 40 kn crosses this in the look-back: what the last position of a vessel near the box may be off by. */
const marginDeg = 0.7

const widen = ([west, south, east, north]: Box): Box => [
  Math.max(-180, west - marginDeg),
  Math.max(-90, south - marginDeg),
  Math.min(180, east + marginDeg),
  Math.min(90, north + marginDeg),
]

/** How far back the last position of a vessel is looked for: moored ships report every 3 min, receivers have gaps. */
export const lookBackMs = 3_600_000

/** The last position before `atMs` of every vessel that was in the box then. */
export function latestInBox(positions: string, box: Box, atMs: number): Query {
  return {
    from: {
      kind: 'query',
      query: {
        from: table(positions),
        where: and(
          between('at', instant(new Date(atMs - lookBackMs)), instant(new Date(atMs))),
          inBox(widen(box)),
          believable,
        ),
        latestBy: { keys: ['mmsi'], by: 'at', tieBreak: '_seq' },
      },
    },
    where: inBox(box),
  }
}

/** Positions of one vessel in time order. */
export function trackOf(positions: string, mmsi: number, fromMs: number, toMs: number, limit: number): Query {
  return {
    from: table(positions),
    where: and(
      call('=', column('mmsi'), value(mmsi)),
      between('at', instant(new Date(fromMs)), instant(new Date(toMs))),
      believable,
      located,
    ),
    select: [
      { as: 'lon', value: column('lon') },
      { as: 'lat', value: column('lat') },
      { as: 'ms', value: epochMs },
      { as: 'sogKn', value: column('sogKn') },
      { as: 'cogDeg', value: column('cogDeg') },
    ],
    orderBy: [{ by: column('at') }],
    limit,
  }
}

/** Number of positions in each step of `bucketMs` since 1970. */
export function activityOf(positions: string, fromMs: number, toMs: number, bucketMs: number): Query {
  const bucket: Expression = { kind: 'grid', of: epochMs, size: bucketMs }
  return {
    from: table(positions),
    where: and(
      call('>=', column('at'), instant(new Date(fromMs))),
      call('<', column('at'), instant(new Date(toMs))),
    ),
    select: [
      { as: 'bucket', value: bucket },
      { as: 'positions', value: { kind: 'aggregate', fn: 'count' } },
    ],
    groupBy: [bucket],
  }
}

/** One place per vessel and half minute of the recent past, for trails. */
export function trailsIn(positions: string, box: Box, fromMs: number, toMs: number): Query {
  const bucket: Expression = { kind: 'grid', of: epochMs, size: 30_000 }
  const last = (name: string): { kind: 'aggregate'; fn: 'last'; of: Expression; by: Expression } => ({
    kind: 'aggregate',
    fn: 'last',
    of: column(name),
    by: column('at'),
  })
  return {
    from: table(positions),
    where: and(
      between('at', instant(new Date(fromMs)), instant(new Date(toMs))),
      inBox(widen(box)),
      believable,
      call('>', column('sogKn'), value(0.5)),
    ),
    select: [
      { as: 'mmsi', value: column('mmsi') },
      { as: 'bucket', value: bucket },
      { as: 'lon', value: last('lon') },
      { as: 'lat', value: last('lat') },
      { as: 'ms', value: { kind: 'aggregate', fn: 'max', of: epochMs } },
    ],
    groupBy: [column('mmsi'), bucket],
  }
}

/** Everything a vessel stated, one row per distinct statement with its first and last time. */
export function statementsOf(statics: string, mmsi: number): Query {
  const stated = [
    'name',
    'callSign',
    'imo',
    'shipType',
    'toBowM',
    'toSternM',
    'toPortM',
    'toStarboardM',
    'destination',
    'draughtM',
  ]
  return {
    from: table(statics),
    where: call('=', column('mmsi'), value(mmsi)),
    select: [
      ...stated.map((name) => ({ as: `${name}Stated`, value: column(name) })),
      { as: 'sinceMs', value: { kind: 'aggregate', fn: 'min', of: epochMs } },
      { as: 'untilMs', value: { kind: 'aggregate', fn: 'max', of: epochMs } },
      { as: 'source', value: { kind: 'aggregate', fn: 'last', of: column('_src'), by: column('at') } },
    ],
    groupBy: stated.map(column),
    limit: 2_000,
  }
}

/** First and last stored position. */
export function spanOf(positions: string): Query {
  return {
    from: table(positions),
    select: [
      { as: 'firstMs', value: { kind: 'aggregate', fn: 'min', of: epochMs } },
      { as: 'lastMs', value: { kind: 'aggregate', fn: 'max', of: epochMs } },
    ],
  }
}
