import { SixBitWriter } from '../../src/connectors/ais/aisstream-bits.ts'
import { writeMessage } from '../../src/connectors/ais/aisstream-message.ts'

const vessels = 400
/** Every tenth message is static data, whose two sentences a kill may part. */
const staticEvery = 10

/**
 * AIS lines of which no two are alike: vessels that move at each report, 1 ms apart by their TAG times, so that nothing
 * is a repetition to the product.
 */
export class Traffic {
  readonly #writer = new SixBitWriter()
  #count = 0
  #startMs: number

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** The lines of the next messages. */
  take(messages: number): Buffer {
    let text = ''
    for (let i = 0; i < messages; i += 1) text += this.#next()
    return Buffer.from(text, 'latin1')
  }

  #next(): string {
    const i = this.#count++
    const mmsi = 227_999_000 + (i % vessels)
    const tag = `c:${this.#startMs + i}`
    const prefix = `\\${tag}*${checksum(tag)}\\`
    if (i % staticEvery !== staticEvery - 1) {
      const body = {
        UserID: mmsi,
        Longitude: 4 + (i % 900_001) / 600_000,
        Latitude: 43,
        Sog: 10,
        Timestamp: i % 60,
      }
      return `${prefix}${this.#sentence('PositionReport', body, 1, '')[0]}`
    }
    const body = { UserID: mmsi, Name: `VESSEL ${i}`, Type: 70, Destination: 'FRMRS' }
    const [first, second] = this.#sentence(
      'ShipStaticData',
      body,
      2,
      String(Math.floor(i / staticEvery) % 10),
    )
    return `${prefix}${first}${prefix}${second}`
  }

  #sentence(messageType: string, body: Record<string, unknown>, parts: 1 | 2, id: string): string[] {
    const wrong = writeMessage(messageType, body, undefined, this.#writer)
    if (wrong) throw new Error(`The traffic has a wrong ${wrong}`)
    const payload = Buffer.from(this.#writer.armoured()).toString('latin1')
    const cut = parts === 1 ? payload.length : 60
    return [payload.slice(0, cut), payload.slice(cut)].slice(0, parts).map((part, at) => {
      const fillBits = at === parts - 1 ? this.#writer.fillBits : 0
      const sentence = `AIVDM,${parts},${at + 1},${id},A,${part},${fillBits}`
      return `!${sentence}*${checksum(sentence)}\r\n`
    })
  }
}

function checksum(text: string): string {
  let sum = 0
  for (let i = 0; i < text.length; i += 1) sum ^= text.charCodeAt(i)
  return sum.toString(16).toUpperCase().padStart(2, '0')
}
