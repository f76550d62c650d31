/**
 * An invented port for developing the pages without the server: the same contract, positions that are a
 * function of time, so that the past can be replayed. Never part of the product.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import type {
  LiveOverview,
  LiveVessel,
  SourceState,
  VesselCategory,
  VesselDetail,
} from '../../src/vessels/schema.ts'

const startedAt = Date.now() - 26 * 3_600_000
const wanted = Number(process.env.FAKE_VESSELS ?? 70)
const mode = process.env.FAKE_MODE ?? 'live'

/** mulberry32: small, seeded, good enough for invented ships. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const syllables = [
  'LA',
  'MIS',
  'TRAL',
  'VEN',
  'TOUX',
  'RHO',
  'NE',
  'STEL',
  'MAR',
  'ÉTO',
  'CAL',
  'LEN',
  'SOL',
  'AZUR',
]
const kinds: [VesselCategory, number, number, number][] = [
  ['passenger', 60, 190, 18],
  ['cargo', 70, 330, 13],
  ['tanker', 80, 280, 11],
  ['tug-pilot', 52, 28, 8],
  ['fishing', 30, 18, 6],
  ['pleasure', 36, 13, 5],
  ['service', 55, 40, 10],
  ['other', 90, 60, 9],
]
/** Open water where the invented ships wander: centre and half width, degrees. */
const waters: [number, number, number][] = [
  [4.93, 43.36, 0.035],
  [5.27, 43.31, 0.04],
  [5.15, 43.24, 0.12],
  [4.9, 43.22, 0.15],
  [5.4, 43.12, 0.16],
  [4.6, 43.2, 0.2],
]
const quays: [number, number][] = [
  [4.87, 43.415],
  [5.353, 43.32],
  [5.357, 43.313],
  [5.0, 43.394],
  [5.345, 43.335],
]

interface Invented {
  base: Omit<LiveVessel, 'lon' | 'lat' | 'sogKn' | 'cogDeg' | 'headingDeg' | 'positionAt' | 'stale'>
  centre: [number, number]
  radiusDeg: number
  phase: number
  speedKn: number
  intervalMs: number
}

function invent(index: number): Invented {
  const random = randomOf(index + 1)
  const [category, shipType, length, speedKn] = kinds[Math.floor(random() ** 1.3 * kinds.length)]!
  const roll = random()
  const state = roll < 0.55 ? 'under-way' : roll < 0.78 ? 'moored' : roll < 0.93 ? 'anchored' : 'unknown'
  const water = waters[Math.floor(random() * waters.length)]!
  const quay = quays[Math.floor(random() * quays.length)]!
  const spread = () => (random() - 0.5) * 2
  const centre: [number, number] =
    state === 'moored'
      ? [quay[0] + spread() * 0.004, quay[1] + spread() * 0.003]
      : [water[0] + spread() * water[2], water[1] + spread() * water[2] * 0.6]
  const lengthM = Math.round(length * (0.7 + random() * 0.6))
  const word = () => syllables[Math.floor(random() * syllables.length)]!
  return {
    base: {
      mmsi: 900_000_000 + index,
      kind: index === 12 ? 'aid-to-navigation' : index === 13 && process.env.FAKE_DISTRESS ? 'sart' : 'ship',
      name: random() < 0.93 ? `${word()}${word()} ${index}` : null,
      category,
      shipType,
      aisClass: length > 20 ? 'A' : 'B',
      navStatus: state === 'moored' ? 5 : state === 'anchored' ? 1 : state === 'under-way' ? 0 : 15,
      state,
      toBowM: Math.round(lengthM * 0.6),
      toSternM: lengthM - Math.round(lengthM * 0.6),
      toPortM: Math.round(lengthM / 14),
      toStarboardM: Math.round(lengthM / 14),
      destination: random() < 0.6 ? 'FR MRS' : null,
      flags: index % 19 === 7 ? ['on-land'] : [],
    },
    centre,
    radiusDeg: 0.01 + random() * 0.04,
    phase: random() * 2 * Math.PI,
    speedKn: speedKn * (0.7 + random() * 0.5),
    intervalMs: state === 'under-way' ? 4000 + random() * 6000 : 60_000,
  }
}

const fleet = Array.from({ length: mode === 'empty' ? 0 : wanted }, (_, i) => invent(i))

