/** A9 and A12: queries that try to be statements, and queries that try to be too much. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from '../explore/instance.suite.ts'

let instance: Instance
const rowCount = 101

beforeAll(async () => {
  instance = await startInstance()
  await instance.load(callsDefinition, callRows(rowCount))
})
afterAll(() => instance?.close())

const dataset = '/catalog/datasets/port-calls'
const ask = async (path: string, form?: URLSearchParams) => {
  const response = await instance.get(path, form && { method: 'POST', body: form })
  const text = await response.text()
  return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}
const where = (text: string) => `${dataset}/records?where=${encodeURIComponent(text)}`
/** Rows are whole and others are answered. */
const stands = async () => {
  const { body } = await ask(`${dataset}/records?limit=1`)
  expect(body.total_count).toBe(rowCount)
}

/** What a statement would have answered, had any of it run. */
const leaks = /root:x|duckdb_|information_schema|memory_limit|sqlite|Binder Error|Parser Error|Catalog Error/i

describe('A9: an injection', () => {
  const parameters: [name: string, value: string][] = [
    ['where', "ship='x' OR 1=1--"],
    ['where', '"\\\' OR 1=1 --"'],
    ['where', "ship = 'x'); DROP TABLE calls; --"],
    ['where', 'ship = "x" UNION SELECT * FROM duckdb_settings()'],
    ['where', "within_distance(position, geom'POINT(0 0)'')', 1km)"],
    ['where', 'read_text("/etc/passwd") = "x"'],
    ['where', 'getenv("HOME") = "x"'],
    ['where', '$1 = 1'],
    ['where', '{p:String} = 1'],
    ['where', 'ship = `flag`; select 1'],
    ['where', '1 = 1 /* '],
    ['where', '_n = 1'],
    ['where', '__g0 = true'],
    ['select', 'ship as "x); DROP TABLE t"'],
    ['select', '`a``b`'],
    ['select', '(select 1)'],
    ['select', 'count(*) from duckdb_tables()'],
    ['select', 'version()'],
    ['select', 'current_setting("memory_limit")'],
    ['order_by', '(select 1)'],
    ['order_by', 'ship; drop table t'],
    ['order_by', '1'],
    ['group_by', '1;select 1'],
    ['group_by', 'ship having 1=1'],
    ['limit', '1 UNION ALL SELECT'],
    ['limit', '-1'],
    ['limit', '1e9'],
    ['offset', '0; select 1'],
    ['refine', "flag:x' OR '1'='1"],
    ['refine', "flag' OR '1'='1:x"],
    ['exclude', 'flag"; --:x'],
    ['facet', 'flag) FROM duckdb_tables() --'],
    ['timezone', "UTC'; select 1 --"],
    ['lang', "fr'; select 1 --"],
    ['at', "v1' or '1'='1"],
  ]

  it.each(parameters)('in %s: %s', async (name, value) => {
    for (const path of ['/records', '/facets', '/exports/json']) {
      const { status, text, body } = await ask(`${dataset}${path}?${new URLSearchParams([[name, value]])}`)
      expect([path, status === 200 || (status >= 400 && status < 500)]).toEqual([path, true])
      expect(leaks.exec(text)?.[0]).toBeUndefined()
      if (status >= 400)
        expect(body).toMatchObject({ error_code: expect.any(String), message: expect.any(String) })
      // What is no field, function or literal finds nothing, or is named as the mistake.
      if (name === 'where' && path === '/records') expect([0, undefined]).toContain(body.total_count)
      if (name === 'refine' && status === 200 && path === '/records') expect(body.total_count).toBe(0)
    }
    await stands()
  })

  it('in a path, a record id, the older API', async () => {
    for (const path of [
      `${dataset}/records/1'%20or%20'1'%3D'1`,
      `${dataset}/exports/csv'--`,
      `/catalog/datasets/port-calls'%3B--/records`,
      `/catalog/datasets/..%2f..%2fetc/records`,
      '/catalog/datasets/port_calls__v1/records',
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404])
    for (const query of [
      "q=ship:x' OR 1=1--",
      'q=#exact(ship,"x\' OR 1=1")',
      "sort=ship'--",
      "geofilter.polygon=(0,0),(1,1)') OR 1=1--",
      "refine.flag'=x",
      "geofilter.distance=0,0,1'--",
    ]) {
      const response = await fetch(
        `${instance.base}/api/records/1.0/search/?dataset=port-calls&${query.replaceAll(' ', '%20').replaceAll('#', '%23')}`,
      )
      expect([query, response.status < 500]).toEqual([query, true])
      expect(await response.text()).not.toMatch(leaks)
    }
    await stands()
  })
})

