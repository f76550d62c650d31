/** The Search API v1: what pages made for it still ask. */
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { LacydonError, notFound } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import type { Door } from '../../http/doors.ts'
import { type Call, callOf, type Explore } from '../explore/call.ts'
import { catalogueText, visibleDatasets } from '../explore/catalogue-records.ts'
import { wordsIn } from '../explore/dataset-body.ts'
import { askerOf, closeDoor, openDoor, readable } from '../explore/door.ts'
import { openExport, sendFile } from '../explore/exports.ts'
import { datasetAddress } from '../explore/links.ts'
import { invalidParameter } from '../explore/parameters.ts'
import { recordIdField, withRecordId } from '../explore/record-id.ts'
import { askOf } from '../explore/records.ts'
import { type Secured, secure } from '../explore/relation.ts'
import { formatNamed } from '../exports/formats.ts'
import { planQuery } from '../odsql/compile.ts'
import { planFacets, runFacets } from '../odsql/facets.ts'
import { parseQuery, type QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { runPlan } from '../odsql/run.ts'
import { analysisOf } from './analyze.ts'
import { datasetOf, facetGroups, recordOf } from './answers.ts'
import { boundingBox, clustersOf, previewOf } from './maps.ts'
import { fieldName } from './query-language.ts'
import { echoOf, orderOf, questionOf, windowOf } from './question.ts'
import { recordLines } from './record-lines.ts'

const prefixes = ['/api/records', '/api/datasets', '/api/reuses', '/api/georeference']

export async function searchRoutes(app: App, explore: Explore): Promise<void> {
  await app.register(async (scope) => {
    openDoor(scope as App)
    const on = (path: string, summary: string, handler: (call: Call) => Promise<unknown>) =>
      readable(
        scope as App,
        path,
        { summary, door: doorOf(path), querystring: Type.Object({}) },
        async (request, reply) => {
          const call = callOf(request, reply, explore)
          const answer = await handler(call)
          return answer === reply ? reply : send(call, answer)
        },
      )
    recordPaths(on, explore)
    datasetPaths(on, explore)
    on('/api/reuses', 'Reuses', async () => ({ nhits: 0, reuses: [] }))
    on('/api/georeference/v1/uid/:uid', 'A territory', async ({ params }) => {
      throw notFound('territory', params.uid!)
    })
    for (const prefix of prefixes) closeDoor(scope as App, prefix, () => 'There is nothing at this address.')
  })
}

/** JSON, or a call of a function where a page of another origin asked for one (JSONP): public answers only. */
function send({ reply, parameters }: Call, answer: unknown): FastifyReply {
  const text = JSON.stringify(answer)
  const callback = parameters.text('callback')
  reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-cache')
  if (callback === undefined) return reply.type('application/json; charset=utf-8').send(text)
  if (!/^[A-Za-z_$][\w.$]{0,63}$/.test(callback)) throw invalidParameter('callback', callback, 'a plain name')
  if (parameters.text('apikey') ?? parameters.text('access_token'))
    throw new LacydonError('Forbidden', 403, 'A callback is for public data: leave the key out.')
  // Line separators end a line in scripts and not in JSON.
  const script = text.replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)
  return reply.type('application/javascript; charset=utf-8').send(`/**/${callback}(${script});`)
}

type OnV1 = (path: string, summary: string, handler: (call: Call) => Promise<unknown>) => void

