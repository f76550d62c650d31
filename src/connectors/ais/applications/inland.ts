import { type Field, flag, lat, lon, signed, spare, text, unsigned } from '../layout.ts'
import { monthToMinute } from './instants.ts'

/** 8: 200/10, inland ship (Inland AIS standard, resolution 2007/414/EC): barges of the Rhône. */
export const inlandShip: Field[] = [
  text('eni', 8, 'European vessel identification number'),
  unsigned('lengthM', 13, 'length, m', { per: 10, none: 0, highest: 8000 }),
  unsigned('beamM', 10, 'beam, m', { per: 10, none: 0, highest: 1000 }),
  unsigned(
    'eriType',
    14,
    'ship or convoy type, ERI code 1500–1999 (sea) or 8000–8999 (inland), or SOLAS code 1–99',
    {
      none: 0,
      highest: 8999,
    },
  ),
  unsigned('hazardCones', 3, 'blue cones 0–3, 4 = B flag', { none: [5, 7], highest: 4 }),
  unsigned('draughtM', 11, 'draught, m', { per: 100, none: 0, highest: 2000 }),
  unsigned('loadState', 2, '1 unloaded, 2 loaded', { none: [0, 3] }),
  flag('speedQualityHigh', 'speed from a better source than GNSS'),
  flag('courseQualityHigh', 'course from a better source than GNSS'),
  flag('headingQualityHigh', 'heading from a better source than GNSS'),
  spare(8),
]

const place: Field[] = [
  text('countryCode', 2, 'country, ISO 3166'),
  text('locode', 3, 'place, UN/LOCODE without country'),
  text('fairwaySection', 5, 'fairway section'),
  text('terminalCode', 5, 'terminal'),
  text('hectometre', 5, 'fairway hectometre'),
]

/** 6: 200/21, arrival estimated at a lock, bridge or terminal. */
export const inlandEta: Field[] = [
  ...place,
  ...monthToMinute('eta', 'estimated arrival'),
  unsigned('tugs', 3, 'assisting tugs', { none: 7 }),
  unsigned('airDraughtM', 12, 'height above water, m', { per: 100, none: 0, highest: 4000 }),
  spare(5),
]

/** 6: 200/22, the answer: arrival requested by the lock, bridge or terminal. */
export const inlandRta: Field[] = [
  ...place,
  ...monthToMinute('rta', 'requested arrival'),
  unsigned('lockState', 2, '0 operational, 1 limited, 2 out of order', { none: 3 }),
  spare(2),
]

/** 6: 200/55, persons on board of an inland ship. */
export const inlandPersons: Field[] = [
  unsigned('crew', 8, 'crew on board', { none: 255 }),
  unsigned('passengers', 13, 'passengers on board', { none: 8191 }),
  unsigned('personnel', 8, 'other personnel on board', { none: 255 }),
  spare(51),
]

/** 8: 200/23, EMMA weather warning. */
export const emmaWarning: Field[] = [
  ...['from', 'until'].flatMap((name) => [
    unsigned(`${name}Year`, 8, `warning ${name}: year`, { plus: 2000, none: [0, 255] }),
    unsigned(`${name}Month`, 4, `warning ${name}: month`, { none: 0, highest: 12 }),
    unsigned(`${name}Day`, 5, `warning ${name}: day of the month`, { none: 0 }),
  ]),
  ...['from', 'until'].flatMap((name) => [
    unsigned(`${name}Hour`, 5, `warning ${name}: hour`, { none: [24, 31], highest: 23 }),
    unsigned(`${name}Minute`, 6, `warning ${name}: minute`, { none: [60, 63], highest: 59 }),
  ]),
  lon(28, 600_000, 'fromLon'),
  lat(27, 600_000, 'fromLat'),
  lon(28, 600_000, 'untilLon'),
  lat(27, 600_000, 'untilLat'),
  unsigned(
    'warningType',
    4,
    '1 wind, 2 rain, 3 snow, 4 thunderstorm, 5 fog, 6 cold, 7 heat, 8 flood, 9 fire',
    {
      none: 0,
      highest: 9,
    },
  ),
  signed('lowestValue', 9, 'lowest value, in the unit of the warning', { none: [255, -255], lowest: -254 }),
  signed('highestValue', 9, 'highest value, in the unit of the warning', { none: [255, -255], lowest: -254 }),
  unsigned('severity', 2, '1 slight, 2 medium, 3 strong', { none: 0 }),
  unsigned('windFrom', 4, '1 N, 2 NE, 3 E, 4 SE, 5 S, 6 SW, 7 W, 8 NW', { none: 0, highest: 8 }),
  spare(6),
]

/** 8: 200/24, water levels at up to four gauges, relative to the local datum. */
export const waterLevels: Field[] = [
  text('countryCode', 2, 'country, ISO 3166'),
  {
    kind: 'list',
    name: 'gauges',
    meaning: 'gauges',
    most: 4,
    fields: [
      unsigned('gauge', 11, 'national number of the gauge', { none: 0 }),
      signed('waterLevelM', 14, 'water level, m', { per: 100, none: 0 }),
    ],
  },
]

/** 8: 200/40, light signals of locks and bridges. */
export const lightSignals: Field[] = [
  lon(28, 600_000),
  lat(27, 600_000),
  unsigned('signalForm', 4, 'form of the signal board', { none: [0, 15], highest: 14 }),
  unsigned('facingDeg', 9, 'direction the signal faces, degrees', { none: 511, highest: 359 }),
  unsigned('streamDirection', 3, '1 upstream, 2 downstream, 3 left bank, 4 right bank', {
    none: 0,
    highest: 4,
  }),
  unsigned('lights', 30, 'state of up to nine lights, one decimal digit each'),
  spare(11),
]
