import { type ChoiceField, type Field, type ListField, lat, lon, spare, text, unsigned } from '../layout.ts'
import { monthToMinute } from './instants.ts'

const linkage = unsigned('linkageId', 10, 'links messages of one sender that belong together', { none: 0 })
const durationMin = unsigned('durationMin', 18, 'minutes from the start; 0 = cancelled', { none: 262_143 })

const scale = unsigned('scale', 2, 'power of ten of the dimensions')
const centre: Field[] = [
  scale,
  lon(25, 60_000),
  lat(24, 60_000),
  unsigned('precision', 3, 'decimals of the position'),
]
const angle = (name: string, meaning: string) =>
  unsigned(name, 9, `${meaning}, degrees from true north`, { highest: 359 })

const legs = (most: number): ListField => ({
  kind: 'list',
  name: 'legs',
  meaning: 'from point to point',
  most,
  fields: [
    unsigned('bearingDeg', 10, 'bearing, degrees from true north', {
      per: 2,
      none: [720, 1023],
      highest: 719,
    }),
    unsigned('distanceM', 10, 'distance, m; 0 = no further point'),
  ],
})

/** Dimensions come divided by a power of ten, which this undoes; legs without length are no legs. */
function scaled(item: Record<string, unknown>): Record<string, unknown> {
  const { scale: power, ...area } = item
  if (typeof power !== 'number') return area
  for (const name of ['radiusM', 'eastM', 'northM']) {
    if (typeof area[name] === 'number') area[name] *= 10 ** power
  }
  if (Array.isArray(area.legs)) {
    area.legs = area.legs
      .filter((leg) => leg.distanceM > 0)
      .map((leg) => ({ ...leg, distanceM: leg.distanceM * 10 ** power }))
  }
  return area
}

const areas: ChoiceField = {
  kind: 'choice',
  name: 'areas',
  meaning: 'sub-areas; lines and polygons start from the point before them',
  most: 10,
  itemBits: 87,
  codeName: 'shape',
  codeBits: 3,
  common: [],
  derive: scaled,
  choices: {
    0: { name: 'circle', fields: [...centre, unsigned('radiusM', 12, 'radius, m; 0 = a point'), spare(18)] },
    1: {
      name: 'rectangle',
      fields: [
        ...centre,
        unsigned('eastM', 8, 'extent to the east, m'),
        unsigned('northM', 8, 'extent to the north, m'),
        angle('orientationDeg', 'rotation'),
        spare(5),
      ],
    },
    2: {
      name: 'sector',
      fields: [
        ...centre,
        unsigned('radiusM', 12, 'radius, m'),
        angle('leftDeg', 'left edge'),
        angle('rightDeg', 'right edge'),
      ],
    },
    3: { name: 'polyline', fields: [scale, legs(4), spare(2)] },
    4: { name: 'polygon', fields: [scale, legs(4), spare(2)] },
    5: { name: 'text', fields: [text('text', 14, 'text of the notice')] },
  },
}

/** 8: 1/22 and 6: 1/23, area notice (IMO SN.1/Circ.289). */
export const areaNotice: Field[] = [
  linkage,
  unsigned('noticeCode', 7, 'what is noticed, SN.1/Circ.289 table 11.11', { none: 127 }),
  ...monthToMinute('start', 'start'),
  durationMin,
  areas,
]

/** 8: 1/27 and 6: 1/28, route information. */
export const route: Field[] = [
  linkage,
  unsigned('senderClass', 3, '0 ship, 1 authority'),
  unsigned(
    'routeType',
    5,
    '1 mandatory, 2 recommended, 3 alternative, 4 through ice, 5 ship’s plan, 31 cancel',
    {
      none: 0,
    },
  ),
  ...monthToMinute('start', 'start'),
  durationMin,
  unsigned('waypointCount', 5, 'number of waypoints', { highest: 16 }),
  {
    kind: 'list',
    name: 'waypoints',
    meaning: 'waypoints',
    most: 16,
    countedBy: 'waypointCount',
    fields: [lon(28, 600_000), lat(27, 600_000)],
  },
]

