import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { positionReport, staticReport, type Transponder } from './sentences.ts'

const moored = { navStatus: 5, sogKn: 0, cogDeg: 0 }
const underWay = { navStatus: 0 }
const anchored = { navStatus: 1, sogKn: 0.1, cogDeg: 120 }

/** Invented ships of no allocated country, in and off Marseille. */
const ships: Omit<Transponder, 'mmsi'>[] = [
  ship('MISTRAL DOUX', 60, 5.2, 43.25, 190, { ...underWay, sogKn: 18, cogDeg: 45, headingDeg: 45 }),
  ship('VENTOUX ROSE', 60, 5.361, 43.312, 170, { ...moored, headingDeg: 330 }),
  ship('CALANQUE BLEUE', 69, 5.345, 43.333, 290, { ...moored, headingDeg: 150 }),
  ship('RHONE LENT', 71, 4.86, 43.4, 330, { ...moored, headingDeg: 20 }),
  ship('ETOILE PALE', 70, 5.0, 43.2, 180, { ...underWay, sogKn: 12, cogDeg: 300, headingDeg: 301 }),
  ship('LAVANDE CLAIRE', 80, 4.95, 43.33, 250, { ...anchored, headingDeg: 310 }),
  ship('OLIVIER CALME', 80, 5.006, 43.394, 240, { ...moored, headingDeg: 80 }),
  ship('PILOTE INVENTE', 50, 5.25, 43.31, 16, { ...underWay, sogKn: 9, cogDeg: 200, headingDeg: 511 }),
  ship('SARDINE VIVE', 30, 5.15, 43.15, 18, {
    ...underWay,
    navStatus: 7,
    sogKn: 4,
    cogDeg: 90,
    headingDeg: 511,
  }),
  ship('PLAISIR TRANQUILLE', 37, 5.4, 43.17, 14, { ...underWay, sogKn: 6, cogDeg: 270, headingDeg: 511 }),
]

function ship(
  name: string,
  shipType: number,
  lon: number,
  lat: number,
  lengthM: number,
  motion: Pick<Transponder, 'navStatus' | 'sogKn' | 'cogDeg' | 'headingDeg'>,
): Omit<Transponder, 'mmsi'> {
  return {
    name,
    shipType,
    lon,
    lat,
    lengthM,
    beamM: Math.max(4, Math.round(lengthM / 7)),
    callSign: 'XX9TEST',
    imo: 0,
    destination: 'NULLE PART',
    ...motion,
  }
}

/** MID 290 is given to no country. */
const firstMmsi = 290_000_001
const mpsPerKn = 1852 / 3600
const minute = 60_000

/**
 * A receiver that the product connects to: a TCP server that tells forty minutes of past at once, then goes on
 * every two seconds. Stopping it is a feed that dies.
 */
export class Antenna {
  readonly fleet: Transponder[] = ships.map((item, i) => ({ ...item, mmsi: firstMmsi + i }))
  /** Those that anybody may see: no pleasure craft, none under 20 m. */
  readonly publicFleet = this.fleet.filter(({ lengthM, shipType }) => lengthM >= 20 && shipType !== 37)
  private readonly startedMs = Date.now()
  private readonly sockets = new Set<Socket>()
  private server: Server | undefined
  private timer: NodeJS.Timeout | undefined

  /** Listens on a free port of this machine and answers it. */
  async listen(): Promise<number> {
    this.server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => socket.destroy())
      socket.write(this.past())
    }).listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.timer = setInterval(() => this.transmit(this.reports(Date.now())), 2000)
    return (this.server.address() as AddressInfo).port
  }

  /** Sends `text` to whoever listens. */
  transmit(text: string): void {
    for (const socket of this.sockets) socket.write(text)
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    for (const socket of this.sockets) socket.destroy()
    this.server?.close()
    if (this.server) await once(this.server, 'close')
    this.server = undefined
  }

  /** A ship where it is at `atMs`: straight on from where it was at the start. */
  at(item: Transponder, atMs: number): Transponder {
    const metres = item.navStatus === 5 ? 0 : (item.sogKn * mpsPerKn * (atMs - this.startedMs)) / 1000
    const course = (item.cogDeg * Math.PI) / 180
    return {
      ...item,
      lon: item.lon + (metres * Math.sin(course)) / (111_195 * Math.cos((item.lat * Math.PI) / 180)),
      lat: item.lat + (metres * Math.cos(course)) / 111_195,
    }
  }

  private past(): string {
    const statics = this.fleet.map((item, i) => staticReport(item, this.startedMs - 40 * minute, i))
    const minutes = Array.from({ length: 40 }, (_, i) => this.reports(this.startedMs - (40 - i) * minute))
    return [...statics, ...minutes, this.reports(Date.now())].join('')
  }

  private reports(atMs: number): string {
    return this.fleet.map((item) => positionReport(this.at(item, atMs), atMs)).join('')
  }
}
