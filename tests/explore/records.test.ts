import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

let instance: Instance
const calls = '/catalog/datasets/port-calls'
const rowCount = 250

beforeAll(async () => {
  instance = await startInstance()
  await instance.load(callsDefinition, callRows(rowCount), { theme: ['Port'], publisher: 'GPMM' })
})
afterAll(() => instance?.close())

const fault = async (path: string) => {
  const response = await instance.get(path)
  const body = (await response.json()) as Record<string, unknown>
  return { ...body, status: response.status, message: body.message as string }
}

describe('records', () => {
  it('are flat rows with nulls, ten by default, and an exact count', async () => {
    const { total_count, results } = await instance.json(`${calls}/records`)
    expect(total_count).toBe(rowCount)
    expect(results).toHaveLength(10)
    expect(results[1]).toEqual({
      ship: 'Sirocco',
      flag: 'IT',
      berth: 'Fos/Graveleau/2',
      length_m: 50.5,
      crew: 1,
      tanker: false,
      arrived_at: '2021-10-30T23:00:00.656000+00:00',
      day: '2021-10-02',
      month: '2021-02',
      position: { lon: 4.81, lat: 43.21 },
      hull: { type: 'Feature', geometry: expect.objectContaining({ type: 'Polygon' }), properties: {} },
      cargo: ['grain'],
      notes: { eta: [1], text: 'a "b"\n' },
    })
    const [last] = (await instance.json(`${calls}/records?offset=249`)).results
    expect(new Set(Object.values(last))).toEqual(new Set([null]))
    expect(Object.keys(last)).toHaveLength(13)
  })

  it('are selected, filtered, refined, ordered, grouped', async () => {
    const { results } = await instance.json(
      `${calls}/records?select=ship,length_m*2+as+twice&where=tanker&where=crew%3C5&order_by=-length_m&limit=2`,
    )
    expect(results.map((record: object) => Object.keys(record))).toEqual([
      ['ship', 'twice'],
      ['ship', 'twice'],
    ])
    const groups = await instance.json(`${calls}/records?select=count(*)+as+n&group_by=flag&order_by=-n`)
    expect(groups.total_count).toBe(4)
    expect(groups.results.at(-1)).toEqual({ flag: 'NO', n: 62 })
    expect((await instance.json(`${calls}/records?refine=%60flag%60%3AFR&limit=0`)).total_count).toBe(63)
    expect((await instance.json(`${calls}/records?select=count(*)+as+n`)).results).toEqual([{ n: rowCount }])
    const paris = await instance.json(`${calls}/records?select=arrived_at&limit=1&timezone=Europe/Paris`)
    expect(paris.results).toEqual([{ arrived_at: '2021-10-31T00:00:00+02:00' }])
  })

  it('have walls that name the ways past them', async () => {
    expect(await fault(`${calls}/records?limit=101`)).toMatchObject({
      status: 400,
      error_code: 'InvalidRESTParameterError',
      message: expect.stringContaining('-1 <= limit <= 100'),
    })
    expect((await instance.json(`${calls}/records?limit=-1`)).results).toHaveLength(100)
    expect((await fault(`${calls}/records?offset=9990&limit=11`)).message).toContain('cursor=*')
    expect((await instance.get(`${calls}/records?offset=9990&limit=10`)).status).toBe(200)
    expect((await instance.get(`${calls}/records?group_by=crew&limit=20000`)).status).toBe(200)
    expect((await instance.get(`${calls}/records?group_by=crew&limit=20001`)).status).toBe(400)
  })

  it('say where a query is wrong', async () => {
    expect(await fault(`${calls}/records?select=invalid_function()`)).toMatchObject({
      status: 400,
      error_code: 'ODSQLError',
      position: 0,
    })
    for (const query of [
      'limit=x',
      'offset=-1',
      'include_links=maybe',
      'timezone=Mars',
      'lang=xx',
      'cursor=forged.one',
    ])
      expect(await fault(`${calls}/records?${query}`)).toMatchObject({
        status: 400,
        error_code: expect.any(String),
        message: expect.any(String),
      })
  })

  it('have an identity that finds them again', async () => {
    const { results, links } = await instance.json(`${calls}/records?include_links=true&limit=3&offset=5`)
    expect(links.map(({ rel }: { rel: string }) => rel)).toEqual(['self', 'first', 'last', 'next'])
    const [record] = results
    expect(record._id).toMatch(/^[0-9a-f]{40}$/)
    const found = await instance.json(`${calls}/records/${record._id}/`)
    expect(found).toMatchObject({
      _id: record._id,
      ship: record.ship,
      crew: record.crew,
      _size: expect.any(Number),
    })
    expect(await fault(`${calls}/records/${'0'.repeat(40)}`)).toMatchObject({ status: 404 })
    const ids = await instance.json(`${calls}/records?select=_id&limit=100&offset=100`)
    expect(new Set(ids.results.map(({ _id }: { _id: string }) => _id)).size).toBe(100)
  })

  it('have identities of their own when they are equal', async () => {
    const [row] = callRows(1)
    const idsOf = async () => {
      const { results } = await instance.json('/catalog/datasets/twins/records?select=_id')
      return results.map(({ _id }: { _id: string }) => _id)
    }
    await instance.load({ ...callsDefinition, id: 'twins' }, [row!, row!])
    const ids = await idsOf()
    expect(new Set(ids).size).toBe(2)
    for (const id of ids)
      expect(await instance.json(`/catalog/datasets/twins/records/${id}`)).toMatchObject({ _id: id })
    await instance.datasets.delete('twins')
  })
})

