import { addressed, data, type Gpsd, monthToMinute, orNull, place, rawOf, text } from './gpsd.suite.ts'

type Fields = Record<string, unknown>

/** gpsd name, our name, raw units in one of ours, raw offset, raw values for “none”. */
type Row = [string, string, number, number, number[]]

const degrees = (...names: [string, string][]): Row[] =>
  names.map(([theirs, ours]) => [theirs, ours, 1, 0, [360, 511]])
const tenths = (none: number, ...names: [string, string][]): Row[] =>
  names.map(([theirs, ours]) => [theirs, ours, 10, 0, [none]])
const whole = (none: number[], ...names: [string, string][]): Row[] =>
  names.map(([theirs, ours]) => [theirs, ours, 1, 0, none])

const shared: Row[] = [
  ...whole([127], ['wspeed', 'windSpeedKn'], ['wgust', 'windGustKn']),
  ...degrees(['wdir', 'windDirectionDeg'], ['wgustdir', 'windGustDirectionDeg']),
  ...whole([101, 127], ['humidity', 'humidityPct']),
  ...tenths(
    255,
    ['cspeed', 'currentSpeedKn'],
    ['cspeed2', 'current2SpeedKn'],
    ['cspeed3', 'current3SpeedKn'],
  ),
  ...degrees(
    ['cdir', 'currentDirectionDeg'],
    ['cdir2', 'current2DirectionDeg'],
    ['cdir3', 'current3DirectionDeg'],
  ),
  ...whole([31], ['cdepth2', 'current2DepthM'], ['cdepth3', 'current3DepthM']),
  ...tenths(255, ['waveheight', 'waveHeightM'], ['swellheight', 'swellHeightM']),
  ...whole([63], ['waveperiod', 'wavePeriodS'], ['swellperiod', 'swellPeriodS']),
  ...degrees(['wavedir', 'waveDirectionDeg'], ['swelldir', 'swellDirectionDeg']),
  ...whole([13, 14, 15], ['seastate', 'seaStateBeaufort']),
]

const weather236: Row[] = [
  ...shared,
  ['airtemp', 'airTemperatureC', 10, 600, [2047]],
  ['dewpoint', 'dewPointC', 10, 200, [1023]],
  ['pressure', 'airPressureHpa', 1, -800, [511]],
  ['visibility', 'visibilityNm', 10, 0, [255]],
  ['waterlevel', 'waterLevelM', 10, 100, [511]],
  ['watertemp', 'waterTemperatureC', 10, 100, [1023]],
  ['salinity', 'salinityPct', 10, 0, [511]],
]

const weather289: Row[] = [
  ...shared,
  ['airtemp', 'airTemperatureC', 10, 0, [-1024]],
  ['dewpoint', 'dewPointC', 10, 0, [501]],
  ['pressure', 'airPressureHpa', 1, -799, [511, 403]],
  ['visibility', 'visibilityNm', 10, 0, [127]],
  ['watertemp', 'waterTemperatureC', 10, 0, [501]],
  ['salinity', 'salinityPct', 10, 0, [510, 511]],
]

// gpsd's words for 1 and 2 are the other way round than in the circulars; its raw codes are not.
const trends = ['steady', 'increasing', 'decreasing']
const trend = (value: unknown) =>
  typeof value === 'number' ? orNull(value, 3) : orNull(trends.indexOf(String(value)), -1)

function readRows(o: Gpsd, rows: Row[]): Fields {
  const fields: Fields = {}
  for (const [theirs, ours, per, offset, none] of rows) {
    // gpsd adds the offset in scaled mode only.
    const raw = rawOf(o, theirs, per, -offset)
    fields[ours] = none.includes(raw) ? null : (raw - offset) / per
  }
  return fields
}

