import { type ChoiceField, type Field, flag, lat, lon, signed, spare, text, unsigned } from '../layout.ts'
import { dayToMinute } from './instants.ts'

const sensor = (name: string) =>
  unsigned(name, 3, '1 raw, 2 checked, 3 predicted, 4 forecast, 5 nowcast', { none: [0, 6, 7] })
const from360 = Array.from({ length: 152 }, (_, index) => 360 + index)
const bearing = (name: string, meaning: string) =>
  unsigned(name, 9, `${meaning}, degrees from true north`, { none: from360 })
const knots = (name: string, meaning: string) =>
  unsigned(name, 7, `${meaning}, kn; 121 = 121 or more`, { none: [122, 127], highest: 121 })
const current = (name: string, meaning: string) =>
  unsigned(name, 8, `${meaning}, kn`, { per: 10, none: [247, 255], highest: 246 })
const depth = (name: string) =>
  unsigned(name, 9, 'depth of the measurement, m', { none: [362, 511], highest: 361 })
const height = (name: string, meaning: string) =>
  unsigned(name, 8, `${meaning}, m`, { per: 10, none: [247, 255], highest: 246 })
const period = (name: string, meaning: string) =>
  unsigned(name, 6, `${meaning}, s`, { none: [61, 63], highest: 60 })
const waterTemperature = unsigned('waterTemperatureC', 10, 'water temperature, °C', {
  per: 10,
  plus: -100,
  none: [601, 1023],
  highest: 600,
})
const salinity = unsigned('salinityPct', 9, 'salinity, %', { per: 10, none: [502, 503, 511], highest: 501 })
const forecast = (prefix: string): Field[] => dayToMinute(prefix, 'forecast')
const forecastDuration = unsigned('forecastDurationMin', 8, 'duration of the forecast, minutes', {
  none: 255,
})
const level = (name: string, meaning: string): Field =>
  signed(name, 16, `${meaning}, m`, { per: 100, none: -32_768 })
const gap = (name: string, meaning: string) =>
  unsigned(name, 13, `${meaning}, m; 81.91 = 81.91 or more`, { per: 100, none: 0 })

const flow3d = (number: string): Field[] => [
  current(`current${number}NorthKn`, 'current to the north'),
  current(`current${number}EastKn`, 'current to the east'),
  current(`current${number}UpKn`, 'current upwards'),
  depth(`current${number}DepthM`),
]

const flow2d = (number: string): Field[] => [
  current(`current${number}SpeedKn`, 'current'),
  bearing(`current${number}DirectionDeg`, 'current'),
  depth(`current${number}DepthM`),
]

const flowAcross = (number: string): Field[] => [
  bearing(`current${number}BearingDeg`, 'where it is measured, from the sensor'),
  unsigned(`current${number}DistanceM`, 7, 'distance of the measurement, m', {
    none: [122, 127],
    highest: 121,
  }),
  ...flow2d(number),
]

