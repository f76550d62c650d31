/** The official client of the Explore API, unmodified, against our server. */
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

const require = createRequire(join(resolve(import.meta.dirname, '..'), 'package.json'))

/** The part of the client that is used here; its own types are there only when it is installed. */
interface OdsQuery {
  toString(): string
  set(name: string, value: string): OdsQuery
  select(text: string): OdsQuery
  where(text: string | ((current: string) => string)): OdsQuery
  groupBy(text: string): OdsQuery
  orderBy(text: string): OdsQuery
  limit(count: number): OdsQuery
  offset(count: number): OdsQuery
  facet(text: string): OdsQuery
  refine(text: string): OdsQuery
  exclude(text: string): OdsQuery
  lang(text: string): OdsQuery
  timezone(text: string): OdsQuery
}
type Root = () => Record<'itself' | 'facets' | 'datasets' | 'assets', () => OdsQuery> & {
  export(format: string): OdsQuery
  dataset(id: string): Record<'itself' | 'facets' | 'records', () => OdsQuery> & {
    export(format: string): OdsQuery
    record(id: string): OdsQuery
  }
}
interface OdsClient {
  get<T>(query: string | OdsQuery, options?: object): Promise<T>
}
interface Ods {
  ApiClient: new (options: { domain: string }) => OdsClient
  fromCatalog: Root
  fromMonitoring: Root
  fromDataNetwork: Root
  field(name: string): string
  string(text: string): string
  dateTime(date: Date): string
  date(parts: { year: number; month?: number; day?: number }): string
  all(...conditions: string[]): string
  one(...conditions: string[]): string
  not(condition: string): string
  list(...values: string[]): string
  lower(name: string): string
  UserError: new () => Error
  AuthenticationError: new () => Error
  NotFoundError: new () => Error
  exactMatch(field: string, value: string): string
  textSearch(value: string, fields?: string[]): string
  textStartWith(value: string, fields?: string[]): string
  textSuggest(value: string, fields?: string[]): string
  EXPORT_DATASET_FORMAT: Record<string, string>
  EXPORT_CATALOG_FORMAT: Record<string, string>
}

const load = (): Ods | undefined => {
  try {
    return require('@opendatasoft/api-client') as Ods
  } catch {
    return undefined
  }
}
const ods = load()
const rowCount = 60

interface Records {
  total_count: number
  results: Record<string, unknown>[]
}

