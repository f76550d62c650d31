import { type NumberField, unsigned } from '../layout.ts'

const none = (value: number, bits: number) => [value, 2 ** bits - 1]

/** `month`, `day`, `hour`, `minute` in UTC under `prefix`: zero or beyond the last one = not available. */
export function monthToMinute(prefix: string, what: string): NumberField[] {
  return [month(prefix, what), day(prefix, what), ...hourMinute(prefix, what)]
}

/** `day`, `hour`, `minute` in UTC. */
export function dayToMinute(prefix: string, what: string): NumberField[] {
  return [day(prefix, what), ...hourMinute(prefix, what)]
}

export const month = (prefix: string, what: string): NumberField =>
  unsigned(`${prefix}Month`, 4, `${what}: month`, { none: none(0, 4), highest: 12 })

// 31 is a day: only 0 says that there is none.
export const day = (prefix: string, what: string): NumberField =>
  unsigned(`${prefix}Day`, 5, `${what}: day of the month`, { none: 0 })

export const hourMinute = (prefix: string, what: string): NumberField[] => [
  unsigned(`${prefix}Hour`, 5, `${what}: hour`, { none: none(24, 5), highest: 23 }),
  unsigned(`${prefix}Minute`, 6, `${what}: minute`, { none: none(60, 6), highest: 59 }),
]

/** Degrees from true north, 360 and above or 511 = not available. */
export const direction = (name: string, meaning: string): NumberField =>
  unsigned(name, 9, `${meaning}, degrees from true north`, { none: [360, 511], highest: 359 })
