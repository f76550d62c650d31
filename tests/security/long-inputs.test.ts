/** A11: texts made to keep a pattern busy. Steps are counted by doubling: twice the text is about twice the work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginOf, nameOf } from '../../src/accounts/rules.ts'
import { type LoadsFixture, openLoads } from '../../src/datasets/loading/loads.suite.ts'
import { parseQuery } from '../../src/datasets/odsql/query-text.ts'
import { durationMs } from '../../src/datasets/quality/rules.ts'
import { datasetsOf } from '../../src/http/doors.ts'
import { callRows, callsDefinition, type Instance, startInstance } from '../explore/instance.suite.ts'

/** Least CPU time of a few runs, ms. */
function cpuMs(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    const before = process.cpuUsage()
    try {
      run()
    } catch {
      // A refusal is an answer.
    }
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

const patterns: [what: string, run: (n: number) => unknown][] = [
  ['a mail address of many dots', (n) => loginOf(`${'a.'.repeat(n)}@port.example`)],
  ['a mail address of many signs', (n) => loginOf(`${'@'.repeat(n)}`)],
  ['a name of many blanks', (n) => nameOf(`a${' '.repeat(n)}b`)],
  ['a name of combining marks', (n) => nameOf(`a${'\u0301'.repeat(n)}`)],
  ['a duration of digits', (n) => durationMs(`P${'1'.repeat(n)}`)],
  ['a like of many wildcards', (n) => parseQuery({ where: `ship like "${'%a'.repeat(n / 16)}%b"` })],
  ['a search of one letter', (n) => parseQuery({ where: `search(*, "${'a'.repeat(n / 8)}!")` })],
  ['quotes that never close', (n) => parseQuery({ where: `"${'\\"'.repeat(n)}` })],
  ['minus signs', (n) => parseQuery({ select: '-'.repeat(n) })],
  ['brackets', (n) => parseQuery({ select: '['.repeat(n) })],
  ['commas', (n) => parseQuery({ select: ','.repeat(n) })],
  [
    'ids parted by commas',
    (n) =>
      datasetsOf({ action: 'query', dataset: 'd' }, {
        params: {},
        query: { d: 'a,'.repeat(n) },
        body: undefined,
      } as never),
  ],
]

describe('A11: own patterns', () => {
  it.each(patterns)('%s: work grows with the length, not with its square', (_what, run) => {
    const n = 1 << 16
    const [once, eight] = [cpuMs(() => run(n)), cpuMs(() => run(8 * n))]
    // Square growth would be 64 times; small figures are noise.
    expect(eight).toBeLessThan(Math.max(40, once * 30))
  })
})

describe('A11: over HTTP', () => {
  let instance: Instance
  beforeAll(async () => {
    instance = await startInstance()
    await instance.load(callsDefinition, callRows(101))
  })
  afterAll(() => instance?.close())

  const long: [what: string, parameters: Record<string, string>, headers?: Record<string, string>][] = [
    ['a like made to go back', { where: `ship like "${'%a'.repeat(14)}%b"` }],
    ['a search made to go back', { where: `search(*,"${'a'.repeat(28)}!")` }],
    ['a search of 30,000 letters', { where: `search(*,"${'a'.repeat(30_000)}!")` }],
    ['a date pattern of brackets', { select: `date_format(arrived_at, "${'['.repeat(5_000)}") as d` }],
    ['a time zone of slashes', { timezone: 'a/'.repeat(2_000) }],
    ['a refine of slashes', { refine: `berth:${'/'.repeat(10_000)}` }],
    ['8 kB of languages', {}, { 'accept-language': 'a-a;q=0.1,'.repeat(800) }],
    ['8 kB of types', {}, { accept: 'a/a;q=0.1,'.repeat(800) }],
    ['8 kB of tags', {}, { 'if-none-match': 'W/"a",'.repeat(1_300) }],
    ['8 kB of cookie', {}, { cookie: 'a=b;'.repeat(2_000) }],
    ['an authorization of blanks', {}, { authorization: `Apikey${' '.repeat(8_000)}x` }],
  ]
  it.each(long)('%s is answered, and others are in the meantime', async (_what, parameters, headers = {}) => {
    const asked = fetch(`${instance.base}/api/explore/v2.1/catalog/datasets/port-calls/records`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      headers,
    })
    const small = await instance.get('/catalog/datasets/port-calls/records?limit=1')
    expect(small.status).toBe(200)
    const { status } = await asked
    expect([status, status < 500]).toEqual([status, true])
  })
})

describe('A11: files', () => {
  let fixture: LoadsFixture
  beforeAll(async () => {
    fixture = await openLoads()
  })
  afterAll(() => fixture?.close())

  it.each([
    ['quotes', '"'.repeat(4 * 1024 ** 2)],
    ['quotes and commas', '",'.repeat(2 * 1024 ** 2)],
    ['commas', `a\n${','.repeat(200_000)}`],
    ['one line of digits', `n\n${'9'.repeat(4 * 1024 ** 2)}\n`],
    ['line ends', `a,b\n${'\n'.repeat(2 * 1024 ** 2)}`],
    ['blanks', `a,b\n${' '.repeat(4 * 1024 ** 2)},1\n`],
    ['a date of slashes', `d\n${'1/'.repeat(500_000)}\n`],
    ['JSON brackets', '['.repeat(1024 ** 2)],
    ['JSON escapes', `["${'\\u0041'.repeat(500_000)}"]`],
  ])('a CSV or JSON of %s ends as a load or a refusal', async (_what, content) => {
    const { state, error } = await fixture.load('long', content)
    expect(['published', 'failed', 'held']).toContain(state)
    expect(error?.code).not.toBe('internal')
  })
})
