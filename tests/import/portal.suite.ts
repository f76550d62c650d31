/** A portal with the shape of Opendatasoft's Explore API, made up here, that counts questions and misbehaves on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Portal {
  address: string
  /** `GET path` of each question. */
  asked: string[]
  /** What it says instead, for a path; undefined leaves it be. */
  instead: (path: string, response: ServerResponse, request: IncomingMessage) => boolean
  /** Changes the rows of a dataset. */
  touch(place: number): void
  rowCount: number
  close(): Promise<void>
}

const sizes = [0, 1, 7, 40, 250, 1_200]
/** Rows of a dataset of the made-up portal. */
export const rowsOf = (place: number): number => sizes[place % sizes.length]! + (place % 11)

const hasShape = (place: number) => place % 4 === 1
const hasNoRows = (place: number) => place % 40 === 39

function fieldsOf(place: number) {
  const field = (name: string, type: string, annotations = {}) => ({
    name,
    label: `${name} (n° ${place})`,
    type,
    description: null,
    annotations,
  })
  return [
    field('code', 'text', { facet: [] }),
    field('quay', 'text', { facet: [], disjunctive: [] }),
    field('depth', 'double', { unit: ['m'] }),
    field('calls', 'int'),
    field('seen_at', 'datetime'),
    field('day', 'date'),
    field('open', 'boolean'),
    field('kinds', 'text', { multivalued: [','], facet: [] }),
    field('extra', 'json_blob'),
    field('place', 'geo_point_2d'),
    ...(hasShape(place) ? [field('outline', 'geo_shape')] : []),
  ]
}

function rowOf(place: number, i: number, edition: number) {
  const lon = 4.8 + ((place * 7 + i) % 100) / 137
  const lat = 43.1 + ((place + i * 3) % 60) / 173
  return {
    // Digits that are a code and no number.
    code: String(i).padStart(5, '0'),
    quay: i % 9 === 8 ? null : `Môle ${'ABCDEF'[i % 6]} "${place}"`,
    depth: Math.round((3 + ((i * 13 + place) % 170) / 7) * 100) / 100,
    calls: i * 3 + edition,
    seen_at: new Date(Date.UTC(2025, place % 12, 1 + (i % 28), i % 24, 7))
      .toISOString()
      .replace('.000Z', '+00:00'),
    day: new Date(Date.UTC(2025, place % 12, 1 + (i % 28))).toISOString().slice(0, 10),
    open: i % 3 === 0,
    kinds: i % 5 === 4 ? null : ['ferry', 'cargo', 'yacht'].slice(0, 1 + (i % 3)),
    extra: { note: `l’accès ${i}`, levels: [i, i + 1] },
    place: { lon, lat },
    ...(hasShape(place) && {
      outline: {
        type: 'Feature',
        geometry: {
          type: 'Polygon',
          coordinates: [
            [
              [lon, lat],
              [lon + 0.01, lat],
              [lon + 0.01, lat + 0.01],
              [lon, lat],
            ],
          ],
        },
        properties: {},
      },
    }),
  }
}

const idOf = (place: number) => `jeu-${String(place).padStart(3, '0')}`

function bodyOf(base: string, place: number, edition: number) {
  return {
    dataset_id: idOf(place),
    dataset_uid: `da_${place}`,
    has_records: !hasNoRows(place),
    data_visible: true,
    features: [],
    attachments:
      place % 10 === 3
        ? [
            {
              id: 'notice_pdf',
              title: 'Notice',
              mimetype: 'application/pdf',
              url: `${base}/files/notice-${place}.pdf`,
            },
          ]
        : [],
    metas: {
      default: {
        title: `Jeu de données n° ${place}`,
        description: `<p>Quais du bassin <b>${place}</b> &amp; alentours</p><script>alert(1)</script>`,
        theme: [['Mobilité', 'Environnement', 'Économie'][place % 3]],
        keyword: ['port', `bassin ${place}`],
        publisher: 'Port inventé',
        license: place % 7 === 6 ? 'Licence maison' : 'Licence Ouverte v2.0',
        license_url: null,
        territory: ['Marseille'],
        references: `https://port.example/${place}`,
        modified: `2026-01-0${1 + edition}T00:00:00+00:00`,
        data_processed: `2026-01-0${1 + edition}T00:00:00+00:00`,
        records_count: hasNoRows(place) ? 0 : rowsOf(place),
      },
      dcat: { accrualperiodicity: 'http://publications.europa.eu/resource/authority/frequency/DAILY' },
    },
    fields: fieldsOf(place),
  }
}

/** Serves `count` datasets on loopback. */
export async function startPortal(count: number): Promise<Portal> {
  const editions = new Map<number, number>()
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://portal')
    portal.asked.push(`${request.method} ${url.pathname}`)
    if (portal.instead(url.pathname + url.search, response, request)) return
    const catalogue = '/api/explore/v2.1/catalog/datasets'
    if (url.pathname === catalogue) {
      const offset = Number(url.searchParams.get('offset') ?? 0)
      const limit = Number(url.searchParams.get('limit') ?? 10)
      const places = Array.from(
        { length: Math.max(0, Math.min(limit, count - offset)) },
        (_, i) => offset + i,
      )
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          total_count: count,
          results: places.map((place) => bodyOf(portal.address, place, editions.get(place) ?? 0)),
        }),
      )
      return
    }
    const match = /\/datasets\/jeu-(\d+)\/exports\/jsonl$/.exec(url.pathname)
    const place = Number(match?.[1] ?? -1)
    if (place < 0 || place >= count) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error_code":"NotFound"}')
      return
    }
    response.setHeader('content-type', 'application/x-ndjson')
    for (let i = 0; i < rowsOf(place); i++)
      response.write(`${JSON.stringify(rowOf(place, i, editions.get(place) ?? 0))}\n`)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const places = Array.from({ length: count }, (_, place) => place).filter((place) => !hasNoRows(place))
  const portal: Portal = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    instead: () => false,
    touch: (place) => editions.set(place, (editions.get(place) ?? 0) + 1),
    rowCount: places.reduce((sum, place) => sum + rowsOf(place), 0),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return portal
}
