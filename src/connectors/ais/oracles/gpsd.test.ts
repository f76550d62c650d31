import { expect, it } from 'vitest'
import {
  decodeAll,
  describeWithReference,
  differences,
  jsonLines,
  type Ours,
  reference,
} from './compare.suite.ts'
import { fromGpsd, type Gpsd, hasMapping, text } from './gpsd.suite.ts'
import { applicationOf, binaryFromGpsd } from './gpsd-binary.suite.ts'

type Fields = Record<string, unknown>

/** Of our fields those that gpsd has too. */
const restrict = (ours: Fields, names: string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, ours[name]]))

/** Lists of acknowledged messages without the sequence numbers, which gpsd leaves out. */
const comparable = (flat: Fields): Fields =>
  Array.isArray(flat.acknowledged)
    ? { ...flat, acknowledged: flat.acknowledged.map((one) => one.mmsi).filter((mmsi) => mmsi !== null) }
    : Array.isArray(flat.reservations)
      ? {
          ...flat,
          reservations: flat.reservations.filter((one) => Object.values(one).some((value) => value !== 0)),
        }
      : flat

/** Half a unit of the last digit printed, where gpsd prints fewer than six decimals. */
const tolerances = (type: number, isScaled: boolean): Record<string, number> => {
  if (!isScaled) return {}
  if (type === 17) return { lon: 0.05, lat: 0.05 }
  if (type === 27) return { lon: 5e-5, lat: 5e-5 }
  return {}
}

/** gpsd 3.22 rounds turns and loses their sign; the newer one of the sample prints two decimals. */
function compareTurn(ours: Fields, version: '3.22' | 'newer'): Fields {
  const turn = ours.rotDegPerMin
  if (version === 'newer' || typeof turn !== 'number' || ours.rotFast) return ours
  return { ...ours, rotDegPerMin: Math.round(Math.abs(turn)) }
}

/** Everything but types 6, 8 and 24. */
function compareTypes(messages: Ours[], theirs: Gpsd[], version: '3.22' | 'newer') {
  const left: Record<number, { onlyOurs: string[]; onlyTheirs: string[] }> = {}
  let compared = 0
  for (const type of new Set(theirs.map((o) => o.type))) {
    if (!hasMapping(type)) continue
    const expected = theirs.filter((o) => o.type === type).map(fromGpsd)
    const names = Object.keys(expected[0]!)
    const ours = messages
      .filter(({ flat }) => flat.type === type)
      .map(({ flat }) => {
        const own =
          type === 22 || type === 25 || type === 26 ? Object.keys(flat).filter((n) => n !== 'radio') : names
        const named = type === 22 || type > 24 ? own.filter((n) => n !== 'lon' && n !== 'lat') : own
        return compareTurn(restrict(comparable(flat), type === 27 ? names : named), version)
      })
    const result = differences(ours, expected, tolerances(type, theirs[0]!.scaled))
    compared += expected.length - result.onlyTheirs.length
    if (result.onlyOurs.length + result.onlyTheirs.length > 0) left[type] = result
  }
  return { left, compared }
}

/** Types 6 and 8: decoded as gpsd does, or kept as the same bits. Answers those kept that gpsd decodes. */
function compareBinary(messages: Ours[], theirs: Gpsd[]) {
  const kept: Record<string, number> = {}
  const expected: Fields[] = []
  const ours: Fields[] = []
  const pool = new Map<string, Ours[]>()
  for (const message of messages) {
    const { type, mmsi, dac, fid } = message.flat
    const key = `${type} ${mmsi} ${dac} ${fid}`
    pool.set(key, [...(pool.get(key) ?? []), message])
  }
  for (const o of theirs.filter(({ type }) => type === 6 || type === 8)) {
    // Order within one sender and application is kept on both sides.
    const message = pool.get(`${o.type} ${o.mmsi} ${o.dac} ${o.fid}`)?.shift()
    expect(message, `missing: ${JSON.stringify(o)}`).toBeDefined()
    const { flat, bits } = message!
    const { header, contents } = binaryFromGpsd(o)
    const isRaw = 'dataHex' in flat
    const payload = bits.slice(o.type === 6 ? 88 : 56)
    if (isRaw) {
      // What is kept must be the bits of the line.
      const dataBits = Number(flat.dataBits)
      const digits = [...String(flat.dataHex ?? '')].map((d) =>
        Number.parseInt(d, 16).toString(2).padStart(4, '0'),
      )
      expect(digits.join('').slice(0, dataBits)).toBe(payload.slice(0, dataBits))
    }
    if (isRaw !== 'data' in o) {
      const name = `${isRaw ? 'kept' : 'decoded'} ${applicationOf(o)}`
      kept[name] = (kept[name] ?? 0) + 1
      if (!isRaw && flat.dac === 1 && (flat.fid === 40 || flat.fid === 16)) {
        expect(flat.personsOnBoard ?? 0).toBe(Number.parseInt(payload.slice(0, 13), 2))
      }
    }
    const both = isRaw === 'data' in o ? { ...header, ...contents } : header
    expected.push(both)
    ours.push(restrict(flat, Object.keys(both)))
  }
  // Weather: 3.22 prints four decimals of a degree and one of a metre.
  return { kept, ...differences(ours, expected, { waterLevelM: 0.05, lon: 5e-5, lat: 5e-5 }) }
}