function recordPaths(on: OnV1, explore: Explore): void {
  const open = ({ parameters, request }: Call, action: 'query' | 'export' = 'query') => {
    const id = parameters.text('dataset')
    if (id === undefined) throw invalidParameter('dataset', '', 'the identifier of a dataset')
    return secure(explore, id, askerOf(request, parameters), { action, at: parameters.text('at') })
  }
  const asked = (call: Call, { relation }: Secured) => questionOf(call.parameters, relation, call.asking.now)

  on('/api/records/1.0/search', 'Records, Search API v1', async (call) => {
    const secured = await open(call)
    const { parameters, asking } = call
    const { text, relation } = asked(call, secured)
    const { rows, start } = windowOf(parameters)
    const { records, total } = await recordsOf(
      call,
      secured,
      relation,
      { ...text, orderBy: orderOf(parameters) },
      rows,
      start,
    )
    const facets = parameters.all('facet').flatMap((names) => names.split(','))
    const groups =
      facets.length > 0
        ? facetGroups(
            await runFacets(
              planFacets(parseQuery({ ...text, facet: facets.map(fieldName) }), relation, asking.now),
              askOf(asking),
            ),
          )
        : undefined
    return {
      nhits: total,
      parameters: echoOf(parameters, secured.source.definition.id),
      records,
      ...(groups && { facet_groups: groups }),
    }
  })

  on('/api/records/1.0/analyze', 'Series of aggregates, Search API v1', async (call) => {
    const secured = await open(call)
    const { text, relation } = asked(call, secured)
    const { select, groupBy, orderBy, limit, read } = analysisOf(call.parameters, relation.fields)
    const parsed = parseQuery({
      ...text,
      select,
      groupBy: groupBy || undefined,
      orderBy: orderBy || undefined,
      limit,
    })
    const plan = planQuery(parsed, relation, { now: call.asking.now })
    const { results } = await runPlan(plan, askOf(call.asking))
    const { points, isTruncated } = read(results)
    call.reply.header('ods-analyze-truncated', String(isTruncated))
    return points
  })

  on('/api/records/1.0/download', 'All records, Search API v1', async (call) => {
    const secured = await open(call, 'export')
    const { parameters, asking, reply } = call
    const { text, relation } = asked(call, secured)
    const name = parameters.choice('format', ['csv', 'json', 'geojson', 'xls', 'xlsx', 'shp', 'kml'], 'json')
    const { id, title } = secured.source.definition
    const isJson = name === 'json'
    const format = isJson ? recordLines(secured) : name === 'xls' ? 'xlsx' : name
    const labelled = parameters.flag('use_labels_for_header', false)
    const select = parameters
      .list('fields')
      ?.split(',')
      .map((field) => fieldName(field.trim()))
      .join(', ')
    const exported = {
      name: id,
      title: wordsIn(title, parameters.text('lang') ?? 'fr'),
      address: datasetAddress(asking.base, id),
      relation: isJson ? withRecordId(relation, secured.source, asking.secret) : relation,
      text: {
        ...text,
        orderBy: orderOf(parameters),
        ...(select && { select: isJson ? `${select}, _id` : select }),
      },
    }
    const given = parameters
      .with('use_labels', String(labelled))
      .with('limit', parameters.text('rows') ?? '-1')
      .with('delimiter', parameters.text('csv_separator') ?? ';')
    const pieces = await openExport(format, exported, given, asking)
    const { contentType, extension } = typeof format === 'string' ? formatNamed(format) : format
    return sendFile(reply, pieces, { contentType, fileName: `${id}.${extension}` })
  })

  on('/api/records/1.0/geocluster', 'Clusters of points, Search API v1', async (call) => {
    const { text, relation } = asked(call, await open(call))
    return clustersOf(call, relation, text)
  })
  for (const path of ['geopolygon', 'geopreview'])
    on(`/api/records/1.0/${path}`, 'Shapes for a map, Search API v1', async (call) => {
      const { text, relation } = asked(call, await open(call))
      return previewOf(call, relation, text)
    })
  on('/api/records/1.0/boundingbox', 'The box of all records, Search API v1', async (call) => {
    const { text, relation } = asked(call, await open(call))
    return boundingBox(call, relation, text)
  })
}

