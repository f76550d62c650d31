import { applications } from './applications/registry.ts'
import { positionFields, staticFields } from './json-fields.ts'
import type { Field } from './layout.ts'
import { layouts } from './other-layouts.ts'

/** docs/ais-fields.md, made from the layouts that decode. */

interface Row {
  name: string
  types: string[]
  meaning: string
  nullWhen: string
}

const every = 'all'
const own: Row[] = [
  { name: 'type', types: [every], meaning: 'message type, 1–27', nullWhen: '' },
  { name: 'repeat', types: [every], meaning: 'how often it was repeated, 3 = no more', nullWhen: '' },
  { name: 'mmsi', types: [every], meaning: 'MMSI of the sender, as a number', nullWhen: '' },
  {
    name: 'lon',
    types: [every],
    meaning: 'longitude, degrees east, six decimals; types 17 and 27 to 1/10 minute',
    nullWhen: 'sent as 181, or the type has no place',
  },
  {
    name: 'lat',
    types: [every],
    meaning: 'latitude, degrees north, six decimals; types 17 and 27 to 1/10 minute',
    nullWhen: 'sent as 91, or the type has no place',
  },
  {
    name: 'time',
    types: [every],
    meaning: 'when it was sent, UTC (ISO 8601), by the order of trust of ais.md',
    nullWhen: 'nothing in the input tells it',
  },
  {
    name: 'timeSource',
    types: [every],
    meaning: 'where the time is from: `tag`, `suffix`, `pghp`, `base-station`',
    nullWhen: 'there is no time',
  },
  {
    name: 'station',
    types: [every],
    meaning: 'receiving station that the line names',
    nullWhen: 'none named',
  },
  { name: 'channel', types: [every], meaning: 'radio channel, `A` or `B`', nullWhen: 'not said' },
  { name: 'signalDbm', types: [every], meaning: 'strength of reception', nullWhen: 'not said' },
  {
    name: 'own',
    types: [every],
    meaning: 'sent by the receiver’s own transponder (VDO): not a target',
    nullWhen: '',
  },
  {
    name: 'truncated',
    types: [every],
    meaning: 'shorter than its type: what is whole was decoded',
    nullWhen: '',
  },
  {
    name: 'outOfRange',
    types: [every],
    meaning: 'a value is impossible: `ais decode` gives it as sent, the datasets give null',
    nullWhen: '',
  },
  {
    name: 'dac',
    types: ['6', '8', '25', '26'],
    meaning: 'designated area code',
    nullWhen: 'the message is cut',
  },
  {
    name: 'fid',
    types: ['6', '8', '25', '26'],
    meaning: 'function in that area',
    nullWhen: 'the message is cut',
  },
  {
    name: 'dataHex',
    types: ['6', '8', '25', '26'],
    meaning: 'content that is not decoded: the bits as hexadecimal, filled up to whole bytes',
    nullWhen: 'no content',
  },
  { name: 'dataBits', types: ['6', '8', '17', '24', '25', '26'], meaning: 'bits in dataHex', nullWhen: '' },
  { name: 'addressed', types: ['25', '26'], meaning: 'to one station', nullWhen: '' },
  { name: 'structured', types: ['25', '26'], meaning: 'with DAC and FID', nullWhen: '' },
  {
    name: 'destinationMmsi',
    types: ['25', '26'],
    meaning: 'MMSI of the station addressed',
    nullWhen: 'to all',
  },
  { name: 'radio', types: ['26'], meaning: 'radio state, 20 bits', nullWhen: 'the message is cut' },
  {
    name: 'interrogations',
    types: ['15'],
    meaning: 'what is asked of whom: `mmsi`, `messageType`, `slotOffset`',
    nullWhen: '',
  },
  { name: 'hasDisplay', types: ['18'], meaning: 'the unit has a display', nullWhen: '' },
  { name: 'hasDsc', types: ['18'], meaning: 'the unit has digital selective calling', nullWhen: '' },
  { name: 'wholeBand', types: ['18'], meaning: 'the unit uses the whole marine band', nullWhen: '' },
  { name: 'acceptsMessage22', types: ['18'], meaning: 'the unit obeys channel management', nullWhen: '' },
]

