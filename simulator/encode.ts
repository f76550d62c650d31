/** AIS messages as armoured payloads (ITU-R M.1371-5) and NMEA sentences around them. */
import type { FleetVessel } from './fleet.ts'
import type { State } from './timeline.ts'

const characters = '0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw'

/** The bits of one message. */
class Bits {
  #sextets = ''
  #open = 0
  #held = 0

  put(value: number, width: number): this {
    for (let bit = width - 1; bit >= 0; bit--) {
      this.#held = (this.#held << 1) | (Math.floor(value / 2 ** bit) & 1)
      if (++this.#open < 6) continue
      this.#sextets += characters[this.#held]
      this.#open = 0
      this.#held = 0
    }
    return this
  }

  signed(value: number, width: number): this {
    return this.put(value < 0 ? value + 2 ** width : value, width)
  }

  /** Six bits a character, `@` after the end. */
  text(text: string, length: number): this {
    for (let i = 0; i < length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 64
      this.put(code >= 64 ? code - 64 : code, 6)
    }
    return this
  }

  /** Payload and the bits added to fill its last character. */
  end(): { payload: string; fillBits: number } {
    const fillBits = this.#open === 0 ? 0 : 6 - this.#open
    if (fillBits > 0) this.put(0, fillBits)
    return { payload: this.#sextets, fillBits }
  }
}

export type Payload = ReturnType<Bits['end']>

const place = (bits: Bits, lon: number, lat: number): Bits =>
  bits.signed(Math.round(lon * 600_000), 28).signed(Math.round(lat * 600_000), 27)

const tenths = (value: number, unavailable: number) =>
  Number.isFinite(value) ? Math.round(value * 10) : unavailable

/** Rate of turn in °/min as the field holds it: 4.733 √. */
const rotField = (degPerMin: number): number =>
  Math.max(-126, Math.min(126, Math.sign(degPerMin) * Math.round(4.733 * Math.sqrt(Math.abs(degPerMin)))))

/** Type 1: class A position. */
export function positionA(vessel: FleetVessel, state: State, rotDegPerMin: number, atMs: number): Payload {
  const bits = new Bits().put(1, 6).put(0, 2).put(vessel.mmsi, 30).put(state.navStatus, 4)
  bits
    .signed(rotField(rotDegPerMin), 8)
    .put(Math.min(1022, tenths(state.sogKn, 1023)), 10)
    .put(1, 1)
  place(bits, state.lon, state.lat)
    .put(tenths(state.cogDeg, 3600) % 3600, 12)
    .put(Math.round(state.headingDeg) % 360, 9)
  return bits
    .put(new Date(atMs).getUTCSeconds(), 6)
    .put(0, 2)
    .put(0, 3)
    .put(0, 1)
    .put(radioOf(vessel, atMs), 19)
    .end()
}

/** Type 18: class B position. */
export function positionB(vessel: FleetVessel, state: State, atMs: number): Payload {
  const bits = new Bits().put(18, 6).put(0, 2).put(vessel.mmsi, 30).put(0, 8)
  bits.put(Math.min(1022, tenths(state.sogKn, 1023)), 10).put(0, 1)
  place(bits, state.lon, state.lat)
    .put(tenths(state.cogDeg, 3600) % 3600, 12)
    .put(511, 9)
  return bits
    .put(new Date(atMs).getUTCSeconds(), 6)
    .put(0, 2)
    .put(0b101_0100, 7)
    .put(0, 1)
    .put(0b1110_0000_0000_0000_0110, 20)
    .end()
}

/** Type 9: search and rescue aircraft. */
export function positionAircraft(vessel: FleetVessel, state: State, atMs: number): Payload {
  const bits = new Bits()
    .put(9, 6)
    .put(0, 2)
    .put(vessel.mmsi, 30)
    .put(300, 12)
    .put(Math.round(state.sogKn), 10)
    .put(1, 1)
  place(bits, state.lon, state.lat).put(tenths(state.cogDeg, 3600) % 3600, 12)
  return bits
    .put(new Date(atMs).getUTCSeconds(), 6)
    .put(0, 8)
    .put(1, 1)
    .put(0, 3)
    .put(0, 1)
    .put(0, 1)
    .put(0, 19)
    .end()
}

/** The low bits stand for the slot: they keep two reports of one place and second apart. */
const radioOf = (vessel: FleetVessel, atMs: number): number =>
  (Math.floor(atMs / 1000) * 37 + vessel.mmsi) % 4096

/** Type 5: static and voyage data, class A. */
export function staticA(vessel: FleetVessel, etaMs: number): Payload {
  const { mmsi, imo, name, callSign, shipType, lengthM, beamM, draughtM, destination } = vessel
  const eta = new Date(etaMs)
  const bow = Math.round(lengthM * 0.3)
  const port = Math.floor(beamM / 2)
  const bits = new Bits().put(5, 6).put(0, 2).put(mmsi, 30).put(0, 2).put(imo, 30)
  bits.text(callSign, 7).text(name, 20).put(shipType, 8)
  bits
    .put(bow, 9)
    .put(lengthM - bow, 9)
    .put(port, 6)
    .put(beamM - port, 6)
    .put(1, 4)
  bits
    .put(eta.getUTCMonth() + 1, 4)
    .put(eta.getUTCDate(), 5)
    .put(eta.getUTCHours(), 5)
    .put(eta.getUTCMinutes(), 6)
  return bits
    .put(Math.round(draughtM * 10), 8)
    .text(destination, 20)
    .put(0, 1)
    .put(0, 1)
    .end()
}

/** Type 24, parts A and B: static data, class B. */
export function staticB(vessel: FleetVessel): [Payload, Payload] {
  const { mmsi, name, callSign, shipType, lengthM, beamM } = vessel
  const bow = Math.round(lengthM * 0.4)
  const port = Math.floor(beamM / 2)
  const a = new Bits().put(24, 6).put(0, 2).put(mmsi, 30).put(0, 2).text(name, 20).put(0, 8).end()
  const b = new Bits()
    .put(24, 6)
    .put(0, 2)
    .put(mmsi, 30)
    .put(1, 2)
    .put(shipType, 8)
    .text('LAC', 3)
    .put(1, 4)
    .put(0, 20)
  b.text(callSign, 7)
    .put(bow, 9)
    .put(lengthM - bow, 9)
    .put(port, 6)
    .put(beamM - port, 6)
    .put(0, 6)
  return [a, b.end()]
}

/** Type 4: base station. */
export function baseStation(mmsi: number, lon: number, lat: number, atMs: number): Payload {
  const at = new Date(atMs)
  const bits = new Bits()
    .put(4, 6)
    .put(0, 2)
    .put(mmsi, 30)
    .put(at.getUTCFullYear(), 14)
    .put(at.getUTCMonth() + 1, 4)
  bits
    .put(at.getUTCDate(), 5)
    .put(at.getUTCHours(), 5)
    .put(at.getUTCMinutes(), 6)
    .put(at.getUTCSeconds(), 6)
    .put(1, 1)
  return place(bits, lon, lat).put(7, 4).put(0, 10).put(0, 1).put(0, 19).end()
}

/** Type 21: aid to navigation. */
export function aidToNavigation(
  mmsi: number,
  kind: number,
  name: string,
  lon: number,
  lat: number,
  atMs: number,
): Payload {
  const bits = new Bits().put(21, 6).put(0, 2).put(mmsi, 30).put(kind, 5).text(name, 20).put(1, 1)
  place(bits, lon, lat).put(0, 30).put(7, 4).put(new Date(atMs).getUTCSeconds(), 6)
  return bits.put(0, 1).put(0, 8).put(0, 1).put(0, 1).put(0, 1).put(0, 1).end()
}

const checksum = (text: string): string => {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum ^= text.charCodeAt(i)
  return sum.toString(16).toUpperCase().padStart(2, '0')
}

const payloadPerSentence = 60

/** The sentences of a payload; parts of a long one share a sequence number, 0–9. */
export function sentences({ payload, fillBits }: Payload, channel: 'A' | 'B', sequence: number): string[] {
  const parts = Math.ceil(payload.length / payloadPerSentence)
  return Array.from({ length: parts }, (_, i) => {
    const part = payload.slice(i * payloadPerSentence, (i + 1) * payloadPerSentence)
    const fill = i === parts - 1 ? fillBits : 0
    const body = `AIVDM,${parts},${i + 1},${parts > 1 ? sequence : ''},${channel},${part},${fill}`
    return `!${body}*${checksum(body)}`
  })
}

/** A TAG block with the receiving station and its time, ms since 1970 UTC. */
export function tagged(sentence: string, station: string, atMs: number): string {
  const tag = `s:${station},c:${Math.round(atMs)}`
  return `\\${tag}*${checksum(tag)}\\${sentence}`
}
