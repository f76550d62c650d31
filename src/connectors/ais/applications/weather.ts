import { type Field, flag, lat, lon, signed, spare, unsigned } from '../layout.ts'
import { dayToMinute, direction } from './instants.ts'

const knots = (name: string, meaning: string) => unsigned(name, 7, `${meaning}, kn`, { none: 127 })
const currentSpeed = (name: string, meaning: string) =>
  unsigned(name, 8, `${meaning}, kn`, { per: 10, none: 255, highest: 251 })
const depth = (name: string, meaning: string) => unsigned(name, 5, `${meaning}, m`, { none: 31 })
const height = (name: string, meaning: string) =>
  unsigned(name, 8, `${meaning}, m`, { per: 10, none: 255, highest: 251 })
const period = (name: string, meaning: string) =>
  unsigned(name, 6, `${meaning}, s`, { none: 63, highest: 60 })
const trend = (name: string, what: string) =>
  unsigned(name, 2, `${what}: 0 steady, 1 decreasing, 2 increasing`, { none: 3 })

const wind: Field[] = [
  knots('windSpeedKn', 'mean wind over 10 minutes'),
  knots('windGustKn', 'strongest gust of the last 10 minutes'),
  direction('windDirectionDeg', 'wind'),
  direction('windGustDirectionDeg', 'gust'),
]

const currentsAndWaves: Field[] = [
  currentSpeed('currentSpeedKn', 'surface current'),
  direction('currentDirectionDeg', 'surface current'),
  currentSpeed('current2SpeedKn', 'current at the second depth'),
  direction('current2DirectionDeg', 'current at the second depth'),
  depth('current2DepthM', 'second depth'),
  currentSpeed('current3SpeedKn', 'current at the third depth'),
  direction('current3DirectionDeg', 'current at the third depth'),
  depth('current3DepthM', 'third depth'),
  height('waveHeightM', 'significant wave height'),
  period('wavePeriodS', 'wave period'),
  direction('waveDirectionDeg', 'waves'),
  height('swellHeightM', 'swell height'),
  period('swellPeriodS', 'swell period'),
  direction('swellDirectionDeg', 'swell'),
  unsigned('seaStateBeaufort', 4, 'sea state on the Beaufort scale', { none: [13, 14, 15], highest: 12 }),
]

const precipitation = unsigned(
  'precipitationType',
  3,
  'WMO 306 table 4.201: 1 rain, 2 thunderstorm, 3 freezing rain, 4 mixed, 5 snow',
  { none: 7 },
)
const ice = unsigned('iceCode', 2, 'ice: 0 no, 1 yes', { none: 3 })

/** 8: 1/11, weather and water of IMO SN/Circ.236: the highest value of a field means none. */
export const weather236: Field[] = [
  lat(24, 60_000, 'lat', 0x7fffff),
  lon(25, 60_000, 'lon', 0xffffff),
  unsigned('observedDay', 5, 'observation: day of the month', { none: [0, 31] }),
  unsigned('observedHour', 5, 'observation: hour', { none: [24, 31], highest: 23 }),
  unsigned('observedMinute', 6, 'observation: minute', { none: [60, 63], highest: 59 }),
  ...wind,
  unsigned('airTemperatureC', 11, 'air temperature, °C', { per: 10, plus: -600, none: 2047, highest: 1200 }),
  unsigned('humidityPct', 7, 'relative humidity, %', { none: [101, 127], highest: 100 }),
  unsigned('dewPointC', 10, 'dew point, °C', { per: 10, plus: -200, none: 1023, highest: 700 }),
  unsigned('airPressureHpa', 9, 'air pressure, hPa', { plus: 800, none: 511, highest: 400 }),
  trend('airPressureTrend', 'air pressure'),
  unsigned('visibilityNm', 8, 'visibility, NM', { per: 10, none: 255 }),
  unsigned('waterLevelM', 9, 'water level above chart datum, m', { per: 10, plus: -100, none: 511 }),
  trend('waterLevelTrend', 'water level'),
  ...currentsAndWaves,
  unsigned('waterTemperatureC', 10, 'water temperature, °C', {
    per: 10,
    plus: -100,
    none: 1023,
    highest: 600,
  }),
  precipitation,
  unsigned('salinityPct', 9, 'salinity, %', { per: 10, none: 511, highest: 501 }),
  ice,
  spare(6),
]

/** 8: 1/31, weather and water of IMO SN.1/Circ.289. Many senders still use the “none” values of 1/11. */
export const weather289: Field[] = [
  lon(25, 60_000),
  lat(24, 60_000),
  flag('accuracyHigh', 'position better than 10 m'),
  ...dayToMinute('observed', 'observation'),
  ...wind,
  signed('airTemperatureC', 11, 'air temperature, °C', {
    per: 10,
    none: [-1024, 1023],
    lowest: -600,
    highest: 600,
  }),
  unsigned('humidityPct', 7, 'relative humidity, %', { none: [101, 127], highest: 100 }),
  signed('dewPointC', 10, 'dew point, °C', { per: 10, none: [501, 511], lowest: -200, highest: 500 }),
  unsigned('airPressureHpa', 9, 'air pressure, hPa; 799 = 799 or less, 1201 = 1201 or more', {
    plus: 799,
    none: [403, 511],
    highest: 402,
  }),
  trend('airPressureTrend', 'air pressure'),
  flag('visibilityBeyond', 'the visibility is at least the value given'),
  unsigned('visibilityNm', 7, 'visibility, NM', { per: 10, none: 127 }),
  unsigned('waterLevelM', 12, 'water level above chart datum, m', {
    per: 100,
    plus: -1000,
    none: [4001, 4095],
    highest: 4000,
  }),
  trend('waterLevelTrend', 'water level'),
  ...currentsAndWaves,
  signed('waterTemperatureC', 10, 'water temperature, °C', {
    per: 10,
    none: [501, 511],
    lowest: -100,
    highest: 500,
  }),
  precipitation,
  unsigned('salinityPct', 9, 'salinity, %; 50.1 = more than 50', { per: 10, none: [510, 511], highest: 501 }),
  ice,
  spare(10),
]
