import { type Field, fixedBits, isOpenEnded, type Place, readFields } from '../layout.ts'
import type { SixBits } from '../sixbit.ts'
import { environment } from './environment.ts'
import {
  emmaWarning,
  inlandEta,
  inlandPersons,
  inlandRta,
  inlandShip,
  lightSignals,
  waterLevels,
} from './inland.ts'
import { areaNotice, fairwayClosed, linkedText, route, trafficSignal, vtsTargets } from './notices.ts'
import { aidMonitoring, berthing, portClearance, tidalWindow236, tidalWindow289 } from './port.ts'
import {
  airDraught,
  dangerousCargo236,
  dangerousCargo289,
  extendedVoyage,
  personsOnBoard,
  personsOnBoardAddressed,
} from './ship.ts'
import { weather236, weather289 } from './weather.ts'

/** A binary application: what types 6, 8, 25, 26 carry under a designated area code and a function. */
export interface Application {
  /** Types that carry it, 6 addressed and 8 broadcast. */
  type: 6 | 8
  dac: number
  fid: number
  title: string
  fields: readonly Field[]
  /** Says no to contents that are in range and yet not of this application. */
  isPlausible?: (values: Record<string, unknown>) => boolean
}

/** ENI of letters and digits and a type from the SOLAS or ERI list: other users of 200/10 have neither. */
function isInlandShip(values: Record<string, unknown>): boolean {
  const type = Number(values.eriType ?? 0)
  const isListed = type < 100 || (type >= 1500 && type < 2000) || type >= 8000
  return isListed && /^[0-9A-Z ]*$/.test(String(values.eni ?? ''))
}

/** The applications that are decoded; all others are kept as bits. */
export const applications: readonly Application[] = [
  { type: 6, dac: 1, fid: 12, title: 'dangerous cargo (2004)', fields: dangerousCargo236 },
  { type: 6, dac: 1, fid: 14, title: 'tidal window (2004)', fields: tidalWindow236 },
  { type: 6, dac: 1, fid: 16, title: 'persons on board', fields: personsOnBoardAddressed },
  { type: 6, dac: 1, fid: 18, title: 'clearance time to enter port', fields: portClearance },
  { type: 6, dac: 1, fid: 20, title: 'berthing data', fields: berthing },
  { type: 6, dac: 1, fid: 23, title: 'area notice', fields: areaNotice },
  { type: 6, dac: 1, fid: 25, title: 'dangerous cargo', fields: dangerousCargo289 },
  { type: 6, dac: 1, fid: 28, title: 'route information', fields: route },
  { type: 6, dac: 1, fid: 30, title: 'text description', fields: linkedText },
  { type: 6, dac: 1, fid: 32, title: 'tidal window', fields: tidalWindow289 },
  { type: 6, dac: 1, fid: 40, title: 'persons on board', fields: personsOnBoard },
  { type: 6, dac: 200, fid: 21, title: 'inland arrival estimated', fields: inlandEta },
  { type: 6, dac: 200, fid: 22, title: 'inland arrival requested', fields: inlandRta },
  { type: 6, dac: 200, fid: 55, title: 'inland persons on board', fields: inlandPersons },
  { type: 6, dac: 235, fid: 10, title: 'aid to navigation monitoring', fields: aidMonitoring },
  { type: 6, dac: 250, fid: 10, title: 'aid to navigation monitoring', fields: aidMonitoring },
  { type: 8, dac: 1, fid: 11, title: 'weather and water (2004)', fields: weather236 },
  { type: 8, dac: 1, fid: 13, title: 'fairway closed', fields: fairwayClosed },
  { type: 8, dac: 1, fid: 15, title: 'air draught', fields: airDraught },
  { type: 8, dac: 1, fid: 16, title: 'persons on board', fields: personsOnBoard },
  { type: 8, dac: 1, fid: 17, title: 'targets of a traffic service', fields: vtsTargets },
  { type: 8, dac: 1, fid: 19, title: 'marine traffic signal', fields: trafficSignal },
  { type: 8, dac: 1, fid: 22, title: 'area notice', fields: areaNotice },
  { type: 8, dac: 1, fid: 24, title: 'extended static and voyage data', fields: extendedVoyage },
  { type: 8, dac: 1, fid: 26, title: 'environment', fields: environment },
  { type: 8, dac: 1, fid: 27, title: 'route information', fields: route },
  { type: 8, dac: 1, fid: 29, title: 'text description', fields: linkedText },
  { type: 8, dac: 1, fid: 31, title: 'weather and water', fields: weather289 },
  { type: 8, dac: 1, fid: 40, title: 'persons on board', fields: personsOnBoard },
  { type: 8, dac: 200, fid: 10, title: 'inland ship', fields: inlandShip, isPlausible: isInlandShip },
  { type: 8, dac: 200, fid: 23, title: 'weather warning (EMMA)', fields: emmaWarning },
  { type: 8, dac: 200, fid: 24, title: 'water levels', fields: waterLevels },
  { type: 8, dac: 200, fid: 40, title: 'light signals', fields: lightSignals },
  { type: 8, dac: 235, fid: 10, title: 'aid to navigation monitoring', fields: aidMonitoring },
  { type: 8, dac: 250, fid: 10, title: 'aid to navigation monitoring', fields: aidMonitoring },
]

const key = (type: 6 | 8, dac: number, fid: number) => type * 0x10000 + dac * 64 + fid
const byKey = new Map(
  applications.map((one) => {
    const { needed, total } = fixedBits(one.fields)
    // Radio messages are filled up to whole bytes, and some senders add one more.
    const most = isOpenEnded(one.fields) ? Number.POSITIVE_INFINITY : total + 8
    return [key(one.type, one.dac, one.fid), { ...one, needed, most }]
  }),
)

/** The fields of an application, its one place apart. */
interface ApplicationReading extends Place {
  values: Record<string, unknown>
}

/**
 * The contents of the application in the bits `at`–`end`, or null when it is not known, has another length, or has a
 * value out of range: a DAC and FID alone prove nothing.
 */
export function readApplication(
  type: 6 | 8,
  dac: number,
  fid: number,
  bits: SixBits,
  at: number,
  end: number,
): ApplicationReading | null {
  const application = byKey.get(key(type, dac, fid))
  const length = end - at
  if (!application || length < application.needed || length > application.most) return null
  const place: Place = { lon: null, lat: null }
  const { values, inRange } = readFields(application.fields, bits, at, end, place)
  if (!inRange || application.isPlausible?.(values) === false || hasEmptyList(application.fields, values)) {
    return null
  }
  return { values, ...place }
}

/** Lists are what such a message is for: without a single item it is something else. */
const hasEmptyList = (fields: readonly Field[], values: Record<string, unknown>) =>
  fields.some(
    (field) =>
      (field.kind === 'list' || field.kind === 'choice') && (values[field.name] as unknown[]).length === 0,
  )