const reports: ChoiceField = {
  kind: 'choice',
  name: 'reports',
  meaning: 'reports of sensors',
  most: 8,
  itemBits: 112,
  codeName: 'sensor',
  codeBits: 4,
  common: [...dayToMinute('observed', 'observation'), unsigned('siteId', 7, 'number of the site')],
  choices: {
    0: {
      name: 'site',
      fields: [
        lon(28, 600_000),
        lat(27, 600_000),
        unsigned('altitudeM', 11, 'altitude of the sensor, m', {
          per: 10,
          none: [2002, 2047],
          highest: 2001,
        }),
        unsigned('owner', 4, '1 hydrographic, 2 waterway, 3 coast, 4 weather, 5 port, 6 coast guard', {
          none: 0,
        }),
        unsigned('timeoutCode', 3, 'data are old after: 1 10 min, 2 1 h, 3 6 h, 4 12 h, 5 24 h', { none: 0 }),
        spare(12),
      ],
    },
    1: { name: 'station', fields: [text('name', 14, 'name of the station'), spare(1)] },
    2: {
      name: 'wind',
      fields: [
        knots('windSpeedKn', 'mean wind over 10 minutes'),
        knots('windGustKn', 'strongest gust of the last 10 minutes'),
        bearing('windDirectionDeg', 'wind'),
        bearing('windGustDirectionDeg', 'gust'),
        sensor('windSensor'),
        knots('forecastWindSpeedKn', 'mean wind forecast'),
        knots('forecastWindGustKn', 'gusts forecast'),
        bearing('forecastWindDirectionDeg', 'wind forecast'),
        ...forecast('forecast'),
        forecastDuration,
        spare(3),
      ],
    },
    3: {
      name: 'water-level',
      fields: [
        flag('waterLevelAbsolute', 'absolute, not above the datum'),
        level('waterLevelM', 'water level'),
        unsigned('waterLevelTrend', 2, 'water level: 0 increasing, 1 decreasing, 2 steady', { none: 3 }),
        unsigned('verticalDatum', 5, 'datum, SN.1/Circ.289 table 13.10', { none: [14, 31] }),
        sensor('waterLevelSensor'),
        flag('forecastWaterLevelAbsolute', 'absolute, not above the datum'),
        level('forecastWaterLevelM', 'water level forecast'),
        ...forecast('forecast'),
        forecastDuration,
        spare(17),
      ],
    },
    4: {
      name: 'current',
      fields: [...flow2d('1'), ...flow2d('2'), ...flow2d('3'), sensor('currentSensor'), spare(4)],
    },
    5: { name: 'current-3d', fields: [...flow3d('1'), ...flow3d('2'), sensor('currentSensor'), spare(16)] },
    6: { name: 'current-across', fields: [...flowAcross('1'), ...flowAcross('2'), spare(1)] },
    7: {
      name: 'sea-state',
      fields: [
        height('swellHeightM', 'swell height'),
        period('swellPeriodS', 'swell period'),
        bearing('swellDirectionDeg', 'swell'),
        unsigned('seaStateBeaufort', 4, 'sea state on the Beaufort scale', { none: [13, 14, 15] }),
        sensor('swellSensor'),
        waterTemperature,
        unsigned('waterTemperatureDepthM', 7, 'depth of the temperature, m', {
          per: 10,
          none: [122, 127],
          highest: 121,
        }),
        sensor('depthSensor'),
        height('waveHeightM', 'significant wave height'),
        period('wavePeriodS', 'wave period'),
        bearing('waveDirectionDeg', 'waves'),
        sensor('waveSensor'),
        salinity,
      ],
    },
    8: {
      name: 'salinity',
      fields: [
        waterTemperature,
        unsigned('conductivitySPerM', 10, 'conductivity, S/m', {
          per: 100,
          none: [702, 703, 1023],
          highest: 701,
        }),
        unsigned('waterPressureDbar', 16, 'water pressure, dbar', {
          per: 10,
          none: [60_002, 60_003, 65_535],
          highest: 60_001,
        }),
        salinity,
        unsigned('salinityMethod', 2, '0 measured, 1 by PSS-78, 2 otherwise', { none: 3 }),
        sensor('salinitySensor'),
        spare(35),
      ],
    },
    9: {
      name: 'weather',
      fields: [
        signed('airTemperatureC', 11, 'air temperature, °C', {
          per: 10,
          none: [-1024, 1023],
          lowest: -600,
          highest: 600,
        }),
        sensor('airTemperatureSensor'),
        unsigned('precipitationType', 2, '0 rain, 1 or 2 rain and snow, 3 other'),
        unsigned('visibilityNm', 8, 'visibility, NM', { per: 10, none: [242, 243, 255], highest: 241 }),
        signed('dewPointC', 10, 'dew point, °C', { per: 10, none: [501, 511], lowest: -200, highest: 500 }),
        sensor('dewPointSensor'),
        unsigned('airPressureHpa', 9, 'air pressure, hPa; 799 = 799 or less, 1201 = 1201 or more', {
          plus: 799,
          none: [403, 511],
          highest: 402,
        }),
        unsigned('airPressureTrend', 2, 'air pressure: 0 steady, 1 decreasing, 2 increasing', { none: 3 }),
        sensor('airPressureSensor'),
        salinity,
        spare(25),
      ],
    },
    10: {
      name: 'air-gap',
      fields: [
        gap('airDraughtM', 'air draught'),
        gap('airGapM', 'air gap under the bridge'),
        unsigned('airGapTrend', 2, 'air gap: 0 steady, 1 rising, 2 falling', { none: 3 }),
        gap('forecastAirGapM', 'air gap forecast'),
        ...forecast('forecast'),
        spare(28),
      ],
    },
  },
}

/** 8: 1/26, environmental reports of sensors (IMO SN.1/Circ.289). */
export const environment: Field[] = [reports]