function at(ship: Invented, nowMs: number): LiveVessel {
  const reportedMs = Math.floor(nowMs / ship.intervalMs) * ship.intervalMs
  const stale = ship.base.mmsi % 17 === 3
  const age = stale ? 1_500_000 : 0
  const isUnderWay = ship.base.state === 'under-way'
  const degPerS = (ship.speedKn * 1852) / 3600 / 111_195
  const angle = ship.phase + (isUnderWay ? (((reportedMs - age) / 1000) * degPerS) / ship.radiusDeg : 0)
  const cosine = Math.cos((ship.centre[1] * Math.PI) / 180)
  const cogDeg = (((360 - (angle * 180) / Math.PI) % 360) + 360) % 360
  const isShip = ship.base.kind === 'ship'
  return {
    ...ship.base,
    lon: ship.centre[0] + (isUnderWay ? (Math.cos(angle) * ship.radiusDeg) / cosine : 0),
    lat: ship.centre[1] + (isUnderWay ? Math.sin(angle) * ship.radiusDeg : 0),
    sogKn: isShip ? (isUnderWay ? Number(ship.speedKn.toFixed(1)) : 0) : null,
    cogDeg: isUnderWay ? Number(cogDeg.toFixed(1)) : null,
    headingDeg:
      ship.base.aisClass === 'A'
        ? Math.round(isUnderWay ? cogDeg : (ship.phase * 180) / Math.PI) % 360
        : null,
    positionAt: new Date(reportedMs - age).toISOString(),
    stale,
  }
}

const source = (): SourceState => ({
  id: 'demo',
  address: 'tcp://127.0.0.1:4001',
  simulated: true,
  state: mode === 'dead' ? 'reconnecting' : 'live',
  message: mode === 'dead' ? 'connection refused' : null,
  lastReceivedAt: new Date(heardMs()).toISOString(),
  messagesPerMinute: mode === 'dead' ? 0 : 1812,
  messages: 284_113,
  duplicates: 1204,
  rejects: { checksum: 31, 'too-short': 2 },
  rejectSamples: {
    checksum: '!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*25',
    'too-short': '!AIVDM,1,1,,B,1,0*00',
  },
  stations: [{ station: 'Planier', messages: 180_000, lastReceivedAt: new Date(heardMs()).toISOString() }],
})

const heardMs = () => (mode === 'dead' ? startedAt + 25.8 * 3_600_000 : Date.now() - 1200)

const overview = (): LiveOverview => ({
  simulated: true,
  mode: mode === 'empty' ? 'empty' : mode === 'history' ? 'history' : 'live',
  nowAt: new Date().toISOString(),
  firstAt: mode === 'empty' ? null : new Date(startedAt).toISOString(),
  lastAt: mode === 'empty' ? null : new Date().toISOString(),
  lastReceivedAt: mode === 'empty' ? null : new Date(heardMs()).toISOString(),
  bounds: mode === 'empty' ? null : [4.72, 43.12, 5.62, 43.47],
  vesselCount: fleet.length,
  messagesPerMinute: 1812,
  stateCounts: {},
  sources: [source()],
})

const inBox = (text: string | null, nowMs: number) => {
  const [west, south, east, north] = (text ?? '-180,-90,180,90').split(',').map(Number) as [
    number,
    number,
    number,
    number,
  ]
  return fleet
    .map((ship) => at(ship, nowMs))
    .filter((v) => v.lon >= west && v.lon <= east && v.lat >= south && v.lat <= north)
}

const common = (nowMs: number) => ({
  at: new Date(nowMs).toISOString(),
  lastReceivedAt: new Date(heardMs()).toISOString(),
  messagesPerMinute: 1812,
})

