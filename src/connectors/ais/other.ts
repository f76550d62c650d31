import { readApplication } from './applications/registry.ts'
import { readFields } from './layout.ts'
import type { OtherMessage } from './message.ts'
import { layoutAt, layouts } from './other-layouts.ts'
import type { SixBits } from './sixbit.ts'
import { dimensions } from './static.ts'

/** Types that are neither positions nor static data: 4, 6–8, 10–17, 20–23, 25, 26, and unknown parts of 24. */
export function decodeOther(bits: SixBits, type: number, repeat: number, mmsi: number): OtherMessage {
  const message: OtherMessage = {
    group: 'other',
    type,
    repeat,
    mmsi,
    lon: null,
    lat: null,
    dac: null,
    fid: null,
    fields: {},
  }
  switch (type) {
    case 6:
      readLayout(message, bits)
      readBinary(message, bits, 6, 88, bits.length, true)
      break
    case 8:
      readBinary(message, bits, 8, 56, bits.length, true)
      break
    case 25:
    case 26:
      readSlotBinary(message, bits)
      break
    case 22:
      readLayout(message, bits, bits.flag(139) ? layouts.addressed22 : layouts[22])
      break
    case 21:
      readLayout(message, bits)
      finishAid(message, bits)
      break
    case 15:
      message.fields = { interrogations: interrogations(bits) }
      break
    default:
      readLayout(message, bits)
  }
  return message
}

function readLayout(message: OtherMessage, bits: SixBits, fields = layouts[message.type]!): void {
  const { values, inRange } = readFields(fields, bits, layoutAt(message.type), bits.length, message)
  if (!inRange) bits.outOfRange = true
  message.fields = values
}

/** What follows a DAC and FID of 16 bits that end at `at`: the application's fields, or else the bits as they are. */
function readBinary(
  message: OtherMessage,
  bits: SixBits,
  type: 6 | 8,
  at: number,
  end: number,
  isStructured: boolean,
): void {
  if (isStructured && at <= end) {
    message.dac = bits.unsigned(at - 16, 10, 0)
    message.fid = bits.unsigned(at - 6, 6, 0)
    const reading = readApplication(type, message.dac, message.fid, bits, at, end)
    if (reading) {
      message.lon = reading.lon
      message.lat = reading.lat
      Object.assign(message.fields, reading.values)
      return
    }
  }
  message.fields.dataBits = Math.max(0, end - at)
  message.fields.dataHex = at < end ? bits.hex(at, end) : null
}

/** Types 25 and 26: destination and application are there or not; 26 ends with 20 bits of radio state. */
function readSlotBinary(message: OtherMessage, bits: SixBits): void {
  const addressed = bits.flag(38)
  const structured = bits.flag(39)
  const end = message.type === 26 ? Math.max(40, bits.length - 20) : bits.length
  let at = 40
  message.fields = { addressed, structured, destinationMmsi: null }
  if (addressed) {
    message.fields.destinationMmsi = nonZero(bits.unsigned(at, 30, 0))
    at += 30
  }
  if (structured) at += 16
  readBinary(message, bits, addressed ? 6 : 8, at, end, structured)
  if (message.type === 26) message.fields.radio = end + 20 <= bits.length ? bits.unsigned(end, 20, 0) : null
}

const noDimensions = { toBowM: null, toSternM: null, toPortM: null, toStarboardM: null }
const nonZero = (value: number) => (value === 0 ? null : value)

/** Type 21: a name of 20 full characters goes on in the extension at the end; four zeros are no dimensions. */
function finishAid(message: OtherMessage, bits: SixBits): void {
  const first = bits.rawText(43, 120)
  if (first.length === 20) message.fields.name = (first + bits.rawText(272, 88)).trimEnd() || null
  if (!dimensions(bits, 219)) Object.assign(message.fields, noDimensions)
}

/** Type 15: up to two message types asked of a first station and one of a second. */
function interrogations(bits: SixBits): { mmsi: number; messageType: number; slotOffset: number }[] {
  const asked: { mmsi: number; messageType: number; slotOffset: number }[] = []
  for (const [mmsiAt, typeAt] of [
    [40, 70],
    [40, 90],
    [110, 140],
  ] as const) {
    const mmsi = bits.unsigned(mmsiAt, 30, 0)
    const messageType = bits.unsigned(typeAt, 6, 0)
    const slotOffset = bits.unsigned(typeAt + 6, 12, -1)
    if (mmsi > 0 && messageType > 0 && slotOffset >= 0) asked.push({ mmsi, messageType, slotOffset })
  }
  return asked
}
