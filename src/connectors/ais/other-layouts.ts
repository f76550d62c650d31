import { type Field, flag, hex, lat, lon, spare, text, unsigned } from './layout.ts'

const mmsi = (name: string, meaning: string) => unsigned(name, 30, meaning, { none: 0 })
const sequence = unsigned('sequence', 2, 'sequence number 0–3')
const destination = mmsi('destinationMmsi', 'MMSI of the station addressed')
const retransmit = flag('retransmit', 'sent again because no acknowledgement came')

const baseStation: Field[] = [
  unsigned('utcYear', 14, 'year', { none: 0, highest: 9999 }),
  unsigned('utcMonth', 4, 'month', { none: 0, highest: 12 }),
  unsigned('utcDay', 5, 'day', { none: 0, highest: 31 }),
  unsigned('utcHour', 5, 'hour', { none: 24, highest: 23 }),
  unsigned('utcMinute', 6, 'minute', { none: 60, highest: 59 }),
  unsigned('utcSecond', 6, 'second', { none: 60, highest: 59 }),
  flag('accuracyHigh', 'position better than 10 m'),
  lon(28, 600_000),
  lat(27, 600_000),
  unsigned('epfd', 4, 'kind of position fixing device, 0 undefined, 1 GPS … 15 internal GNSS'),
  spare(10),
  flag('raim', 'receiver autonomous integrity monitoring in use'),
  unsigned('radio', 19, 'radio state'),
]

/** Types 7 and 13. */
const acknowledgements: Field[] = [
  {
    kind: 'list',
    name: 'acknowledged',
    meaning: 'messages acknowledged',
    most: 4,
    leastBits: 30,
    fields: [mmsi('mmsi', 'MMSI of the sender'), sequence],
  },
]

const corners = (): Field[] => [
  lon(18, 600, 'neLon'),
  lat(17, 600, 'neLat'),
  lon(18, 600, 'swLon'),
  lat(17, 600, 'swLat'),
]

const channels: Field[] = [
  unsigned('channelA', 12, 'number of channel A, ITU-R M.1084'),
  unsigned('channelB', 12, 'number of channel B, ITU-R M.1084'),
  unsigned('txRxMode', 4, '0 transmit on both, 1 on A, 2 on B'),
  flag('powerLow', 'transmit with low power'),
]

const channelTail: Field[] = [
  flag('addressed', 'to two stations instead of an area'),
  flag('narrowBandA', 'channel A with 12.5 kHz'),
  flag('narrowBandB', 'channel B with 12.5 kHz'),
  unsigned('zoneSizeNm', 3, 'size of the transitional zone, NM', { plus: 1 }),
]

export const reservations: Field[] = [
  {
    kind: 'list',
    name: 'reservations',
    meaning: 'reserved slots',
    most: 4,
    fields: [
      unsigned('slotOffset', 12, 'slot offset'),
      unsigned('slots', 4, 'consecutive slots'),
      unsigned('timeoutMin', 3, 'time-out, minutes'),
      unsigned('increment', 11, 'repeat increment, slots'),
    ],
  },
]

/** Where the layout of each type begins: two bits earlier when they are a sequence number or part of a code. */
export const layoutAt = (type: number): number => ([4, 6, 11, 12, 21, 24].includes(type) ? 38 : 40)

/** Layouts of the types that are neither positions nor static data. */
export const layouts: Readonly<Record<number, readonly Field[]>> & { addressed22: readonly Field[] } = {
  4: baseStation,
  6: [sequence, destination, retransmit],
  7: acknowledgements,
  10: [destination],
  11: baseStation,
  12: [sequence, destination, retransmit, spare(1), text('text', 0, 'safety text')],
  13: acknowledgements,
  14: [text('text', 0, 'safety text')],
  16: [
    {
      kind: 'list',
      name: 'assignments',
      meaning: 'stations assigned',
      most: 2,
      fields: [
        mmsi('mmsi', 'MMSI of the station'),
        unsigned('slotOffset', 12, 'slot offset; reports in 10 minutes when the increment is 0'),
        unsigned('increment', 10, 'slot increment'),
      ],
    },
  ],
  17: [lon(18, 600), lat(17, 600), spare(5), hex('dataHex', 'differential corrections')],
  20: reservations,
  21: [
    unsigned('aidType', 5, 'type of aid to navigation 0–31'),
    text('name', 20, 'name with its extension'),
    flag('accuracyHigh', 'position better than 10 m'),
    lon(28, 600_000),
    lat(27, 600_000),
    unsigned('toBowM', 9, 'extent to the north or bow, m'),
    unsigned('toSternM', 9, 'extent to the south or stern, m'),
    unsigned('toPortM', 6, 'extent to the west or port side, m'),
    unsigned('toStarboardM', 6, 'extent to the east or starboard side, m'),
    unsigned('epfd', 4, 'kind of position fixing device, 0 undefined, 1 GPS … 15 internal GNSS'),
    unsigned('utcSecond', 6, 'UTC second of the report', { none: [60, 61, 62, 63] }),
    flag('offPosition', 'off its position; means something only with a UTC second'),
    unsigned('regional', 8, 'regional bits: light, racon, health'),
    flag('raim', 'receiver autonomous integrity monitoring in use'),
    flag('isVirtual', 'no aid is there: only the broadcast exists'),
    flag('assigned', 'in assigned mode'),
  ],
  22: [...channels, ...corners(), ...channelTail],
  addressed22: [
    ...channels,
    mmsi('destination1Mmsi', 'first station addressed'),
    spare(5),
    mmsi('destination2Mmsi', 'second station addressed'),
    spare(5),
    ...channelTail,
  ],
  23: [
    ...corners(),
    unsigned(
      'stationType',
      4,
      'stations meant: 0 all, 2 class B, 3 aircraft, 4 aids, 5 class B SO, 6 inland',
    ),
    unsigned('shipType', 8, 'ship type meant, 0 = all'),
    spare(22),
    unsigned('txRxMode', 2, '0 transmit on both, 1 on A, 2 on B'),
    unsigned('intervalCode', 4, 'reporting interval, ITU-R M.1371-5 table 77'),
    unsigned('quietMin', 4, 'minutes of silence'),
  ],
  24: [unsigned('partNumber', 2, 'undefined part 2 or 3'), hex('dataHex', 'the bits as they are')],
}
