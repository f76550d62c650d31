import type { PositionReport } from './message.ts'
import { courseDeg, degrees, headingDeg, latitude, longitude, rotDegPerMin, speedKn } from './scales.ts'
import type { SixBits } from './sixbit.ts'

const modes = [null, 'manual', 'dead-reckoning', 'inoperative'] as const

const utcSecond = (raw: number) => (raw < 60 ? raw : null)
const positionMode = (raw: number) => (raw > 60 ? modes[raw - 60]! : null)

/** HOT. Types 1, 2, 3: class A (ITU-R M.1371-5 §3.1 of annex 8). */
export function decodeClassA(bits: SixBits, type: number, repeat: number, mmsi: number): PositionReport {
  const turn = bits.signed(42, 8, -128)
  const second = bits.unsigned(137, 6, 60)
  const radio = bits.unsigned(149, 19, -1)
  return {
    group: 'position',
    type,
    repeat,
    mmsi,
    navStatus: bits.unsigned(38, 4, 15),
    rotDegPerMin: rotDegPerMin(turn),
    rotFast: turn === 127 || turn === -127,
    sogKn: speedKn(bits, 50),
    accuracyHigh: bits.flag(60),
    lon: longitude(bits, 61),
    lat: latitude(bits, 89),
    cogDeg: courseDeg(bits, 116),
    headingDeg: headingDeg(bits, 128),
    utcSecond: utcSecond(second),
    positionMode: positionMode(second),
    manoeuvre: bits.unsigned(143, 2, 0),
    raim: bits.flag(148),
    altitudeM: null,
    gnssCurrent: null,
    carrierSense: null,
    assigned: null,
    radio: radio < 0 ? null : radio,
    classB: null,
    dte: null,
  }
}

/** HOT. Type 18, and the position half of type 19: class B. */
export function decodeClassB(bits: SixBits, type: number, repeat: number, mmsi: number): PositionReport {
  const second = bits.unsigned(133, 6, 60)
  const isShort = type === 18
  const radio = isShort ? bits.unsigned(148, 20, -1) : -1
  return {
    group: 'position',
    type,
    repeat,
    mmsi,
    navStatus: null,
    rotDegPerMin: null,
    rotFast: false,
    sogKn: speedKn(bits, 46),
    accuracyHigh: bits.flag(56),
    lon: longitude(bits, 57),
    lat: latitude(bits, 85),
    cogDeg: courseDeg(bits, 112),
    headingDeg: headingDeg(bits, 124),
    utcSecond: utcSecond(second),
    positionMode: positionMode(second),
    manoeuvre: null,
    raim: bits.flag(isShort ? 147 : 305),
    altitudeM: null,
    gnssCurrent: null,
    carrierSense: isShort ? bits.flagOrNull(141) : null,
    assigned: bits.flagOrNull(isShort ? 146 : 307),
    radio: radio < 0 ? null : radio,
    classB: isShort && bits.length >= 146 ? classBUnit(bits) : null,
    dte: isShort ? null : bits.flagOrNull(306),
  }
}

const classBUnit = (bits: SixBits) => ({
  hasDisplay: bits.flag(142),
  hasDsc: bits.flag(143),
  wholeBand: bits.flag(144),
  acceptsMessage22: bits.flag(145),
})

/** Type 9: search and rescue aircraft, whose speed is in whole knots. */
export function decodeAircraft(bits: SixBits, type: number, repeat: number, mmsi: number): PositionReport {
  const altitudeM = bits.unsigned(38, 12, 4095)
  const sogKn = bits.unsigned(50, 10, 1023)
  const second = bits.unsigned(128, 6, 60)
  const radio = bits.unsigned(148, 20, -1)
  return {
    group: 'position',
    type,
    repeat,
    mmsi,
    navStatus: null,
    rotDegPerMin: null,
    rotFast: false,
    sogKn: sogKn === 1023 ? null : sogKn,
    accuracyHigh: bits.flag(60),
    lon: longitude(bits, 61),
    lat: latitude(bits, 89),
    cogDeg: courseDeg(bits, 116),
    headingDeg: null,
    utcSecond: utcSecond(second),
    positionMode: positionMode(second),
    manoeuvre: null,
    raim: bits.flag(147),
    altitudeM: altitudeM === 4095 ? null : altitudeM,
    gnssCurrent: null,
    carrierSense: null,
    assigned: bits.flagOrNull(146),
    radio: radio < 0 ? null : radio,
    classB: null,
    dte: bits.flagOrNull(142),
  }
}

/** Type 27: long range, positions of 1/10 minute, speed and course in whole units. */
export function decodeLongRange(bits: SixBits, type: number, repeat: number, mmsi: number): PositionReport {
  const sogKn = bits.unsigned(79, 6, 63)
  const cogDeg = bits.unsigned(85, 9, 511)
  const notCurrent = bits.flagOrNull(94)
  if (cogDeg > 359 && cogDeg !== 511) bits.outOfRange = true
  return {
    group: 'position',
    type,
    repeat,
    mmsi,
    navStatus: bits.unsigned(40, 4, 15),
    rotDegPerMin: null,
    rotFast: false,
    sogKn: sogKn === 63 ? null : sogKn,
    accuracyHigh: bits.flag(38),
    lon: degrees(bits, 44, 18, 600, 180),
    lat: degrees(bits, 62, 17, 600, 90),
    cogDeg: cogDeg === 511 || (cogDeg > 359 && !bits.keepImpossible) ? null : cogDeg,
    headingDeg: null,
    utcSecond: null,
    positionMode: null,
    manoeuvre: null,
    raim: bits.flag(39),
    altitudeM: null,
    gnssCurrent: notCurrent === null ? null : !notCurrent,
    carrierSense: null,
    assigned: null,
    radio: null,
    classB: null,
    dte: null,
  }
}