describe('walks', () => {
  it.each(['', 'order_by=flag,-length_m', 'order_by=-berth&where=crew>3', 'order_by=month desc,random(3)'])(
    'see every row once: %s',
    async (query) => {
      const seen: string[] = []
      let cursor: string | null = '*'
      const path = `${calls}/records?select=_id&limit=37&${query}`
      while (cursor) {
        const page: { results: { _id: string }[]; next_cursor: string | null } = await instance.json(
          `${path}&cursor=${cursor}`,
        )
        seen.push(...page.results.map(({ _id }: { _id: string }) => _id))
        cursor = page.next_cursor
      }
      const { total_count } = await instance.json(path)
      expect(seen).toHaveLength(total_count)
      expect(new Set(seen).size).toBe(total_count)
      const ordered = await instance.json(`${path.replace('limit=37', 'limit=100')}`)
      expect(seen.slice(0, 100)).toEqual(ordered.results.map(({ _id }: { _id: string }) => _id))
    },
  )

  it('may begin further on, and go on from there', async () => {
    const path = `${calls}/records?select=_id&order_by=-berth&limit=20`
    const { results } = await instance.json(`${path}&limit=100`)
    const first = await instance.json(`${path}&cursor=*&offset=40`)
    const second = await instance.json(`${path}&cursor=${first.next_cursor}`)
    expect([...first.results, ...second.results]).toEqual(results.slice(40, 80))
    const { total_count } = await instance.json(`${path}&cursor=*&offset=1000000`)
    expect(total_count).toBe(rowCount)
    const { results: last, next_cursor } = await instance.json(`${path}&cursor=*&offset=${rowCount - 5}`)
    expect(last).toHaveLength(5)
    expect(next_cursor).toBeNull()
    expect((await fault(`${path}&cursor=${first.next_cursor}&offset=5`)).message).toContain('offset')
  })

  it('go on in the version they began with', async () => {
    const first = await instance.json(`${calls}/records?cursor=*&limit=100`)
    await instance.load(callsDefinition, callRows(3))
    const second = await instance.json(`${calls}/records?cursor=${first.next_cursor}&limit=100`)
    expect(second.total_count).toBe(rowCount)
    expect(await instance.json(`${calls}/records?at=v1&limit=0`)).toMatchObject({ total_count: rowCount })
    expect(await instance.json(`${calls}/records?limit=0`)).toMatchObject({ total_count: 3 })
    await instance.datasets.rollback('port-calls', 1)
    const other = await instance.get(`${calls}/records?cursor=${first.next_cursor}&limit=100&where=crew>3`)
    expect(other.status).toBe(400)
  })
})

