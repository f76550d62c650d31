import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

let instance: Instance
const rowCount = 100

beforeAll(async () => {
  instance = await startInstance()
  await instance.load(callsDefinition, callRows(rowCount), { theme: ['Port'], keyword: ['escale'] })
})
afterAll(() => instance?.close())

const ask = async (path: string, parameters: Record<string, string> = {}) => {
  const response = await fetch(`${instance.base}${path}?${new URLSearchParams(parameters)}`)
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about.
  const body: any = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}
const search = async (parameters: Record<string, string>) => {
  const { status, body } = await ask('/api/records/1.0/search/', { dataset: 'port-calls', ...parameters })
  expect([status, body]).toEqual([200, body])
  return body
}

describe('records', () => {
  it('have fields, a geometry and an identity', async () => {
    const { nhits, records, parameters } = await search({ rows: '2', 'refine.flag': 'IT' })
    expect(nhits).toBe(25)
    expect(parameters).toMatchObject({ dataset: 'port-calls', rows: '2', refine: { flag: 'IT' } })
    const [record] = records
    expect(record).toEqual({
      datasetid: 'port-calls',
      recordid: expect.stringMatching(/^[0-9a-f]{40}$/),
      fields: expect.objectContaining({ ship: 'Sirocco', position: [43.21, 4.81], cargo: 'grain' }),
      geometry: { type: 'Point', coordinates: [4.81, 43.21] },
      record_timestamp: expect.any(String),
    })
    const one = await ask(`/api/datasets/1.0/port-calls/records/${record.recordid}/`)
    expect(one.body).toEqual(record)
    const empty = (await search({ rows: '1', start: String(rowCount - 1) })).records[0]
    expect(empty.fields).toEqual({})
  })

  it.each([
    ['sirocco', 20],
    ['"sirocco"', 20],
    ['sirocco OR mistral', 40],
    ['sirocco mistral', 0],
    ['NOT sirocco', 80],
    ['ship:sirocco', 20],
    ['crew>=25', 15],
    ['crew=3 OR crew=4', 8],
    ['crew:[3 TO 4]', 8],
    ['tanker:true AND flag:FR', 9],
    ['arrived_at>="2021-11-02"', 49],
    ['arrived_at>#now()', 0],
    ['#null(flag)', 25],
    ['#exact(ship, "Sirocco")', 20],
    ['#startswith(ship, "Siro")', 20],
    ['#distance(position, "43.21,4.81", 2000)', 3],
    ['(crew<3 OR crew>27) -flag:FR', 12],
  ])('are found by %s', async (q, count) => {
    expect((await search({ q, rows: '0' })).nhits).toBe(count)
  })

  it('are sorted the other way round', async () => {
    const down = (await search({ sort: 'crew', rows: '1' })).records[0].fields.crew
    const up = (await search({ sort: '-crew', rows: '1' })).records[0].fields.crew
    expect([down, up]).toEqual([29, 0])
  })

  it('are counted by facets', async () => {
    const { facet_groups: groups } = await search({
      facet: 'flag',
      'refine.flag': 'FR',
      'disjunctive.flag': 'true',
      rows: '0',
    })
    expect(groups).toEqual([
      {
        name: 'flag',
        facets: expect.arrayContaining([{ name: 'FR', path: 'FR', count: 25, state: 'refined' }]),
      },
    ])
    expect(groups[0].facets).toHaveLength(3)
  })

  it('refuse what cannot be, in JSON', async () => {
    for (const parameters of [
      { dataset: 'nope' },
      { dataset: 'port-calls', q: 'crew:many' },
      { dataset: 'port-calls', q: '(open' },
      { dataset: 'port-calls', rows: '10001' },
      { dataset: 'port-calls', callback: 'alert(1)' },
      {},
    ] as Record<string, string>[]) {
      const { status, body } = await ask('/api/records/1.0/search/', parameters)
      expect([400, 404]).toContain(status)
      expect(body.error_code).toEqual(expect.any(String))
    }
    expect((await ask('/api/records/1.0/nothing/')).body.error_code).toBe('NotFound')
  })

  it('can be called from another page', async () => {
    const { headers, body } = await ask('/api/records/1.0/search/', {
      dataset: 'port-calls',
      rows: '0',
      callback: 'a.b',
    })
    expect(headers.get('content-type')).toContain('application/javascript')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(body).toMatch(/^\/\*\*\/a\.b\(\{.*\}\);$/)
  })
})