async function recordsOf(
  { asking }: Call,
  { source }: Secured,
  relation: Relation,
  text: QueryText,
  limit: number,
  offset: number,
) {
  const named = withRecordId(relation, source, asking.secret)
  const plan = planQuery({ ...parseQuery(text), limit, offset }, named, { now: asking.now })
  const ask = askOf(asking)
  const rows = await ask(plan.query)
  const isAll = rows.length < limit && (rows.length > 0 || offset === 0)
  const total = isAll ? offset + rows.length : Number((await ask(plan.total))[0]?.n ?? 0)
  const about = { datasetId: source.definition.id, timestamp: source.modifiedAt }
  return { total, records: rows.map((row) => recordOf(row, plan.columns, about)) }
}

function datasetPaths(on: OnV1, explore: Explore): void {
  const readerOf = ({ request, parameters }: Call) => ({ ...explore, asker: askerOf(request, parameters) })

  on('/api/datasets/1.0/search', 'Datasets, Search API v1', async (call) => {
    const { parameters, asking } = call
    const { lang } = parseQuery({ lang: parameters.text('lang') })
    const { ids, counts, body } = await visibleDatasets(readerOf(call), lang, asking.secret)
    const all = explore.catalogue.relation(ids, lang, counts)
    const { text, relation } = questionOf(parameters, all, asking.now)
    const { rows, start } = windowOf(parameters)
    const orderBy = orderOf(parameters)
    const asked = parseQuery({
      ...catalogueText(parameters),
      ...text,
      orderBy,
      select: 'dataset_id',
      groupBy: undefined,
    })
    const plan = planQuery({ ...asked, limit: rows, offset: start }, relation, { now: asking.now })
    const { totalCount, results } = await runPlan(plan, askOf(asking))
    const facets = parameters.all('facet').flatMap((names) => names.split(','))
    const found = planFacets(parseQuery({ ...text, facet: facets.map(fieldName) }), relation, asking.now)
    return {
      nhits: totalCount,
      parameters: echoOf(parameters, undefined),
      datasets: results.map(({ dataset_id: id }) => datasetOf(body(String(id)))),
      ...(facets.length > 0 && { facet_groups: facetGroups(await runFacets(found, askOf(asking))) }),
    }
  })

  on('/api/datasets/1.0/:dataset', 'One dataset, Search API v1', async (call) => {
    const { parameters, params, asking, request } = call
    await secure(explore, params.dataset!, askerOf(request, parameters), { action: 'discover' })
    const { lang } = parseQuery({ lang: parameters.text('lang') })
    const { body } = await visibleDatasets(readerOf(call), lang, asking.secret)
    return datasetOf(body(params.dataset!))
  })

  on('/api/datasets/1.0/:dataset/records/:record', 'One record, Search API v1', async (call) => {
    const { parameters, params, request } = call
    const secured = await secure(explore, params.dataset!, askerOf(request, parameters), {
      at: parameters.text('at'),
    })
    if (!/^[0-9a-f]{40}$/.test(params.record!)) throw notFound('record', params.record!)
    const text = { where: `${recordIdField.name} = "${params.record}"` }
    const { records } = await recordsOf(call, secured, secured.relation, text, 1, 0)
    if (!records[0]) throw notFound('record', params.record!)
    return records[0]
  })

  on('/api/datasets/1.0/:dataset/files/:file', 'One file, Search API v1', async (call) => {
    const { parameters, params, request } = call
    await secure(explore, params.dataset!, askerOf(request, parameters))
    throw notFound('file', params.file!)
  })
}

/** `/api/records` names its dataset by a parameter, `/api/datasets` in its path. */
function doorOf(path: string): Door {
  if (path.startsWith('/api/records/'))
    return { action: path.endsWith('/download') ? 'export' : 'query', dataset: 'dataset' }
  if (path === '/api/datasets/1.0/:dataset') return { action: 'discover', dataset: 'dataset' }
  if (path.startsWith('/api/datasets/1.0/:dataset/')) return { action: 'query', dataset: 'dataset' }
  if (path === '/api/datasets/1.0/search') return { action: 'discover', catalogue: true }
  return { public: 'there are no reuses and no territories here' }
}