describe('facets and the dataset', () => {
  it('count values', async () => {
    const { facets } = await instance.json(`${calls}/facets?facet=flag&refine=flag:FR`)
    expect(facets).toHaveLength(1)
    expect(facets[0].facets[0]).toEqual({ name: 'FR', value: 'FR', count: 63, state: 'refined' })
    expect(facets[0].facets).toHaveLength(3)
    expect((await instance.json(`${calls}/facets/`)).facets.length).toBe(6)
  })

  it('say what there is', async () => {
    const dataset = await instance.json(`${calls}?lang=en&include_links=true`)
    expect(dataset).toMatchObject({
      dataset_id: 'port-calls',
      dataset_uid: expect.stringMatching(/^da_[a-z0-9]{6}$/),
      features: ['analyze', 'geo', 'timeserie'],
      metas: { default: { title: 'Port calls', theme: ['Port'], records_count: rowCount } },
    })
    expect(dataset.fields[2]).toEqual({
      name: 'berth',
      label: 'berth (en)',
      type: 'text',
      description: null,
      annotations: { facet: [], hierarchical: ['/'] },
    })
    expect(await fault('/catalog/datasets/nope')).toMatchObject({ status: 404, error_code: 'NotFound' })
  })
})

describe('the catalogue', () => {
  it('is a dataset', async () => {
    const { total_count, results } = await instance.json('/catalog/datasets')
    expect(total_count).toBe(1)
    expect(results[0]).toMatchObject({ dataset_id: 'port-calls', fields: expect.any(Array) })
    const selected = await instance.json(
      '/catalog/datasets?select=default.title,fields as f,records_count&where=default.publisher="GPMM"',
    )
    expect(selected.results).toEqual([{ title: 'Escales', records_count: rowCount, f: expect.any(Array) }])
    expect((await instance.json('/catalog/datasets?where="escale"')).total_count).toBe(0)
    expect((await instance.json('/catalog/datasets?where="escales"')).total_count).toBe(1)
    const { facets } = await instance.json('/catalog/facets')
    expect(facets.map(({ name }: { name: string }) => name)).toEqual([
      'modified',
      'publisher',
      'keyword',
      'theme',
      'language',
      'license',
      'features',
      'territory',
    ])
  })
})

describe('the edge', () => {
  it('answers conditions, methods and other origins', async () => {
    const first = await instance.get(`${calls}/records?limit=1`)
    const etag = first.headers.get('etag')!
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    expect(first.headers.get('lacydon-dataset-version')).toMatch(/^v\d+$/)
    const again = await instance.get(`${calls}/records?limit=1`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    const head = await instance.get(`${calls}/records/`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const form = await instance.get(`${calls}/records`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'limit=2&select=ship',
    })
    expect(((await form.json()) as { results: unknown[] }).results).toHaveLength(2)
    expect((await instance.get(`${calls}/records`, { method: 'DELETE' })).status).toBe(405)
    const preflight = await instance.get(`${calls}/records`, { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('ODS-Widgets-Version'),
    ])
    const wrongKey = await instance.get(`${calls}/records?apikey=x`)
    expect([wrongKey.status, ((await wrongKey.json()) as { error_code: string }).error_code]).toEqual([
      401,
      'Unauthorized',
    ])
    for (const path of ['/opendatasoft/datasets', '/nothing', '/catalog/nothing']) {
      const response = await instance.get(path)
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ])
    }
    expect((await instance.get(`${calls}/records?where=${'a'.repeat(20_000)}`)).status).toBe(414)
    expect((await instance.json('/monitoring/')).links).toHaveLength(4)
  })
})
