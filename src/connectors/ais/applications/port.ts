import { type Field, flag, lat, lon, spare, text, unsigned } from '../layout.ts'
import { day, direction, hourMinute, month, monthToMinute } from './instants.ts'

const linkage = unsigned('linkageId', 10, 'links messages of one sender that belong together', { none: 0 })

/** 6: 1/18, clearance time to enter port (IMO SN.1/Circ.289). */
export const portClearance: Field[] = [
  linkage,
  ...monthToMinute('clearance', 'clearance to enter'),
  text('portAndBerth', 20, 'name of port and berth'),
  text('locode', 5, 'destination, UN/LOCODE'),
  lon(25, 60_000),
  lat(24, 60_000),
  spare(43),
]

const services = [
  'agent',
  'bunker',
  'chandler',
  'stevedore',
  'electrical',
  'water',
  'customs',
  'cartage',
  'crane',
  'lift',
  'medical',
  'navigationRepair',
  'provisions',
  'shipRepair',
  'surveyor',
  'steam',
  'tugs',
  'solidWaste',
  'liquidWaste',
  'hazardousWaste',
  'ballastExchange',
  'additional',
  'regional1',
  'regional2',
  'reserved1',
  'reserved2',
]

/** 6: 1/20, berthing data. */
export const berthing: Field[] = [
  linkage,
  unsigned('berthLengthM', 9, 'length of the berth, m; 511 = 511 or more', { none: 0 }),
  unsigned('berthDepthM', 8, 'depth at the berth, m; 25.5 = 25.5 or more', { per: 10, none: 0 }),
  unsigned('mooringPosition', 3, '1 port side, 2 starboard side, 3 end-on, 4 buoy, 5 anchorage', {
    none: [0, 6, 7],
  }),
  ...monthToMinute('berthing', 'berthing'),
  flag('servicesKnown', 'the service fields below are meaningful'),
  ...services.map((name) =>
    unsigned(`${name}Service`, 2, 'service: 1 available, 2 no data, 3 not to be used', { none: 0 }),
  ),
  text('berthName', 20, 'name of the berth'),
  lon(25, 60_000),
  lat(24, 60_000),
]

/** 6: 1/32, tidal window (IMO SN.1/Circ.289). */
export const tidalWindow289: Field[] = [
  month('window', 'window'),
  day('window', 'window'),
  {
    kind: 'list',
    name: 'windows',
    meaning: 'windows with the current predicted',
    most: 3,
    fields: [
      lon(25, 60_000),
      lat(24, 60_000),
      ...hourMinute('from', 'from'),
      ...hourMinute('until', 'until'),
      direction('currentDirectionDeg', 'current predicted'),
      unsigned('currentSpeedKn', 8, 'current predicted, kn', { per: 10, none: 255, highest: 251 }),
    ],
  },
]

/** 6: 1/14, tidal window (IMO SN/Circ.236). */
export const tidalWindow236: Field[] = [
  month('window', 'window'),
  day('window', 'window'),
  {
    kind: 'list',
    name: 'windows',
    meaning: 'windows with the current predicted',
    most: 3,
    fields: [
      lat(27, 600_000),
      lon(28, 600_000),
      ...hourMinute('from', 'from'),
      ...hourMinute('until', 'until'),
      direction('currentDirectionDeg', 'current predicted'),
      unsigned('currentSpeedKn', 7, 'current predicted, kn', { per: 10, none: 127 }),
    ],
  },
]

const volts = (name: string, meaning: string) =>
  unsigned(name, 10, `${meaning}, V`, { per: 20, none: 0, highest: 720 })

/** 6: 235/10 and 250/10, state of an aid to navigation (General Lighthouse Authorities, IALA A-126). */
export const aidMonitoring: Field[] = [
  volts('supplyV', 'supply voltage'),
  volts('external1V', 'first external voltage'),
  volts('external2V', 'second external voltage'),
  unsigned('raconState', 2, '0 none, 1 not monitored, 2 operational, 3 error'),
  unsigned('lightState', 2, '0 none or not monitored, 1 on, 2 off, 3 error'),
  flag('alarm', 'health alarm'),
  unsigned('digitalInputs', 8, 'eight external inputs, one bit each'),
  flag('offPosition', 'off its position'),
  spare(4),
]
