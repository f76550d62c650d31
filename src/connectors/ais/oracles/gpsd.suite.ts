/** gpsd's AIS objects in our names and values. Only the differences of docs/ais.md are normalised here. */
export type Gpsd = Record<string, never> & { type: number; mmsi: number; repeat: number; scaled: boolean }

type Fields = Record<string, unknown>

const orNull = (value: unknown, ...none: unknown[]) => (none.includes(value) ? null : value)
const text = (value: unknown) => (String(value ?? '').trim() === '' ? null : String(value).trim())
const below = (value: number, limit: number) => (value < limit ? value : null)
const number = (value: unknown) => Number(value)

/** A raw value as it is, a scaled one brought back to raw. */
const rawOf = (o: Gpsd, name: string, per: number, plus = 0) =>
  o.scaled ? Math.round(number(o[name]) * per) - plus : number(o[name])

function place(o: Gpsd, per = 600_000, lon = 'lon', lat = 'lat'): Fields {
  const degrees = (name: string, none: number) => {
    const raw = number(o[name])
    const value = o.scaled ? raw : raw / per
    return Math.abs(value - none) < 1e-6 ? null : Math.round(value * 1e6) / 1e6
  }
  return { [lon]: degrees(lon, 181), [lat]: degrees(lat, 91) }
}

function sog(o: Gpsd): number | null {
  if (!o.scaled) return orNull(o.speed, 1023) === null ? null : number(o.speed) / 10
  if (o.speed === ('nan' as never) || o.speed === ('n/a' as never)) return null
  // 3.22 prints the sentinel of class B as a speed.
  return o.speed === ('fast' as never) ? 102.2 : (orNull(number(o.speed), 102.3) as number | null)
}

const tenths = (o: Gpsd, name: string, none: number) =>
  rawOf(o, name, 10) === none ? null : rawOf(o, name, 10) / 10

/** Sign and size of a turn; gpsd 3.22 loses the sign of scaled values, see `isSignLost`. */
export function turn(o: Gpsd): Fields {
  const value = o.turn as unknown
  if (!o.scaled) {
    const raw = number(value)
    const fast = Math.abs(raw) === 127
    const rate = Math.round((raw / 4.733) ** 2 * 100) / 100
    return {
      rotDegPerMin: raw === -128 ? null : fast ? Math.sign(raw) * 10 : Math.sign(raw) * rate + 0,
      rotFast: fast,
    }
  }
  if (value === 'nan' || value === 'n/a') return { rotDegPerMin: null, rotFast: false }
  if (value === 'fastleft') return { rotDegPerMin: -10, rotFast: true }
  if (value === 'fastright') return { rotDegPerMin: 10, rotFast: true }
  return { rotDegPerMin: number(value), rotFast: false }
}

const second = (o: Gpsd): Fields => ({
  utcSecond: below(number(o.second), 60),
  positionMode: [null, 'manual', 'dead-reckoning', 'inoperative'][Math.max(0, number(o.second) - 60)],
})

function size(o: Gpsd): Fields {
  const [toBowM, toSternM, toPortM, toStarboardM] = [o.to_bow, o.to_stern, o.to_port, o.to_starboard].map(
    number,
  )
  const isKnown = toBowM! + toSternM! + toPortM! + toStarboardM! > 0
  return isKnown
    ? { toBowM, toSternM, toPortM, toStarboardM }
    : { toBowM: null, toSternM: null, toPortM: null, toStarboardM: null }
}

const shipType = (o: Gpsd) => (number(o.shiptype) > 99 ? 0 : number(o.shiptype))

/** `MM-DDThh:mmZ` under `prefix`, each part on its own: 0, 24, 60 and the impossible are none. */
function monthToMinute(value: unknown, prefix: string): Fields {
  const [, month, day, hour, minute] = /^(\d+)-(\d+)T(\d+):(\d+)Z$/.exec(String(value))!.map(Number)
  return {
    [`${prefix}Month`]: month! >= 1 && month! <= 12 ? month : null,
    [`${prefix}Day`]: orNull(day, 0),
    [`${prefix}Hour`]: below(hour!, 24),
    [`${prefix}Minute`]: below(minute!, 60),
  }
}

