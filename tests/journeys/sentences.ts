/** AIS sentences for the journeys' own antenna: types 1 and 5 of ITU-R M.1371-5, enough for a port to be seen. */

export interface Transponder {
  mmsi: number
  name: string
  callSign: string
  imo: number
  shipType: number
  navStatus: number
  lon: number
  lat: number
  sogKn: number
  cogDeg: number
  headingDeg: number
  lengthM: number
  beamM: number
  destination: string
}

class Bits {
  private bits = ''

  put(value: number, width: number): this {
    const wrapped = value < 0 ? 2 ** width + value : value
    this.bits += Math.round(wrapped).toString(2).padStart(width, '0').slice(-width)
    return this
  }

  text(value: string, letters: number): this {
    for (const letter of value.toUpperCase().padEnd(letters, '@').slice(0, letters)) {
      const code = letter.charCodeAt(0)
      this.put(code >= 64 ? code - 64 : code, 6)
    }
    return this
  }

  /** Payload characters and fill bits. */
  armour(): { payload: string; fill: number } {
    const fill = (6 - (this.bits.length % 6)) % 6
    const padded = this.bits + '0'.repeat(fill)
    const payload = padded.replace(/.{6}/g, (six) => {
      const value = Number.parseInt(six, 2)
      return String.fromCharCode(value < 40 ? value + 48 : value + 56)
    })
    return { payload, fill }
  }
}

const checksum = (text: string) =>
  [...text]
    .reduce((sum, letter) => sum ^ letter.charCodeAt(0), 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0')

/** The sentences of one message, each behind a TAG block that says when and where it was heard. */
function sentences(bits: Bits, atMs: number, group: number): string[] {
  const { payload, fill } = bits.armour()
  const parts = payload.match(/.{1,60}/g) ?? []
  return parts.map((part, i) => {
    const isLast = i === parts.length - 1
    const body = `AIVDM,${parts.length},${i + 1},${parts.length > 1 ? group % 10 : ''},A,${part},${isLast ? fill : 0}`
    const tag = `s:planier,c:${Math.floor(atMs / 1000)}`
    return `\\${tag}*${checksum(tag)}\\!${body}*${checksum(body)}\r\n`
  })
}

export const positionReport = (ship: Transponder, atMs: number): string =>
  sentences(
    new Bits()
      .put(1, 6)
      .put(0, 2)
      .put(ship.mmsi, 30)
      .put(ship.navStatus, 4)
      .put(-128, 8)
      .put(ship.sogKn * 10, 10)
      .put(1, 1)
      .put(ship.lon * 600_000, 28)
      .put(ship.lat * 600_000, 27)
      .put(ship.cogDeg * 10, 12)
      .put(ship.headingDeg, 9)
      .put(Math.floor(atMs / 1000) % 60, 6)
      .put(0, 25),
    atMs,
    0,
  ).join('')

export const staticReport = (ship: Transponder, atMs: number, group: number): string => {
  const bow = Math.round(ship.lengthM * 0.7)
  const port = Math.round(ship.beamM / 2)
  return sentences(
    new Bits()
      .put(5, 6)
      .put(0, 2)
      .put(ship.mmsi, 30)
      .put(0, 2)
      .put(ship.imo, 30)
      .text(ship.callSign, 7)
      .text(ship.name, 20)
      .put(ship.shipType, 8)
      .put(bow, 9)
      .put(ship.lengthM - bow, 9)
      .put(port, 6)
      .put(ship.beamM - port, 6)
      .put(1, 4)
      .put(12, 4)
      .put(24, 5)
      .put(18, 5)
      .put(30, 6)
      .put(64, 8)
      .text(ship.destination, 20)
      .put(0, 2),
    atMs,
    group,
  ).join('')
}
