import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ImportInstance, newFolder, openInstance, removeFolder } from './instance.suite.ts'
import { type Portal, rowsOf, startPortal } from './portal.suite.ts'

const count = 6
let portal: Portal
let folder: string
let instance: ImportInstance
beforeEach(async () => {
  folder = newFolder()
  portal = await startPortal(count)
  instance = await openInstance(folder)
})
afterEach(async () => {
  await instance.close()
  await portal.close()
  removeFolder(folder)
})

const exportsOf = () => portal.asked.filter((line) => line.includes('/exports/'))

describe('an Opendatasoft portal', () => {
  it('is here with its rows, words and types', async () => {
    const report = await instance.run({ address: portal.address })
    for (const item of report.items) expect(item, JSON.stringify(item)).toMatchObject({ reason: null })
    expect(report.differing).toEqual([])
    expect(report.isEqual).toBe(true)
    expect(report.import).toMatchObject({ state: 'done', kind: 'opendatasoft', datasetsThere: count })
    expect(report.rowsHere).toBe(portal.rowCount)
    expect(report.unknownLicences).toEqual([])
    for (const [place, item] of report.items.entries()) {
      expect(item.rowsHere).toBe(rowsOf(place))
      expect(item.checksumHere).toBe(item.checksumThere)
      expect(item.checksumHere).toMatch(/^[0-9a-f]{32}$/)
    }
    const { definition, metadata } = instance.datasets.describe('jeu-005')
    expect(definition.title.fr).toBe('Jeu de données n° 5')
    expect(definition.description.fr).toBe('Quais du bassin 5 & alentours')
    expect(metadata).toMatchObject({
      license: 'etalab-2.0',
      publisher: 'Port inventé',
      theme: ['Économie'],
      keyword: ['port', 'bassin 5'],
      territory: ['Marseille'],
      updateEvery: 'P1D',
      attributions: [new URL(portal.address).host],
    })
    expect(metadata.references).toContain('https://port.example/5')
    const fields = Object.fromEntries(definition.fields.map((field) => [field.name, field]))
    expect(fields.code).toMatchObject({ type: 'text', annotations: { facet: true } })
    expect(fields.depth).toMatchObject({ type: 'double', unit: 'm', label: { fr: 'depth (n° 5)' } })
    expect(fields.kinds).toMatchObject({ type: 'text', annotations: { multivalued: true } })
    expect(fields).toMatchObject({
      calls: { type: expect.stringMatching(/int/) },
      seen_at: { type: 'timestamp' },
      day: { type: 'date' },
      open: { type: 'boolean' },
      extra: { type: 'json' },
      place: { type: 'geo_point_2d' },
      outline: { type: 'geo_shape' },
    })
    expect((await instance.rows('jeu-005'))[1]!.code).toBe('00001')
    expect(instance.datasets.describe('jeu-003').metadata.references).toContain(
      `${portal.address}/files/notice-3.pdf`,
    )
  })

  it('is not asked again for what did not change, and only what changed is loaded', async () => {
    await instance.run({ address: portal.address })
    portal.asked.length = 0
    const again = await instance.run({ address: portal.address })
    expect(again.import.counts).toMatchObject({ all: count, unchanged: count })
    expect(again.isEqual).toBe(true)
    expect(exportsOf()).toEqual([])
    portal.touch(4)
    const third = await instance.run({ address: portal.address })
    expect(third.import.counts).toMatchObject({ imported: 1, unchanged: count - 1 })
    expect(exportsOf()).toHaveLength(1)
    expect(await instance.datasets.versions('jeu-004')).toHaveLength(2)
    expect(await instance.datasets.versions('jeu-005')).toHaveLength(1)
  })

  it('gives only what is asked for', async () => {
    const some = await instance.run({ address: portal.address, only: ['jeu-002', 'jeu-*4'] })
    expect(some.items.map(({ key }) => key)).toEqual(['jeu-002', 'jeu-004'])
    const few = await instance.run({ address: portal.address, limit: 2 })
    expect(few.items).toHaveLength(2)
  })

  it('leaves datasets of other origins alone', async () => {
    await instance.datasets.create({
      id: 'jeu_004',
      kind: 'snapshot',
      title: { fr: 'À nous', en: 'Ours' },
      description: { fr: '', en: '' },
      simulated: false,
      sortBy: [],
      fields: [{ name: 'a', type: 'text', label: { fr: 'a', en: 'a' } }],
    })
    const report = await instance.run({ address: portal.address, only: ['jeu-004'] })
    expect(report.items[0]!.datasetId).toBe('jeu-004-d-127-0-0-1')
    expect(instance.datasets.get('jeu_004').title.fr).toBe('À nous')
  })
})