function weather(o: Gpsd, rows: Row[]): Fields {
  const [, day, hour, minute] = /^(\d+)T(\d+):(\d+)Z$/.exec(String(o.timestamp))!.map(Number)
  const code = (value: unknown, none: number) =>
    orNull(value === 'N/A' ? none : value === 'no' ? 0 : value, none)
  return {
    ...placeOf(o),
    observedDay: orNull(day, 0, ...(o.fid === (11 as never) ? [31] : [])),
    observedHour: hour! < 24 ? hour : null,
    observedMinute: minute! < 60 ? minute : null,
    ...readRows(o, rows),
    airPressureTrend: trend(o.pressuretend),
    waterLevelTrend: trend(o.leveltrend),
    precipitationType: code(o.preciptype, 7),
    iceCode: code(o.ice, 3),
  }
}

/** Coordinates in 1/1000 minute, with the “none” of 1/11 (the highest value) or of 1/31. */
function placeOf(o: Gpsd): Fields {
  const { lon, lat } = place(o, 60_000)
  return {
    lon: Math.abs(Number(lon) - 0xffffff / 60_000) < 1e-4 ? null : lon,
    lat: Math.abs(Number(lat) - 0x7fffff / 60_000) < 1e-4 ? null : lat,
  }
}

const applications: Record<string, (o: Gpsd) => Fields> = {
  '8:1/11': (o) => weather(o, weather236),
  '8:1/31': (o) => ({
    ...weather(o, weather289),
    accuracyHigh: o.accuracy,
    visibilityBeyond: o.visgreater,
    // Scaled values are printed to 0.1 m while the field has 0.01 m: see the tolerance of the test.
    waterLevelM: o.scaled
      ? orNull(Number(o.waterlevel), 30)
      : orNull(Number(o.waterlevel), 4001, 4095) === null
        ? null
        : (Number(o.waterlevel) - 1000) / 100,
  }),
  '8:200/10': (o) => ({
    eni: text(o.vin),
    lengthM: orNull(Number(o.length) / 10, 0),
    beamM: orNull(Number(o.beam) / 10, 0),
    eriType: orNull(o.shiptype, 0),
    hazardCones: orNull(o.hazard, 5, 7),
    draughtM: orNull(Number(o.draught) / 100, 0),
    loadState: orNull(o.loaded, 0, 3),
    speedQualityHigh: o.speed_q,
    courseQualityHigh: o.course_q,
    headingQualityHigh: o.heading_q,
  }),
  '6:235/10': (o) => ({
    supplyV: orNull(rawOf(o, 'ana_int', 20) / 20, 0),
    external1V: orNull(rawOf(o, 'ana_ext1', 20) / 20, 0),
    external2V: orNull(rawOf(o, 'ana_ext2', 20) / 20, 0),
    raconState: o.racon,
    lightState: o.light,
    alarm: o.alarm,
    digitalInputs: o.stat_ext,
    offPosition: o.off_pos,
  }),
  '6:200/55': (o) => ({
    crew: orNull(o.crew, 255),
    passengers: orNull(o.passengers, 8191),
    personnel: orNull(o.personnel, 255),
  }),
  '6:1/12': (o) => ({
    lastPort: text(o.lastport),
    nextPort: text(o.nextport),
    ...monthToMinute(o.departure, 'departure'),
    ...monthToMinute(o.eta, 'eta'),
  }),
  '6:1/30': (o) => ({ linkageId: orNull(o.linkage, 0), text: text(o.text) }),
}

export const applicationOf = (o: Gpsd): string => `${o.type}:${o.dac}/${o.fid}`

/** A type 6 or 8 in our fields; `contents` is null when gpsd decodes an application that this table does not map. */
export function binaryFromGpsd(o: Gpsd): { header: Fields; contents: Fields | null } {
  const header = {
    type: o.type,
    repeat: o.repeat,
    mmsi: o.mmsi,
    dac: o.dac,
    fid: o.fid,
    ...(o.type === 6 ? addressed(o) : {}),
  }
  if ('data' in o) return { header, contents: data(o) }
  return { header, contents: applications[applicationOf(o)]?.(o) ?? null }
}