function baseStation(o: Gpsd): Fields {
  const [, year, month, day, hour, minute, utcSecond] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z$/
    .exec(String(o.timestamp))!
    .map(Number)
  return {
    ...place(o),
    utcYear: orNull(year, 0),
    utcMonth: orNull(month, 0),
    utcDay: orNull(day, 0),
    utcHour: orNull(hour, 24),
    utcMinute: orNull(minute, 60),
    utcSecond: orNull(utcSecond, 60),
    accuracyHigh: o.accuracy,
    epfd: o.epfd,
    raim: o.raim,
    radio: o.radio,
  }
}

const motion = (o: Gpsd): Fields => ({
  ...place(o),
  sogKn: sog(o),
  accuracyHigh: o.accuracy,
  cogDeg: tenths(o, 'course', 3600),
  raim: o.raim,
})

const addressed = (o: Gpsd): Fields => ({
  sequence: o.seqno,
  destinationMmsi: orNull(o.dest_mmsi, 0),
  retransmit: o.retransmit,
})

/** `80:0040…` as hexadecimal with the bits beyond the length cleared: gpsd leaves them as they come. */
export function data(o: Gpsd): Fields {
  const [length, digits] = String(o.data).split(':')
  const dataBits = Number(length)
  const bits = [...digits!].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
  const kept = bits.slice(0, dataBits).padEnd(Math.ceil(dataBits / 8) * 8, '0')
  const dataHex = kept.replace(/.{4}/g, (nibble) => Number.parseInt(nibble, 2).toString(16))
  return { dataBits, dataHex: dataHex === '' ? null : dataHex }
}

