/** Our answers against the published description of the API, for requests drawn at random. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

const specification = resolve(import.meta.dirname, '../../../shared/spec/ods-explore-v2.1.openapi.json')
const require = createRequire(join(resolve(import.meta.dirname, '..'), 'package.json'))
const isMissing = !existsSync(specification)
const rowCount = 80

type Json = Record<string, unknown>

/** OpenAPI 3.0 as JSON Schema: what may be null, and one misspelt format. */
function jsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(jsonSchema)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, example, format, ...rest } = node as Json
  const schema = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, jsonSchema(value)]),
  ) as Json
  if (format === 'dateTime') schema.format = 'date-time'
  else if (typeof format === 'string' && format !== 'int64') schema.format = format
  if (nullable === true && typeof schema.type === 'string') schema.type = [schema.type, 'null']
  if (schema.additionalProperties && Object.keys(schema.additionalProperties).length === 0)
    delete schema.additionalProperties
  return schema
}

describe.skipIf(isMissing)(
  isMissing ? 'the OpenAPI of the Explore API (../shared/spec is missing)' : 'the OpenAPI of the Explore API',
  () => {
    let instance: Instance
    let check: (pathName: string, status: number, body: unknown) => string[]

    beforeAll(async () => {
      const { default: Ajv } = require('ajv')
      const { default: addFormats } = require('ajv-formats')
      const document = jsonSchema(JSON.parse(readFileSync(specification, 'utf8'))) as {
        paths: Record<
          string,
          {
            get: {
              responses: Record<string, { $ref?: string; content?: Record<string, { schema?: object }> }>
            }
          }
        >
        components: {
          schemas: object
          responses: Record<string, { content: Record<string, { schema: object }> }>
        }
      }
      const ajv = new Ajv({ strict: false, allErrors: true })
      addFormats(ajv)
      ajv.addSchema({ $id: 'spec', components: document.components })
      const compiled = new Map<string, (body: unknown) => boolean>()
      check = (pathName, status, body) => {
        const responses = document.paths[pathName]!.get.responses
        const response = status === 200 ? responses['200']! : document.components.responses.bad_request!
        const [content] = Object.values(response.content ?? {})
        if (!content?.schema) return []
        const key = `${pathName} ${status}`
        let validate = compiled.get(key)
        if (!validate) {
          const text = JSON.stringify(content.schema).replaceAll('#/components', 'spec#/components')
          validate = ajv.compile(JSON.parse(text)) as (body: unknown) => boolean
          compiled.set(key, validate)
        }
        return validate(body)
          ? []
          : ((validate as { errors?: { instancePath: string; message?: string }[] }).errors ?? []).map(
              (e) => `${e.instancePath} ${e.message}`,
            )
      }
      instance = await startInstance()
      await instance.load(callsDefinition, callRows(rowCount), { theme: ['Port'], keyword: ['a', 'b'] })
    })
    afterAll(() => instance?.close())

    /** Never a failure of ours, JSON always, and the shape that is published. */
    async function answers(pathName: string, address: string, query = '') {
      const response = await instance.get(`${address}${query && `?${query}`}`)
      const body = (await response.json()) as Json
      const seen = `${address}?${query}: ${response.status} ${JSON.stringify(body).slice(0, 300)}`
      expect([200, 400, 422].includes(response.status), seen).toBe(true)
      expect(response.headers.get('content-type'), seen).toBe('application/json; charset=utf-8')
      expect([seen, check(pathName, response.status, body)]).toEqual([seen, []])
      return { status: response.status, body }
    }

    const dataset = '/catalog/datasets/{dataset_id}'
    const calls = '/catalog/datasets/port-calls'

    it('holds for each path', async () => {
      await answers('/catalog/datasets', '/catalog/datasets', 'include_links=true&include_app_metas=true')
      await answers('/catalog/facets', '/catalog/facets')
      await answers(dataset, calls, 'include_links=true')
      await answers(`${dataset}/records`, `${calls}/records`, 'include_links=true')
      await answers(`${dataset}/facets`, `${calls}/facets`)
      await answers(`${dataset}/attachments`, `${calls}/attachments`)
      const { body } = await answers(`${dataset}/records`, `${calls}/records`, 'select=_id&limit=1')
      const [record] = body.results as { _id: string }[]
      await answers(`${dataset}/records/{record_id}`, `${calls}/records/${record!._id}`)
      // Links of formats are named after them, which the published list of relations does not foresee.
      for (const path of ['/catalog/exports', `${calls}/exports`]) {
        const { links, _links } = await instance.json(path)
        expect(_links).toEqual(links)
        for (const { rel, href } of links) expect([typeof rel, URL.canParse(href)]).toEqual(['string', true])
      }
    })

    /** Mostly what can be asked, now and then what cannot. */
    const mostly = (good: fc.Arbitrary<string>, ...bad: string[]) =>
      fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...bad) })
    const names = callsDefinition.fields.map(({ name }) => `\`${name}\``)
    const field = fc.constantFrom(...names)
    const countable = fc.constantFrom('ship', 'flag', 'berth', 'crew', 'tanker', 'cargo', '`month`')
    const condition = mostly(
      fc.oneof(
        fc.constantFrom(
          'crew > 5',
          'crew in (1, 2, 30)',
          'length_m <= 60.5',
          'tanker',
          'not tanker',
          'crew in [3..9[',
        ),
        fc.constantFrom(
          "arrived_at > date'2021-11'",
          "`day` = '2021-10-03'",
          'hull is not null',
          '"fos" or "sirocco"',
        ),
        fc.constantFrom(
          "flag = 'FR'",
          'flag != "IT"',
          'cargo = "wine"',
          "within_distance(position, geom'POINT(5 43.3)', 20km)",
        ),
        field.map((name) => `${name} is not null`),
        fc.string({ maxLength: 8 }).map((text) => `ship like ${JSON.stringify(text)}`),
        fc.string({ maxLength: 8 }).map((text) => `startswith(berth, ${JSON.stringify(text)})`),
      ),
      'crew >',
      'nope = 1',
      'ship > 3 + "x"',
    )
    const clause = (values: fc.Arbitrary<string>, max: number, between = ',') =>
      fc.array(values, { minLength: 1, maxLength: max }).map((v) => v.join(between))
    const rows = fc.record(
      {
        select: mostly(
          clause(
            fc.oneof(field, fc.constantFrom('*', 'length_m * 2 as d', 'include(c*)', 'upper(ship) as u')),
            2,
          ),
          'count(',
          '',
        ),
        order_by: mostly(
          clause(
            fc
              .tuple(
                fc.constantFrom('', '-'),
                fc.oneof(
                  countable.filter((name) => name !== 'cargo'),
                  fc.constant('random(1)'),
                ),
              )
              .map((v) => v.join('').replace('-random', 'random')),
            2,
          ),
          'position',
        ),
      },
      { requiredKeys: [] },
    )
    const groups = fc.record(
      {
        select: mostly(
          clause(
            fc.constantFrom(
              'count(*) as n',
              'avg(crew)',
              'max(`day`)',
              'count(distinct flag)',
              'median(length_m)',
            ),
            1,
          ),
          'ship',
        ),
        group_by: mostly(
          clause(
            fc.oneof(
              countable,
              fc.constantFrom(
                'year(arrived_at)',
                'range(crew, 5)',
                'range(length_m, *, 60, 100, *)',
                'geo_cluster(position, 8)',
              ),
            ),
            1,
          ),
          'position',
        ),
      },
      { requiredKeys: ['select'] },
    )
    const shared = fc.record(
      {
        where: clause(condition, 2, ' and '),
        refine: mostly(
          fc.constantFrom('flag:FR', 'berth:Fos', 'tanker:true', 'arrived_at:2021/11', 'cargo:oil'),
          'arrived_at:x',
        ),
        exclude: mostly(
          fc.constantFrom('flag:IT', 'berth:Fos/Distriport', 'arrived_at:2021/10/31'),
          'nope:1',
        ),
        limit: mostly(fc.constantFrom('-1', '0', '3', '100'), '101', 'x'),
        offset: mostly(fc.constantFrom('0', '5', '70'), '10000', '-1'),
        timezone: mostly(fc.constantFrom('UTC', 'Europe/Paris', 'US/Eastern'), 'Moon'),
        lang: mostly(fc.constantFrom('fr', 'en', 'sv'), 'xx'),
        include_links: mostly(fc.constantFrom('true', 'false'), 'maybe'),
        facet: mostly(
          fc.oneof(countable, fc.constant('facet(name="crew", sort="-num", limit=3)')),
          'position',
        ),
      },
      { requiredKeys: [] },
    )
    const parameters: fc.Arbitrary<Record<string, string | undefined>> = fc
      .tuple(shared, fc.oneof(rows, groups))
      .map(([one, other]) => ({ ...one, ...other }))
    const queryOf = (given: Record<string, string | undefined>) =>
      new URLSearchParams(
        Object.entries(given).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : [])),
      ).toString()

    it('holds for records, whatever is asked', async () => {
      let accepted = 0
      await fc.assert(
        fc.asyncProperty(parameters, async (given) => {
          const query = queryOf(given)
          const { status, body } = await answers(`${dataset}/records`, `${calls}/records`, query)
          if (status !== 200) return
          accepted++
          const { total_count: total, results } = body as unknown as { total_count: number; results: Json[] }
          expect(total).toBeGreaterThanOrEqual(results.length)
          if (given.group_by || /count|avg|max|median/.test(given.select ?? '')) return
          const counted = await instance.json(
            `${calls}/records?${queryOf({ where: given.where, refine: given.refine, exclude: given.exclude, timezone: given.timezone, select: 'count(*) as n' })}`,
          )
          expect(counted.results[0].n).toBe(total)
          const exported = await instance.get(
            `${calls}/exports/json?${queryOf({ ...given, limit: undefined, offset: undefined })}`,
          )
          expect((await exported.json()) as unknown[]).toHaveLength(total)
        }),
        { numRuns: 150 },
      )
      expect(accepted).toBeGreaterThan(40)
    }, 120_000)

    it('holds for facets and the catalogue', async () => {
      await fc.assert(
        fc.asyncProperty(parameters, async (given) => {
          await answers(`${dataset}/facets`, `${calls}/facets`, queryOf(given))
          const catalogue = queryOf({
            ...given,
            where: given.where && 'records_count > 3',
            refine: given.refine && 'theme:Port',
            exclude: undefined,
            facet: undefined,
            select: given.select && 'title, fields',
            group_by: given.group_by && 'publisher',
            order_by: undefined,
          })
          await answers('/catalog/datasets', '/catalog/datasets', catalogue)
        }),
        { numRuns: 60 },
      )
    }, 120_000)
  },
)