/** 8: 1/29 and 6: 1/30, text about another message. */
export const linkedText: Field[] = [linkage, text('text', 0, 'text')]

/** 8: 1/13, fairway closed (IMO SN/Circ.236). */
export const fairwayClosed: Field[] = [
  text('reason', 20, 'reason of the closing'),
  text('closedFrom', 20, 'closed from'),
  text('closedTo', 20, 'closed to'),
  unsigned('extension', 10, 'radius, in the unit of extensionUnit', { none: [1001, 1023], highest: 1000 }),
  unsigned('extensionUnit', 2, '0 m, 1 km, 2 NM, 3 cables'),
  ...['from', 'until'].flatMap((name) => [
    unsigned(`${name}Day`, 5, `closed ${name}: day of the month`, { none: 0 }),
    unsigned(`${name}Month`, 4, `closed ${name}: month`, { none: [0, 15], highest: 12 }),
    unsigned(`${name}Hour`, 5, `closed ${name}: hour`, { none: [24, 31], highest: 23 }),
    unsigned(`${name}Minute`, 6, `closed ${name}: minute`, { none: [60, 63], highest: 59 }),
  ]),
  spare(4),
]

/** 8: 1/19, marine traffic signal at a harbour or channel entrance. */
export const trafficSignal: Field[] = [
  linkage,
  text('signalStation', 20, 'name of the signal station'),
  lon(25, 60_000),
  lat(24, 60_000),
  unsigned('signalState', 2, '1 regular, 2 irregular service', { none: [0, 3] }),
  unsigned('signal', 5, 'signal shown: 1–5 IALA signals 1–5, 6 = 2a, 7 = 5a, 8–13 Japan', {
    none: [0, 31],
    highest: 13,
  }),
  unsigned('nextHour', 5, 'next signal: hour', { none: [24, 31], highest: 23 }),
  unsigned('nextMinute', 6, 'next signal: minute', { none: [60, 63], highest: 59 }),
  unsigned('nextSignal', 5, 'signal expected next', { none: [0, 31], highest: 13 }),
  spare(102),
]

/** Call signs and names come as seven six-bit characters in the bits of the number. */
function identified(item: Record<string, unknown>): Record<string, unknown> {
  const { identifierHigh, identifierLow, ...target } = item
  const high = Number(identifierHigh)
  const low = Number(identifierLow)
  if (target.identifierType === 'mmsi' || target.identifierType === 'imo') {
    return { ...target, identifier: String(high * 2 ** 30 + low) }
  }
  const sextets = [
    high >> 6,
    high & 63,
    low >> 24,
    (low >> 18) & 63,
    (low >> 12) & 63,
    (low >> 6) & 63,
    low & 63,
  ]
  const end = sextets.indexOf(0)
  const characters = sextets.slice(0, end < 0 ? 7 : end).map((six) => (six < 32 ? six + 64 : six))
  return { ...target, identifier: String.fromCharCode(...characters).trimEnd() || null }
}

const target: Field[] = [
  unsigned('identifierHigh', 12, 'identifier'),
  unsigned('identifierLow', 30, 'identifier'),
  spare(4),
  lat(24, 60_000),
  lon(25, 60_000),
  unsigned('cogDeg', 9, 'course over ground, degrees', { none: [360, 511], highest: 359 }),
  unsigned('utcSecond', 6, 'UTC second of the position', { none: [60, 61, 62, 63] }),
  unsigned('sogKn', 8, 'speed over ground, kn', { none: 255 }),
]

/** 8: 1/17, targets that a vessel traffic service tracks by radar. */
export const vtsTargets: Field[] = [
  {
    kind: 'choice',
    name: 'targets',
    meaning: 'targets; identifier is an MMSI, an IMO number, a call sign or another name',
    most: 4,
    itemBits: 120,
    codeName: 'identifierType',
    codeBits: 2,
    common: [],
    derive: identified,
    choices: {
      0: { name: 'mmsi', fields: target },
      1: { name: 'imo', fields: target },
      2: { name: 'call-sign', fields: target },
      3: { name: 'other', fields: target },
    },
  },
]