describe('A12: a query that is too much', () => {
  const many = (count: number, one: (i: number) => string, by = ',') =>
    Array.from({ length: count }, (_, i) => one(i)).join(by)
  const ring = (count: number) =>
    many(count, (i) => `${5 + Math.cos(i) / 10} ${43 + Math.sin(i) / 10}`).concat(',5.1 43')
  const bombs: [what: string, parameters: Record<string, string>][] = [
    ['20 keys of groups', { group_by: many(20, () => 'ship') }],
    ['10,000 parentheses', { where: `${'('.repeat(10_000)}1=1${')'.repeat(10_000)}` }],
    ['65 levels of not', { where: `${'not ('.repeat(65)}tanker${')'.repeat(65)}` }],
    ['a list of 100,000 values', { where: `crew in (${many(100_000, (i) => String(i))})` }],
    ['5,000 selected expressions', { select: many(5_000, (i) => `crew+${i} as c${i}`) }],
    ['3,000 conditions', { where: many(3_000, (i) => `crew=${i}`, ' or ') }],
    ['a text of 40,000 characters', { where: `ship = "${'a'.repeat(40_000)}"` }],
    ['a polygon of 20,000 points', { where: `within_geom(position, geom'POLYGON((${ring(20_000)}))')` }],
    ['a clause of 2 MB', { where: `ship = "x" ${' '.repeat(900_000)} or ${'1=1 or '.repeat(20_000)} 1=1` }],
    ['33 words to search', { where: `search(ship, "${many(100, (i) => `w${i}`, ' ')}")` }],
    ['a range of endless bounds', { group_by: `range(length_m, *, ${many(3_000, (i) => String(i))}, *)` }],
    ['more rows than a page has', { limit: '100000' }],
    ['an offset behind the wall', { offset: '100000000' }],
    ['functions in functions', { select: `${'upper('.repeat(100)}ship${')'.repeat(100)}` }],
  ]

  it.each(bombs)('%s', async (_what, parameters) => {
    const started = performance.now()
    const { status, body } = await ask(`${dataset}/records`, new URLSearchParams(parameters))
    expect([400, 413, 414, 422]).toContain(status)
    expect(body?.error_code ?? body?.code).toMatch(/./)
    // A deadline that only stops a hang.
    expect(performance.now() - started).toBeLessThan(60_000)
    await stands()
  })

  it('ranges of nothing: as many groups as a page has, no more', async () => {
    const { status, body } = await ask(`${dataset}/records?group_by=range(length_m,0.000001)&limit=100`)
    expect(status).toBe(200)
    expect(body.results.length).toBeLessThanOrEqual(100)
  })

  it('an address of more than 16 KiB', async () => {
    expect((await ask(where(`ship = "${'a'.repeat(20_000)}"`))).status).toBe(414)
    await stands()
  })

  it('50 exports at once leave small questions their turn', async () => {
    const exports = Array.from({ length: 50 }, () => ask(`${dataset}/exports/json`))
    await stands()
    const statuses = (await Promise.all(exports)).map(({ status }) => status)
    expect(new Set(statuses).size).toBeLessThanOrEqual(2)
    for (const status of statuses) expect([200, 503]).toContain(status)
  })
})
