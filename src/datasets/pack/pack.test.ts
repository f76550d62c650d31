import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Row } from '../../engines/columnar/columnar.ts'
import { type App, buildApp } from '../../http/app.ts'
import { datasetSources } from '../explore/sources.ts'
import { tableOf } from '../rules.ts'
import type { DatasetDefinition } from '../schema.ts'
import { field, heard, openDatasets, publishRows, quays, temporaryFolder } from '../versions.suite.ts'
import { packRoutes } from './routes.ts'

const parks: DatasetDefinition = {
  ...quays(),
  id: 'parks',
  title: { fr: 'Parcs, « jardins »', en: 'Parks' },
  simulated: true,
  fields: [
    field('name', 'text', true),
    { ...field('tags', 'text'), annotations: { multivalued: true } },
    { ...field('areaM2', 'double'), unit: 'm²' },
    field('place', 'geo_point_2d'),
  ],
}
const parkRows: Row[] = [
  {
    name: 'Borély, "le grand"',
    tags: '["mer","hippodrome"]',
    areaM2: 170000,
    place_lon: 5.38,
    place_lat: 43.26,
  },
  { name: 'été\nhiver', tags: null, areaM2: null, place_lon: null, place_lat: null },
]
const quayRows: Row[] = [
  { code: 'J1', lengthM: 100, depthM: 8.5 },
  { code: 'J2', lengthM: 120, depthM: null },
]

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let opened: Awaited<ReturnType<typeof openDatasets>>
let app: App
let nowMs = Date.UTC(2026, 2, 1, 9)
const now = () => new Date(nowMs++)

beforeAll(async () => {
  folder = await temporaryFolder()
  opened = await openDatasets(folder.folder, now)
  await opened.datasets.create(quays(), { license: 'Licence Ouverte 2.0', publisher: 'Port' })
  await publishRows(opened, 'quays', quayRows)
  await opened.datasets.create(parks)
  await publishRows(opened, 'parks', parkRows)
  await hear(0, 3)
  app = await buildApp({ trustedProxies: [], logger: pino({ level: 'silent' }) })
  packRoutes(app, { columnar: opened.columnar, sources: datasetSources(opened.datasets, now), now })
})
afterAll(async () => {
  await app.close()
  await opened.close()
  await folder.remove()
})

async function hear(from: number, count: number) {
  const rows = Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.UTC(2026, 2, 1, 8, from + i)).toISOString()
    return { at, receivedAt: at, mmsi: from + i, _src: 'test', _seq: from + i }
  })
  const range = { source: 'test', lo: from, hi: from + count, resumeFrom: from + count }
  await opened.columnar.append([batchOfRows(tableOf(heard), rows)], range)
}
const ask = (query: string, headers = {}) => app.inject({ url: `/api/v1/packs?${query}`, headers })

/** The files of an archive, read from its directory. */
function unzip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(zip.length - 22 + 16)
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [packed, nameLength, local] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt32LE(at + 42),
    ]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    files.set(name, inflateRawSync(zip.subarray(begin, begin + packed)))
    at += 46 + nameLength
  }
  return files
}

it('holds rows, dictionary, licences and true checksums', async () => {
  const answer = await ask('datasets=quays,parks')
  expect(answer.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': 'attachment; filename="pack.zip"',
  })
  const files = unzip(answer.rawPayload)
  expect([...files.keys()]).toEqual([
    'README.md',
    'LICENCES.md',
    'dictionary.csv',
    'data/parks.csv',
    'data/quays.csv',
    'datapackage.json',
    'checksums.sha256',
  ])
  const checked = String(files.get('checksums.sha256')).trim().split('\n')
  expect(checked).toHaveLength(6)
  for (const line of checked) {
    const [sum, name] = line.split('  ') as [string, string]
    expect(createHash('sha256').update(files.get(name)!).digest('hex'), name).toBe(sum)
  }
  expect(parse(files.get('data/parks.csv')!, { columns: true })).toEqual([
    { name: 'Borély, "le grand"', tags: 'mer|hippodrome', areaM2: '170000', place: '43.26, 5.38' },
    { name: 'été\nhiver', tags: '', areaM2: '', place: '' },
  ])
  const dictionary = parse(files.get('dictionary.csv')!, { columns: true }) as Record<string, string>[]
  expect(dictionary.find((row) => row.field === 'areaM2')).toMatchObject({
    dataset: 'parks',
    type: 'double',
    unit: 'm²',
  })
  expect(dictionary).toHaveLength(7)
  expect(String(files.get('LICENCES.md'))).toContain('Licence Ouverte 2.0')
  const described = JSON.parse(String(files.get('datapackage.json')))
  expect(
    described.resources.map(({ name, version, simulated, bytes }: Record<string, unknown>) => [
      name,
      version,
      simulated,
      bytes,
    ]),
  ).toEqual([
    ['parks', 'v1', true, files.get('data/parks.csv')!.length],
    ['quays', 'v1', false, files.get('data/quays.csv')!.length],
  ])
  expect(String(files.get('README.md'))).toContain('simulé')
})

it('is read by unzip and sha256sum', async ({ skip }) => {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' })
  } catch {
    skip('unzip is not installed')
  }
  const place = await mkdtemp(join(tmpdir(), 'lacydon-pack-'))
  try {
    const path = join(place, 'pack', 'pack.zip')
    await mkdir(dirname(path))
    await writeFile(path, (await ask('datasets=parks,quays')).rawPayload)
    execFileSync('unzip', ['-q', path, '-d', dirname(path)])
    const said = execFileSync('sha256sum', ['-c', 'checksums.sha256'], {
      cwd: dirname(path),
      encoding: 'utf8',
    })
    expect(said.match(/: OK$/gm)).toHaveLength(6)
  } finally {
    await rm(place, { recursive: true })
  }
})

it('is the same bytes for the same versions, whatever came since', async () => {
  const first = await ask('datasets=quays,heard,parks')
  const readme = String(unzip(first.rawPayload).get('README.md'))
  const again = /\/api\/v1\/packs\?(\S+)/.exec(readme)![1]!
  expect(again).toMatch(/^datasets=heard@2026-03-01T09:\S+Z,parks@v1,quays@v1$/)
  const bare = await ask('datasets=parks,quays')
  await publishRows(opened, 'quays', quayRows.slice(1))
  nowMs = Date.now() + 60_000
  await hear(600, 2)
  const later = await ask(again)
  expect(later.rawPayload.equals(first.rawPayload)).toBe(true)
  expect((await ask('datasets=quays@v1,parks@v1')).rawPayload.equals(bare.rawPayload)).toBe(true)
  expect((await ask('datasets=parks,quays&at=v1')).headers.etag).not.toBe(
    (await ask('datasets=parks,quays')).headers.etag,
  )
  const { etag } = bare.headers
  expect((await ask('datasets=quays@v1,parks', { 'if-none-match': etag })).statusCode).toBe(304)
  expect((await ask('datasets=quays,parks', { 'if-none-match': etag })).statusCode).toBe(200)
})

it('is whole or there is none', async () => {
  for (const [query, status] of [
    ['datasets=quays,nothing', 404],
    ['datasets=quays@v9', 404],
    ['datasets=quays@soon', 400],
    ['datasets=', 400],
    ['datasets=,', 400],
    ['datasets=quays,quays@v1', 400],
    [`datasets=${Array.from({ length: 201 }, (_, i) => `d${i}`).join()}`, 400],
    ['', 400],
  ] as const) {
    const answer = await ask(query)
    expect([answer.statusCode, String(answer.headers['content-type'])], query).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ])
  }
})