const byType: Record<number, (o: Gpsd) => Fields> = {
  1: (o) => ({
    ...motion(o),
    ...turn(o),
    ...second(o),
    navStatus: o.status,
    headingDeg: orNull(o.heading, 511),
    manoeuvre: o.maneuver,
    radio: o.radio,
  }),
  4: baseStation,
  5: (o) => ({
    imo: orNull(o.imo, 0),
    aisVersion: o.ais_version,
    callSign: text(o.callsign),
    name: text(o.shipname),
    shipType: shipType(o),
    ...size(o),
    epfd: o.epfd,
    ...monthToMinute(o.eta, 'eta'),
    draughtM: tenths(o, 'draught', 0),
    destination: text(o.destination),
    dte: number(o.dte) === 1,
  }),
  7: (o) => ({ acknowledged: [o.mmsi1, o.mmsi2, o.mmsi3, o.mmsi4].filter((mmsi) => mmsi !== (0 as never)) }),
  9: (o) => ({
    ...place(o),
    ...second(o),
    altitudeM: orNull(o.alt, 4095),
    sogKn: orNull(o.speed, 1023, 'nan', 'n/a'),
    accuracyHigh: o.accuracy,
    cogDeg: tenths(o, 'course', 3600),
    dte: number(o.dte) === 1,
    raim: o.raim,
    radio: o.radio,
  }),
  10: (o) => ({ destinationMmsi: orNull(o.dest_mmsi, 0) }),
  12: (o) => ({ ...addressed(o), text: text(o.text) }),
  14: (o) => ({ text: text(o.text) }),
  15: (o) => ({
    interrogations: [
      { mmsi: o.mmsi1, messageType: o.type1_1, slotOffset: o.offset1_1 },
      { mmsi: o.mmsi1, messageType: o.type1_2, slotOffset: o.offset1_2 },
      { mmsi: o.mmsi2, messageType: o.type2_1, slotOffset: o.offset2_1 },
    ].filter((asked) => number(asked.messageType) > 0),
  }),
  16: (o) => ({
    assignments: [1, 2]
      .map((n) => ({ mmsi: o[`mmsi${n}`], slotOffset: o[`offset${n}`], increment: o[`increment${n}`] }))
      .filter((one) => number(one.mmsi) > 0),
  }),
  17: (o) => ({ ...place(o, 600), ...data(o) }),
  18: (o) => ({
    ...motion(o),
    ...second(o),
    headingDeg: orNull(o.heading, 511),
    radio: o.radio,
    carrierSense: o.cs,
    hasDisplay: o.display,
    hasDsc: o.dsc,
    wholeBand: o.band,
    acceptsMessage22: o.msg22,
  }),
  19: (o) => ({
    ...motion(o),
    ...second(o),
    headingDeg: orNull(o.heading, 511),
    name: text(o.shipname),
    shipType: shipType(o),
    ...size(o),
    epfd: o.epfd,
    dte: number(o.dte) === 1,
    assigned: o.assigned,
  }),
  20: (o) => ({
    reservations: [1, 2, 3, 4]
      .map((n) => ({
        slotOffset: o[`offset${n}`],
        slots: o[`number${n}`],
        timeoutMin: o[`timeout${n}`],
        increment: o[`increment${n}`],
      }))
      .filter((one) => Object.values(one).some((value) => number(value) > 0)),
  }),
  21: (o) => ({
    ...place(o),
    aidType: o.aid_type,
    name: text(o.name),
    accuracyHigh: o.accuracy,
    ...size(o),
    epfd: o.epfd,
    utcSecond: below(number(o.second), 60),
    regional: o.regional,
    offPosition: o.off_position,
    raim: o.raim,
    isVirtual: o.virtual_aid,
  }),
  22: (o) => ({
    channelA: o.channel_a,
    channelB: o.channel_b,
    txRxMode: o.txrx,
    powerLow: o.power,
    addressed: o.addressed,
    narrowBandA: o.band_a,
    narrowBandB: o.band_b,
    zoneSizeNm: number(o.zonesize) + 1,
    ...(o.addressed
      ? { destination1Mmsi: orNull(o.dest1, 0), destination2Mmsi: orNull(o.dest2, 0) }
      : corners(o)),
  }),
  23: (o) => ({
    ...corners(o),
    stationType: o.stationtype,
    shipType: o.shiptype,
    intervalCode: o.interval,
    quietMin: o.quiet,
  }),
  25: slotBinary,
  26: slotBinary,
  27: (o) => ({
    ...place(o, 600),
    navStatus: o.status,
    sogKn: orNull(o.speed, 63),
    accuracyHigh: o.accuracy,
    cogDeg: orNull(o.course, 511),
    raim: o.raim,
    gnssCurrent: !o.gnss,
  }),
}
byType[2] = byType[1]!
byType[3] = byType[1]!
byType[11] = baseStation
byType[13] = byType[7]!

function corners(o: Gpsd): Fields {
  const named = {
    ...o,
    neLon: o.ne_lon,
    neLat: o.ne_lat,
    swLon: o.sw_lon,
    swLat: o.sw_lat,
  } as unknown as Gpsd
  return { ...place(named, 600, 'neLon', 'neLat'), ...place(named, 600, 'swLon', 'swLat') }
}

function slotBinary(o: Gpsd): Fields {
  return {
    addressed: o.addressed,
    structured: o.structured,
    destinationMmsi: orNull(o.dest_mmsi, 0),
    ...(o.structured ? { dac: number(o.app_id) >> 6, fid: number(o.app_id) & 63 } : {}),
    ...data(o),
  }
}

/** Our fields as `o` has them; types 6, 8 and 24 are compared elsewhere. */
export const fromGpsd = (o: Gpsd): Fields => ({
  type: o.type,
  repeat: o.repeat,
  mmsi: o.mmsi,
  ...byType[o.type]!(o),
})

export const hasMapping = (type: number): boolean => type in byType
export { addressed, monthToMinute, orNull, place, rawOf, text }