/** Type 24: gpsd joins the parts of a ship; each half must be one of ours. */
function comparePartsOf24(messages: Ours[], theirs: Gpsd[]): string[] {
  const parts = messages.filter(({ flat }) => flat.type === 24).map(({ flat }) => flat)
  return theirs
    .filter(({ type }) => type === 24)
    .filter((o) => {
      const same = parts.filter((part) => part.mmsi === o.mmsi)
      const hasA = same.some((part) => part.part === 'A' && text(part.name) === text(o.shipname))
      const hasB = same.some(
        (part) =>
          part.part === 'B' &&
          part.shipType === (Number(o.shiptype) > 99 ? 0 : o.shiptype) &&
          text(part.callSign) === text(o.callsign) &&
          part.vendorModel === o.model &&
          part.vendorSerial === o.serial &&
          text(part.vendorId) === text(String(o.vendorid).slice(0, 3)) &&
          ('mothership_mmsi' in o
            ? part.mothershipMmsi === o.mothership_mmsi
            : (part.toBowM ?? 0) === o.to_bow &&
              (part.toSternM ?? 0) === o.to_stern &&
              (part.toPortM ?? 0) === o.to_port &&
              (part.toStarboardM ?? 0) === o.to_starboard),
      )
      return !hasA || !hasB
    })
    .map((o) => JSON.stringify(o))
}

/**
 * Type, MMSI and radio state of the lines of the sample where gpsd reads zeros beyond the end, with what they say:
 * one states five fill bits that are none (the line before it is the same without), two end inside a third MMSI.
 */
const cutShort: Record<string, Fields> = {
  '1 244740981 1076': { radio: 34_463 },
  '7 655901842 ': { mmsi3: 0 },
  '7 537411077 ': { mmsi3: 0 },
}

/** Each object once, where the same lines were read several times. */
function once<T>(items: T[], isNeeded: boolean): T[] {
  const distinct = new Map(items.map((item) => [JSON.stringify(item), item]))
  return isNeeded ? [...distinct.values()] : items
}

const load = (path: string) => jsonLines(path) as unknown as Gpsd[]

describeWithReference('gpsd: 97 objects of its sample', () => {
  const cases = [
    { name: 'scaled', path: 'gpsd/sample.aivdm.js.chk' },
    { name: 'raw', path: 'gpsd/sample.aivdm.ju.chk' },
  ]
  it.each(cases)('$name values', ({ path }) => {
    const { messages } = decodeAll(reference('gpsd/sample.aivdm'))
    const theirs = load(path)
    expect(theirs.length).toBe(97)
    const whole = theirs.map((o) => ({ ...o, ...cutShort[`${o.type} ${o.mmsi} ${o.radio ?? ''}`] }))
    const { left, compared } = compareTypes(messages, whole as unknown as Gpsd[], 'newer')
    expect(left).toEqual({})
    const elsewhere = theirs.filter(({ type }) => [6, 8, 24].includes(type)).length
    expect(compared + elsewhere).toBe(97)
    expect(comparePartsOf24(messages, theirs)).toEqual([])
    const binary = compareBinary(messages, theirs)
    expect(binary.onlyTheirs).toEqual([])
    // gpsd reads these although they are cut or hold a latitude of −406°; 6: 1/40 it does not know.
    expect(binary.kept).toEqual({
      'kept 6:1/12': 1,
      'kept 6:1/14': 1,
      'kept 6:1/18': 3,
      'kept 6:1/32': 2,
      'decoded 6:1/40': 2,
    })
  })
})

describeWithReference('gpsd: what its daemon reports for receiver logs', () => {
  const logs = [
    { log: 'ais-18-27', objects: 138 },
    { log: 'ais-nmea-type6-fid55', objects: 1265 },
    { log: 'ais-nmea', objects: 274 },
    { log: 'ais-raw-messages', objects: 108 },
    { log: 'ais_unpack_sixbit', objects: 12 },
  ]
  it.each(logs)('$log: $objects objects', ({ log, objects }) => {
    const all = load(`gpsd/${log}.log.chk`)
    expect(all.length).toBe(objects)
    // This one was played to the daemon again from its start.
    const isReplayed = log === 'ais-nmea'
    const messages = once(decodeAll(reference(`gpsd/${log}.log`)).messages, isReplayed)
    const theirs = once(all, isReplayed)
    const { left } = compareTypes(messages, theirs, 'newer')
    expect(left).toEqual({})
    expect(comparePartsOf24(messages, theirs)).toEqual([])
    const binary = compareBinary(messages, theirs)
    expect(binary.onlyTheirs).toEqual([])
    expect(binary.kept).toEqual(log === 'ais-nmea-type6-fid55' ? { 'decoded 6:1/40': 1 } : {})
  })
})

describeWithReference('gpsd 3.22: the Gulf of Lion', () => {
  it('708 objects', () => {
    const { messages } = decodeAll(reference('gulf-of-lion-from-aishub-sample.nmea'))
    const theirs = load('expected/gulf-of-lion.gpsd-3.22.jsonl')
    expect(theirs.length).toBe(708)
    expect(compareTypes(messages, theirs, '3.22').left).toEqual({})
    expect(comparePartsOf24(messages, theirs)).toEqual([])
    const binary = compareBinary(messages, theirs)
    expect(binary.onlyTheirs).toEqual([])
  })
})

describeWithReference('gpsd 3.22: the whole world', () => {
  it('443 + 1,082 binary messages and 85 ships of type 24', () => {
    const { messages } = decodeAll(reference('aishub/nmea-sample.txt.gz'))
    const theirs = load('expected/nmea-sample.gpsd-3.22.jsonl.gz')
    expect(comparePartsOf24(messages, theirs)).toEqual([])
    const binary = compareBinary(messages, theirs)
    expect(binary.onlyTheirs).toEqual([])
    // gpsd does not know persons on board; 11 “inland ships” have an ENI or type that is none.
    expect(binary.kept).toEqual({ 'decoded 6:1/40': 52, 'decoded 8:1/40': 10, 'kept 8:200/10': 11 })
  })
})