/** Meaning, and when null, of the fields of positions and static data. */
const told: Record<string, [string, string]> = {
  navStatus: ['navigational status 0–15, 15 = undefined', ''],
  rotDegPerMin: ['rate of turn, positive to starboard; ±10 with rotFast means “at least”', 'sent as −128'],
  rotFast: ['turns faster than 5° in 30 s, without a turn indicator', ''],
  altitudeM: ['altitude; 4094 = 4,094 or more', 'sent as 4095'],
  sogKn: [
    'speed over ground; 102.2 = 102.2 or more (type 9: 1022; type 27: whole knots to 62)',
    'sent as 1023 (type 27: 63)',
  ],
  accuracyHigh: ['position better than 10 m', ''],
  cogDeg: ['course over ground', 'sent as 360 (type 27: 511)'],
  headingDeg: ['true heading', 'sent as 511'],
  utcSecond: ['UTC second of the report, 0–59', 'sent as 60–63'],
  positionMode: ['`manual`, `dead-reckoning` or `inoperative`', 'the second is not 61–63'],
  manoeuvre: ['special manoeuvre: 0 not said, 1 no, 2 yes', ''],
  raim: ['receiver autonomous integrity monitoring in use', ''],
  gnssCurrent: ['position from the current GNSS fix', 'the message is cut'],
  carrierSense: ['carrier-sense unit (true) or SOTDMA', 'the message is cut'],
  assigned: ['in assigned mode', 'the message is cut'],
  radio: ['radio state, 19 bits (types 9, 18: 20)', 'the message is cut'],
  dte: ['the DTE bit: true = data terminal not ready', 'the message is cut'],
  part: ['`A` or `B`', ''],
  imo: ['IMO number as sent, not checked', 'sent as 0'],
  callSign: ['call sign', 'empty'],
  name: ['name of the vessel', 'empty'],
  shipType: ['ship and cargo type 0–99; above 99 becomes 0', 'the message is cut'],
  toBowM: ['antenna to bow', 'all four dimensions are 0'],
  toSternM: ['antenna to stern', 'all four dimensions are 0'],
  toPortM: ['antenna to port side', 'all four dimensions are 0'],
  toStarboardM: ['antenna to starboard side', 'all four dimensions are 0'],
  epfd: ['kind of position fixing device, 0 undefined, 1 GPS … 15 internal GNSS', 'the message is cut'],
  etaMonth: ['estimated arrival, UTC: month (no year is sent)', 'sent as 0 or above 12'],
  etaDay: ['estimated arrival: day', 'sent as 0'],
  etaHour: ['estimated arrival: hour', 'sent as 24 or above'],
  etaMinute: ['estimated arrival: minute', 'sent as 60 or above'],
  draughtM: ['draught; 25.5 = 25.5 or more', 'sent as 0'],
  destination: ['destination as typed', 'empty'],
  aisVersion: ['edition of ITU-R M.1371 the station follows, 0–3', 'the message is cut'],
  vendorId: ['maker of the unit, three letters', 'empty'],
  vendorModel: ['model of the unit', 'the message is cut'],
  vendorSerial: ['serial number of the unit', 'the message is cut'],
  mothershipMmsi: ['MMSI of the parent ship, of craft with an MMSI 98…', 'the craft has no parent ship'],
}

const units: [RegExp, string][] = [
  [/DegPerMin$/, '°/min'],
  [/(Deg|^lon|^lat|Lon|Lat|\.lon|\.lat)$/, '°'],
  [/Kn$/, 'kn'],
  [/SPerM$/, 'S/m'],
  [/Nm$/, 'NM'],
  [/M$/, 'm'],
  [/C$/, '°C'],
  [/Hpa$/, 'hPa'],
  [/Dbar$/, 'dbar'],
  [/Dbm$/, 'dBm'],
  [/Pct$/, '%'],
  [/[a-z1-3]V$/, 'V'],
  [/PeriodS$/, 's'],
  [/(Min)$/, 'min'],
  [/Hp$/, 'hp'],
  [/bunkersT$/, 't'],
]

const unitOf = (name: string) => units.find(([ending]) => ending.test(name))?.[1] ?? ''