describe('analyze', () => {
  const analyze = async (parameters: Record<string, string>) =>
    ask('/api/records/1.0/analyze/', { dataset: 'port-calls', ...parameters })

  it('computes series', async () => {
    const { body } = await analyze({
      x: 'flag',
      'y.n.func': 'COUNT',
      'y.mean.func': 'AVG',
      'y.mean.expr': 'length_m*2',
      'y.spread.func': 'STDDEV',
      'y.spread.expr': 'crew',
      sort: 'n',
    })
    expect(body).toHaveLength(4)
    expect(body[0]).toEqual({
      x: expect.any(String),
      n: 25,
      mean: expect.any(Number),
      spread: expect.any(Number),
    })
    const crews = callRows(rowCount)
      .filter(({ flag }) => flag === body[0].x)
      .map(({ crew }) => Number(crew))
    const mean = crews.reduce((sum, n) => sum + n, 0) / crews.length
    const variance = crews.reduce((sum, n) => sum + (n - mean) ** 2, 0) / crews.length
    expect(body[0].spread).toBeCloseTo(Math.sqrt(variance), 9)
  })

  it('cuts time and adds up', async () => {
    const days = await analyze({
      x: 'arrived_at',
      precision: 'day',
      'y.total.func': 'COUNT',
      'y.total.cumulative': 'true',
    })
    expect(days.body[0]).toEqual({ x: { year: 2021, month: 10, day: 30 }, total: 2 })
    expect(days.body.at(-1).total).toBe(rowCount)
    const hours = await analyze({ x: 'arrived_at', periodic: 'day', maxpoints: '5' })
    expect(hours.body).toHaveLength(5)
    expect(hours.headers.get('ods-analyze-truncated')).toBe('true')
    expect((await analyze({ x: 'flag', 'y.s.func': 'SUM', 'y.s.expr': 'exp(crew)' })).status).toBe(400)
  })
})

describe('maps', () => {
  const map = async (path: string, parameters: Record<string, string> = {}) =>
    (await ask(`/api/records/1.0/${path}/`, { dataset: 'port-calls', ...parameters })).body

  it('get clusters, shapes and a box', async () => {
    const { clusters } = await map('geocluster', { clusterprecision: '6' })
    expect(clusters.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(rowCount - 1)
    expect(await map('boundingbox')).toEqual({
      bbox: [4.8, 43.2, expect.closeTo(5.76, 9), expect.closeTo(43.72, 9)],
      count: rowCount - 1,
    })
    const shapes = await map('geopolygon', { 'geofilter.distance': '43.21,4.81,2000' })
    expect(shapes[0]).toEqual({ geometry: expect.objectContaining({ type: 'Polygon' }), count: 1 })
    const box = '(43,4.7),(43,4.85),(44,4.85),(44,4.7)'
    expect((await map('boundingbox', { 'geofilter.polygon': box })).count).toBeLessThan(20)
  })
})

describe('downloads and datasets', () => {
  it('answer', async () => {
    const csv = await ask('/api/records/1.0/download/', {
      dataset: 'port-calls',
      format: 'csv',
      q: 'sirocco',
      use_labels_for_header: 'true',
    })
    expect(csv.body.split('\r\n')).toHaveLength(22)
    expect(csv.body).toContain('ship (fr);')
    const json = await ask('/api/records/1.0/download/', {
      dataset: 'port-calls',
      format: 'json',
      fields: 'ship',
    })
    expect(json.body).toHaveLength(rowCount)
    expect(json.body[0]).toMatchObject({ fields: { ship: 'Étoile du Nord' }, recordid: expect.any(String) })
    const { body } = await ask('/api/datasets/1.0/search/', {
      q: 'escales',
      facet: 'theme',
      'refine.theme': 'Port',
    })
    expect(body).toMatchObject({
      nhits: 1,
      datasets: [{ datasetid: 'port-calls', metas: { title: 'Escales' } }],
    })
    expect(body.facet_groups[0].facets[0]).toMatchObject({ name: 'Port', state: 'refined', count: 1 })
    const dataset = (await ask('/api/datasets/1.0/port-calls/')).body
    expect(dataset.fields[2].annotations).toEqual([{ name: 'facet' }, { name: 'hierarchical', args: ['/'] }])
    expect((await ask('/api/reuses/')).body).toEqual({ nhits: 0, reuses: [] })
    expect((await ask('/api/georeference/v1/uid/x/')).status).toBe(404)
  })
})
