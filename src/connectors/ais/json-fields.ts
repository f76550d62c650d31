import type { AisMessage, PositionReport, StaticReport } from './message.ts'

const classA = [1, 2, 3]
const classB = [18, 19]

/** Which types carry which field of a position, in the order they are printed. */
export const positionFields: { name: keyof PositionReport; types: readonly number[] }[] = [
  { name: 'navStatus', types: [...classA, 27] },
  { name: 'rotDegPerMin', types: classA },
  { name: 'rotFast', types: classA },
  { name: 'altitudeM', types: [9] },
  { name: 'sogKn', types: [...classA, 9, ...classB, 27] },
  { name: 'accuracyHigh', types: [...classA, 9, ...classB, 27] },
  { name: 'cogDeg', types: [...classA, 9, ...classB, 27] },
  { name: 'headingDeg', types: [...classA, ...classB] },
  { name: 'utcSecond', types: [...classA, 9, ...classB] },
  { name: 'positionMode', types: [...classA, 9, ...classB] },
  { name: 'manoeuvre', types: classA },
  { name: 'raim', types: [...classA, 9, ...classB, 27] },
  { name: 'gnssCurrent', types: [27] },
  { name: 'carrierSense', types: [18] },
  { name: 'assigned', types: [9, ...classB] },
  { name: 'radio', types: [...classA, 9, 18] },
  { name: 'dte', types: [9] },
]

/** The same for static data; 24 stands for its part A (`24A`), its part B (`24B`). */
export const staticFields: { name: keyof StaticReport; types: readonly (number | string)[] }[] = [
  { name: 'part', types: ['24A', '24B'] },
  { name: 'imo', types: [5] },
  { name: 'callSign', types: [5, '24B'] },
  { name: 'name', types: [5, 19, '24A'] },
  { name: 'shipType', types: [5, 19, '24B'] },
  { name: 'toBowM', types: [5, 19, '24B'] },
  { name: 'toSternM', types: [5, 19, '24B'] },
  { name: 'toPortM', types: [5, 19, '24B'] },
  { name: 'toStarboardM', types: [5, 19, '24B'] },
  { name: 'epfd', types: [5, 19, '24B'] },
  { name: 'etaMonth', types: [5] },
  { name: 'etaDay', types: [5] },
  { name: 'etaHour', types: [5] },
  { name: 'etaMinute', types: [5] },
  { name: 'draughtM', types: [5] },
  { name: 'destination', types: [5] },
  { name: 'dte', types: [5, 19] },
  { name: 'aisVersion', types: [5] },
  { name: 'vendorId', types: ['24B'] },
  { name: 'vendorModel', types: ['24B'] },
  { name: 'vendorSerial', types: ['24B'] },
  { name: 'mothershipMmsi', types: ['24B'] },
]

const namesFor = <Name>(
  fields: { name: Name; types: readonly (number | string)[] }[],
  type: number | string,
): Name[] => fields.filter((field) => field.types.includes(type)).map((field) => field.name)

export const namesOfPosition = (type: number): (keyof PositionReport)[] => namesFor(positionFields, type)
export const namesOfStatic = (type: number | string): (keyof StaticReport)[] => namesFor(staticFields, type)

/**
 * The message as one flat object of what its type carries: `type`, `repeat`, `mmsi`, `lon`, `lat`, then the
 * other fields. `position` is the first half of a type 19 whose second half is `message`.
 */
export function flatten(message: AisMessage, position?: PositionReport): Record<string, unknown> {
  const flat: Record<string, unknown> = {
    type: message.type,
    repeat: message.repeat,
    mmsi: message.mmsi,
    lon: null,
    lat: null,
  }
  if (message.group === 'other') {
    flat.lon = message.lon
    flat.lat = message.lat
    if (message.dac !== null || message.type === 6 || message.type === 8) {
      flat.dac = message.dac
      flat.fid = message.fid
    }
    return Object.assign(flat, message.fields)
  }
  if (position) addPosition(flat, position)
  if (message.group === 'position') addPosition(flat, message)
  else {
    const type = message.part === null ? message.type : `24${message.part}`
    for (const name of namesOfStatic(type)) flat[name] = message[name]
  }
  return flat
}

function addPosition(flat: Record<string, unknown>, position: PositionReport): void {
  flat.lon = position.lon
  flat.lat = position.lat
  for (const name of namesOfPosition(position.type)) flat[name] = position[name]
  if (position.classB) Object.assign(flat, position.classB)
}