function stream(url: URL, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const box = url.searchParams.get('bbox')
  let id = 0
  const sent = new Map<number, string>()
  const send = (event: string, data: unknown) =>
    response.write(`id: ${++id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const vessels = inBox(box, Date.now())
  for (const v of vessels) sent.set(v.mmsi, v.positionAt)
  send('snapshot', { ...common(Date.now()), simulated: true, total: vessels.length, vessels })
  const timer = setInterval(() => {
    const now = inBox(box, Date.now())
    const changed = now.filter((v) => sent.get(v.mmsi) !== v.positionAt)
    for (const v of changed) sent.set(v.mmsi, v.positionAt)
    send('update', { ...common(Date.now()), total: now.length, vessels: changed, gone: [] })
  }, 1000)
  response.on('close', () => clearInterval(timer))
}

function detail(mmsi: number, nowMs: number): VesselDetail | undefined {
  const ship = fleet.find((item) => item.base.mmsi === mmsi)
  if (!ship) return undefined
  const vessel = at(ship, nowMs)
  const since = new Date(startedAt).toISOString()
  return {
    vessel,
    mmsi,
    kind: vessel.kind,
    simulated: true,
    imo: 9_074_729,
    name: vessel.name,
    callSign: 'XX9A',
    shipType: vessel.shipType,
    category: vessel.category,
    flag: null,
    lengthM: (vessel.toBowM ?? 0) + (vessel.toSternM ?? 0),
    beamM: (vessel.toPortM ?? 0) * 2,
    draughtM: 6.4,
    destination: vessel.destination,
    etaAt: new Date(nowMs + 9_000_000).toISOString(),
    rotDegPerMin: 0,
    firstHeardAt: since,
    lastHeardAt: vessel.positionAt,
    positions: 8123,
    history: [{ field: 'destination', value: 'FR MRS', since, until: vessel.positionAt, source: 'demo' }],
    heardBy: [{ source: 'demo', station: 'Planier', messages: 9034, lastAt: vessel.positionAt }],
  }
}

function answer(url: URL): unknown {
  const time = url.searchParams.get('at')
  const nowMs = time ? Date.parse(time) : Date.now()
  const span = () =>
    [Date.parse(url.searchParams.get('from') ?? ''), Date.parse(url.searchParams.get('to') ?? '')] as const
  const vesselPath = /^\/api\/v1\/vessels\/(\d+)(\/track)?$/.exec(url.pathname)
  if (url.pathname === '/api/v1/live') return overview()
  if (url.pathname === '/api/v1/vessels/activity') {
    const [from, to] = span()
    const buckets = Number(url.searchParams.get('buckets') ?? 96)
    const size = (to - from) / buckets
    const counts = Array.from({ length: buckets }, (_, i) => {
      const mid = from + (i + 0.5) * size
      if (mid < startedAt || mid > Date.now()) return 0
      return Math.round(900 + 500 * Math.sin(mid / 9e6) + 200 * randomOf(Math.floor(mid / 6e5))())
    })
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      bucketS: Math.round(size / 1000),
      counts,
    }
  }
  if (url.pathname === '/api/v1/vessels/search') {
    const asked = (url.searchParams.get('q') ?? '').toLowerCase()
    const vessels = fleet
      .map((ship) => at(ship, nowMs))
      .filter((v) => `${v.name ?? ''} ${v.mmsi}`.toLowerCase().includes(asked))
      .slice(0, 8)
      .map((v) => ({ ...v, callSign: 'XX9A', imo: 9_074_729 }))
    return { vessels }
  }
  if (url.pathname === '/api/v1/vessels/trails') {
    const minutes = Number(url.searchParams.get('minutes') ?? 20)
    const trails = Object.fromEntries(
      fleet
        .filter((ship) => ship.base.state === 'under-way')
        .map((ship) => [
          ship.base.mmsi,
          Array.from({ length: 20 }, (_, i) => {
            const v = at(ship, nowMs - (minutes * 60_000 * (20 - i)) / 20)
            return [v.lon, v.lat, Date.parse(v.positionAt)]
          }),
        ]),
    )
    return { at: new Date(nowMs).toISOString(), trails }
  }
  if (vesselPath?.[2]) {
    const [from, to] = span()
    const ship = fleet.find((item) => item.base.mmsi === Number(vesselPath[1]))
    if (!ship) return undefined
    const points = Array.from({ length: 400 }, (_, i) => {
      const v = at(ship, from + ((to - from) * i) / 400)
      return [v.lon, v.lat, Date.parse(v.positionAt), v.sogKn, v.cogDeg]
    })
    return {
      mmsi: ship.base.mmsi,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      thinned: false,
      points,
    }
  }
  if (vesselPath) return detail(Number(vesselPath[1]), nowMs)
  if (url.pathname === '/api/v1/vessels') {
    const vessels = inBox(url.searchParams.get('bbox'), nowMs)
    return { at: new Date(nowMs).toISOString(), simulated: true, total: vessels.length, vessels }
  }
  return undefined
}

function handle(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!url.pathname.startsWith('/api/')) {
    next()
    return
  }
  if (mode === 'down') {
    response.writeHead(503).end()
    return
  }
  if (url.pathname === '/api/v1/datasets/vessels/stream') {
    stream(url, response)
    return
  }
  const body = answer(url)
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body ?? { title: 'Not Found', detail: 'There is no such vessel here.' }))
}

/** A Vite plugin that answers `/api` with the invented port, for `vite` and `vite preview`. */
export function fakePort(): Plugin {
  return {
    name: 'fake-port',
    configureServer: (server) => void server.middlewares.use(handle),
    configurePreviewServer: (server) => void server.middlewares.use(handle),
  }
}
