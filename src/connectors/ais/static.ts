import type { StaticReport } from './message.ts'
import { boundedOrNull } from './scales.ts'
import type { SixBits } from './sixbit.ts'

function blank(type: number, repeat: number, mmsi: number): StaticReport {
  return {
    group: 'static',
    type,
    repeat,
    mmsi,
    part: null,
    imo: null,
    callSign: null,
    name: null,
    shipType: null,
    toBowM: null,
    toSternM: null,
    toPortM: null,
    toStarboardM: null,
    epfd: null,
    etaMonth: null,
    etaDay: null,
    etaHour: null,
    etaMinute: null,
    draughtM: null,
    destination: null,
    dte: null,
    aisVersion: null,
    vendorId: null,
    vendorModel: null,
    vendorSerial: null,
    mothershipMmsi: null,
  }
}

/** Codes above 99 are undefined: 0, “not available”. */
function shipType(bits: SixBits, at: number): number | null {
  const code = bits.unsigned(at, 8, -1)
  if (code < 0) return null
  return code > 99 ? 0 : code
}

/** Metres from the antenna to each side; four zeros mean that nothing is known. */
export function dimensions(
  bits: SixBits,
  at: number,
): { toBowM: number; toSternM: number; toPortM: number; toStarboardM: number } | null {
  const toBowM = bits.unsigned(at, 9, 0)
  const toSternM = bits.unsigned(at + 9, 9, 0)
  const toPortM = bits.unsigned(at + 18, 6, 0)
  const toStarboardM = bits.unsigned(at + 24, 6, 0)
  if (at + 30 > bits.length || toBowM + toSternM + toPortM + toStarboardM === 0) return null
  return { toBowM, toSternM, toPortM, toStarboardM }
}

function setDimensions(report: StaticReport, bits: SixBits, at: number): void {
  const size = dimensions(bits, at)
  if (!size) return
  report.toBowM = size.toBowM
  report.toSternM = size.toSternM
  report.toPortM = size.toPortM
  report.toStarboardM = size.toStarboardM
}

const epfd = (bits: SixBits, at: number) => boundedOrNull(bits, at, 4, 0, 15)

/** Type 5: static and voyage data of class A. */
export function decodeVoyage(bits: SixBits, type: number, repeat: number, mmsi: number): StaticReport {
  const report = blank(type, repeat, mmsi)
  report.aisVersion = boundedOrNull(bits, 38, 2, 0, 3)
  report.imo = bits.unsigned(40, 30, 0) || null
  report.callSign = bits.text(70, 42)
  report.name = bits.text(112, 120)
  report.shipType = shipType(bits, 232)
  setDimensions(report, bits, 240)
  report.epfd = epfd(bits, 270)
  report.etaMonth = boundedOrNull(bits, 274, 4, 1, 12)
  report.etaDay = boundedOrNull(bits, 278, 5, 1, 31)
  report.etaHour = boundedOrNull(bits, 283, 5, 0, 23)
  report.etaMinute = boundedOrNull(bits, 288, 6, 0, 59)
  report.draughtM = bits.unsigned(294, 8, 0) / 10 || null
  report.destination = bits.text(302, 120)
  report.dte = bits.flagOrNull(422)
  return report
}

/** The static half of type 19. */
export function decodeExtendedStatic(
  bits: SixBits,
  type: number,
  repeat: number,
  mmsi: number,
): StaticReport {
  const report = blank(type, repeat, mmsi)
  report.name = bits.text(143, 120)
  report.shipType = shipType(bits, 263)
  setDimensions(report, bits, 271)
  report.epfd = epfd(bits, 301)
  report.dte = bits.flagOrNull(306)
  return report
}

/** Type 24: part A (name) or B (the rest) of class B static data; null for the undefined parts 2 and 3. */
export function decodeStaticPart(
  bits: SixBits,
  type: number,
  repeat: number,
  mmsi: number,
): StaticReport | null {
  const part = bits.unsigned(38, 2, -1)
  if (part !== 0 && part !== 1) return null
  const report = blank(type, repeat, mmsi)
  if (part === 0) {
    report.part = 'A'
    report.name = bits.text(40, 120)
    return report
  }
  report.part = 'B'
  report.shipType = shipType(bits, 40)
  report.vendorId = bits.text(48, 18)
  report.vendorModel = boundedOrNull(bits, 66, 4, 0, 15)
  report.vendorSerial = boundedOrNull(bits, 70, 20, 0, 0xfffff)
  report.callSign = bits.text(90, 42)
  // Craft of a parent ship (98 MID xxxx) send its MMSI where others send their size.
  if (Math.floor(mmsi / 10_000_000) === 98) report.mothershipMmsi = bits.unsigned(132, 30, 0) || null
  else setDimensions(report, bits, 132)
  report.epfd = epfd(bits, 162)
  return report
}