describe.skipIf(!ods)(ods ? 'api-client' : 'api-client (not installed: npm test installs it)', () => {
  let instance: Instance
  let client: OdsClient
  const {
    fromCatalog,
    fromMonitoring,
    fromDataNetwork,
    field,
    string,
    dateTime,
    date,
    all,
    one,
    not,
    list,
    lower,
  } = ods ?? ({} as Ods)
  const dataset = () => fromCatalog().dataset('port-calls')

  beforeAll(async () => {
    instance = await startInstance()
    await instance.load(callsDefinition, callRows(rowCount), { theme: ['Port'] })
    client = new ods!.ApiClient({ domain: instance.base })
  })
  afterAll(() => instance?.close())

  it('finds its way by every form of address', async () => {
    expect(await client.get(fromCatalog().itself())).toHaveProperty('links')
    expect(await client.get(fromMonitoring().itself())).toHaveProperty('links')
    expect(await client.get(fromMonitoring().datasets())).toMatchObject({
      total_count: 1,
      results: [{ dataset_id: 'port-calls' }],
    })
    expect(await client.get(fromCatalog().assets())).toEqual({ total_count: 0, results: [] })
    expect(await client.get(fromCatalog().datasets())).toMatchObject({ total_count: 1 })
    expect(await client.get('catalog/datasets?limit=10')).toMatchObject({ total_count: 1 })
    expect(await client.get('/catalog/datasets')).toMatchObject({ total_count: 1 })
    expect(await client.get(fromCatalog().facets())).toHaveProperty('facets')
    expect(await client.get(dataset().itself())).toMatchObject({ dataset_id: 'port-calls' })
    expect(await client.get(dataset().facets().facet('flag'))).toMatchObject({ facets: [{ name: 'flag' }] })
    expect(await client.get(dataset().records().limit(5))).toMatchObject({ total_count: rowCount })
    const { results } = await client.get<Records>(dataset().records().select('_id').limit(1))
    expect(await client.get(dataset().record(String(results[0]!._id)))).toHaveProperty('ship')
  })

  it('asks with every method of its builder', async () => {
    const query = dataset()
      .records()
      .select(list(field('ship'), 'crew'))
      .where(all(not('crew > 20'), one(`flag = ${string('FR')}`, `flag = ${string('IT')}`)))
      .where((current) =>
        all(
          current,
          `arrived_at > ${dateTime(new Date('2021-10-30T00:00:00Z'))}`,
          `\`day\` >= ${date({ year: 2021, month: 10 })}`,
        ),
      )
      .refine(`${field('tanker')}:true`)
      .exclude('berth:Marseille')
      .orderBy('-crew')
      .limit(5)
      .offset(1)
      .lang('fr')
      .timezone('Europe/Paris')
    const { results } = await client.get<Records>(query)
    expect(results.length).toBeGreaterThan(0)
    const crews = results.map(({ crew }) => Number(crew))
    expect(crews).toEqual([...crews].sort((a, b) => b - a))
    const groups = await client.get<Records>(
      dataset()
        .records()
        .select('count(*) as n')
        .groupBy(`${lower('ship')} as name, flag`)
        .orderBy('-n')
        .limit(3),
    )
    expect(groups.results[0]).toEqual({
      name: expect.any(String),
      flag: expect.anything(),
      n: expect.any(Number),
    })
    expect(
      (
        await client.get<Records>(
          dataset()
            .records()
            .where(`ship = ${string('Mistral "III"')}`),
        )
      ).total_count,
    ).toBe(12)
  })

  it('searches with the clauses it writes', async () => {
    const { exactMatch, textSearch, textStartWith, textSuggest } = ods!
    const count = async (where: string) =>
      (await client.get<Records>(dataset().records().where(where).limit(0))).total_count
    expect(await count(exactMatch('ship', 'Sirocco'))).toBe(12)
    expect(await count(textSearch('etoyle nor'))).toBe(12)
    expect(await count(textSearch('etoyle nor', ['ship', 'berth']))).toBe(12)
    expect(await count(textSearch('etoyle nor', ['berth']))).toBe(0)
    expect(await count(textStartWith('Étoile', ['ship']))).toBe(12)
    expect(await count(textSuggest('siro', ['ship']))).toBe(12)
  })

  it('exports what it lists', async () => {
    const { EXPORT_DATASET_FORMAT, EXPORT_CATALOG_FORMAT } = ods!
    const status = async (query: { toString(): string }) =>
      (await instance.get(`/${query.toString()}`)).status
    for (const format of Object.values(EXPORT_DATASET_FORMAT)) {
      const query = dataset().export(format)
      expect([format, await status(format === 'mvt' ? query.set('tile', '5/16/11') : query)]).toEqual([
        format,
        200,
      ])
    }
    for (const format of Object.values(EXPORT_CATALOG_FORMAT))
      expect([format, await status(fromCatalog().export(format))]).toEqual([format, 200])
    expect(await client.get(dataset().export('json').limit(2))).toHaveLength(2)
  })

  it('is told errors in its own classes', async () => {
    const failure = (query: OdsQuery, options = {}) =>
      client.get(query, options).catch((error: unknown) => error)
    expect(await failure(dataset().records().where('nope = 1'))).toBeInstanceOf(ods!.UserError)
    expect(await failure(fromCatalog().dataset('nope').records())).toBeInstanceOf(ods!.NotFoundError)
    expect(await failure(fromDataNetwork().datasets())).toBeInstanceOf(ods!.NotFoundError)
    expect(await failure(dataset().records(), { apiKey: 'unknown' })).toBeInstanceOf(ods!.AuthenticationError)
  })
})