function rowsOf(fields: readonly Field[], type: string, prefix = ''): Row[] {
  return fields.flatMap((field): Row[] => {
    if (field.kind === 'spare') return []
    const row = { name: prefix + field.name, types: [type], meaning: field.meaning, nullWhen: '' }
    const inside = `${prefix}${field.name}[].`
    switch (field.kind) {
      case 'number':
        return [{ ...row, nullWhen: field.none.length > 8 ? '360 and above' : noneText(field.none) }]
      case 'list':
        return [row, ...rowsOf(field.fields, type, inside)]
      case 'choice': {
        const names = Object.values(field.choices).map((choice) => `\`${choice.name}\``)
        const code = { name: inside + field.codeName, types: [type], meaning: names.join(', '), nullWhen: '' }
        const choices = Object.values(field.choices).flatMap((choice) => rowsOf(choice.fields, type, inside))
        return [row, code, ...rowsOf(field.common, type, inside), ...choices]
      }
      case 'text':
        return [{ ...row, nullWhen: 'empty' }]
      default:
        return [row]
    }
  })
}

const noneText = (none: readonly number[]) => (none.length === 0 ? '' : `bits say ${none.join(' or ')}`)

/** Fields that never leave the decoder under their own name. */
const hidden = /(^|\.)(scale|identifierHigh|identifierLow)$/

/** One row for each name and meaning, with all the types that have it. */
function merged(rows: Row[]): Row[] {
  const byKey = new Map<string, Row>()
  for (const row of rows) {
    if (hidden.test(row.name)) continue
    const key = `${row.name}|${row.meaning}|${row.nullWhen}`
    const same = byKey.get(key)
    if (!same) byKey.set(key, { ...row, types: [...row.types] })
    else for (const type of row.types) if (!same.types.includes(type)) same.types.push(type)
  }
  return [...byKey.values()]
}

function allRows(): Row[] {
  const fromTold = (fields: { name: string; types: readonly (number | string)[] }[]): Row[] =>
    fields.map(({ name, types }) => {
      const [meaning, nullWhen] = told[name]!
      return { name, types: types.map(String), meaning, nullWhen }
    })
  const fromLayouts = Object.entries(layouts).flatMap(([type, fields]) =>
    rowsOf(fields, type === 'addressed22' ? '22' : type).filter(
      ({ name }) => name !== 'lon' && name !== 'lat',
    ),
  )
  const fromApplications = applications.flatMap(({ type, dac, fid, fields }) =>
    rowsOf(fields, `${type}: ${dac}/${fid}`).filter(({ name }) => name !== 'lon' && name !== 'lat'),
  )
  const identifier = {
    name: 'targets[].identifier',
    types: ['8: 1/17'],
    meaning: 'MMSI, IMO number, call sign or name, as text',
    nullWhen: 'empty',
  }
  return merged([
    ...own,
    ...fromTold(positionFields),
    ...fromTold(staticFields),
    ...fromLayouts,
    ...fromApplications,
    identifier,
  ])
}

/** All names that the table has, lists written `name[].field`. */
export const documentedNames = (): Set<string> => new Set(allRows().map(({ name }) => name))

/** The whole page. */
export function fieldPage(): string {
  const rows = allRows().map(
    ({ name, types, meaning, nullWhen }) =>
      `| \`${name}\` | ${unitOf(name)} | ${types.join(', ')} | ${meaning} | ${nullWhen} |`,
  )
  const titles = applications.map(({ type, dac, fid, title }) => `| ${type}: ${dac}/${fid} | ${title} |`)
  return `# Fields of decoded AIS messages

What \`lacydon ais decode\` prints, one JSON object a message, and what the \`ais-*\` datasets hold. This page is made
from the layouts that decode (\`src/connectors/ais/field-table.suite.ts\`); a test fails when it is out of date. The
rules behind it are in [ais.md](ais.md).

- A name that ends in a unit has that unit; instants are UTC. \`null\` means “not available”.
- Types: \`24A\` and \`24B\` are the parts of type 24; \`8: 1/11\` is a type 8 with DAC 1 and FID 11. A binary application
  also comes in types 25 and 26, the addressed ones as in type 6, the others as in type 8.
- \`name[].field\` is a field of the objects in the list \`name\`.
- A type 19 is one object here; the reader and the datasets give its position and its static half apart.

| name | unit | types | meaning | null when |
|---|---|---|---|---|
${rows.join('\n')}

## Binary applications

Decoded when length and ranges fit; otherwise, and for all others, the bits are kept in \`dataHex\` and \`dataBits\`.

| type: DAC/FID | content |
|---|---|
${titles.join('\n')}
`
}