describe('a portal that misbehaves', () => {
  const breakOne = (act: Portal['instead']) => {
    portal.instead = (path, response, request) =>
      path.includes('jeu-005/exports/') ? act(path, response, request) : false
  }

  it.each<[string, RegExp, Portal['instead']]>([
    [
      'an HTML page named jsonl',
      /web page/,
      (_, r) =>
        !!r
          .writeHead(200, { 'content-type': 'application/x-ndjson' })
          .end('<!DOCTYPE html><html>Maintenance</html>'),
    ],
    [
      'an HTML page',
      /web page/,
      (_, r) => !!r.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    ],
    [
      'rows that are cut',
      /cut|No answer/,
      (_, r) => {
        r.writeHead(200, { 'content-length': '9000' }).write('{"code":"1"}\n')
        setImmediate(() => r.destroy())
        return true
      },
    ],
    ['something else', /no JSON/, (_, r) => !!r.end('bonjour\n')],
    [
      'a way to this machine',
      /private|not asked/,
      (_, r) => !!r.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
    ],
    ['no right', /does not let us/, (_, r) => !!r.writeHead(403).end()],
    ['nothing', /has nothing/, (_, r) => !!r.writeHead(404).end()],
  ])('%s: said, the version before stays, the next run recovers', async (_, message, act) => {
    await instance.run({ address: portal.address })
    portal.touch(5)
    breakOne(act)
    const broken = await instance.run({ address: portal.address })
    const item = broken.items.find(({ key }) => key === 'jeu-005')!
    expect(item.state).toMatch(/failed|refused/)
    expect(item.reason!.message).toMatch(message)
    expect(broken.isEqual).toBe(false)
    expect(broken.import.counts.unchanged).toBe(count - 1)
    expect(instance.datasets.describe('jeu-005').currentVersion).toBe(1)
    portal.instead = () => false
    const healed = await instance.run({ address: portal.address })
    expect(healed.isEqual).toBe(true)
    expect(instance.datasets.describe('jeu-005').currentVersion).toBe(2)
  })

  it('what failed is tried again on demand', async () => {
    breakOne((_, response) => !!response.writeHead(404).end())
    const first = await instance.run({ address: portal.address })
    expect(first.import.counts).toMatchObject({ imported: count - 1, failed: 1 })
    portal.instead = () => false
    portal.asked.length = 0
    await instance.imports.retry(first.import.id)
    await instance.imports.settled(first.import.id)
    expect((await instance.imports.report(first.import.id)).isEqual).toBe(true)
    expect(portal.asked).toHaveLength(1)
  })

  it.each<[string, string, Portal['instead']]>([
    [
      'web pages everywhere',
      'as none of the portals',
      (_, r) => !!r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['errors everywhere', 'as none of the portals', (_, r) => !!r.writeHead(404).end('x')],
  ])('%s: one sentence', async (_, message, act) => {
    portal.instead = act
    const report = await instance.run({ address: portal.address })
    expect(report.import).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining(message) },
    })
  })

  it('no answer at all: one sentence', async () => {
    await portal.close()
    const report = await instance.run({ address: portal.address })
    expect(report.import.state).toBe('failed')
    expect(report.import.error!.message).toMatch(
      /cannot be reached: nothing answers there\. See that this machine has internet/,
    )
    portal = await startPortal(1)
  })

  it('an address that may not be asked is refused when it is saved', async () => {
    await expect(instance.imports.begin({ address: 'http://10.0.0.1/' })).rejects.toMatchObject({
      code: 'outbound_refused',
    })
    await expect(instance.imports.begin({ address: 'file:///etc' })).rejects.toMatchObject({
      code: 'outbound_refused',
    })
  })
})
