/** Paths of one dataset, but for its exports. */
import { notFound } from '../../errors.ts'
import type { Action } from '../../http/principal.ts'
import { planFacets, runFacets } from '../odsql/facets.ts'
import { parseQuery } from '../odsql/query-text.ts'
import { type Call, clauses, type Explore, isTimeless, type On, paging, past, text } from './call.ts'
import { readDatasets, visibleDatasets } from './catalogue-records.ts'
import { asGone, type Place, readCursor } from './cursor.ts'
import { askerOf, sendJson } from './door.ts'
import { both, datasetAddress, datasetLinks } from './links.ts'
import { queryTextOf } from './parameters.ts'
import { askOf, readRecord, readRecords, walkRecords } from './records.ts'
import { type Secured, secure } from './relation.ts'
import { noteUse } from './use.ts'

const walk = { cursor: text('*, then the next_cursor of each answer: pages without a wall') }

export function datasetRoutes(on: On, explore: Explore): void {
  const answer = async (
    call: Call,
    make: (secured: Secured) => Promise<unknown>,
    action: Action = 'query',
  ) => {
    const { request, reply, parameters, params, asking } = call
    const asker = askerOf(request, parameters)
    const secured = await secure(explore, params.dataset!, asker, { action, at: parameters.text('at') })
    const { source, visible, relation } = secured
    noteUse(request, parameters, relation.fields, visible.isPublic)
    if (source.version !== null) reply.header('lacydon-dataset-version', `v${source.version}`)
    return sendJson(request, reply, explore.cache, {
      state: isTimeless(parameters) ? source.state : null,
      key: [visible.fingerprint, asking.base, request.url, parameters].join('\n'),
      isPublic: visible.isPublic,
      make: () => make(secured),
    })
  }

  on('/datasets/:dataset', 'One dataset: fields and metadata', { ...clauses, ...paging, ...past }, (call) =>
    answer(call, ({ source }) => describe(call, source.definition.id, explore), 'discover'),
  )
  on(
    '/datasets/:dataset/records',
    'Records of a dataset, or groups of them',
    { ...clauses, ...paging, ...past, ...walk },
    (call) => {
      const cursor = call.parameters.text('cursor')
      if (cursor !== undefined) return walkOn(call, cursor, explore)
      return answer(call, (secured) => readRecords(secured, call.parameters, call.asking))
    },
  )
  on('/datasets/:dataset/records/:record', 'One record', { ...clauses, ...past }, (call) =>
    answer(call, (secured) => readRecord(secured, call.params.record!, call.parameters, call.asking)),
  )
  on(
    '/datasets/:dataset/facets',
    'Values of fields with their counts',
    { facet: text('Fields'), ...clauses, ...past },
    (call) =>
      answer(call, async ({ relation }) => {
        const plan = planFacets(parseQuery(queryTextOf(call.parameters)), relation, call.asking.now)
        return { ...linked(call, 'facets'), facets: await runFacets(plan, askOf(call.asking)) }
      }),
  )
  on('/datasets/:dataset/attachments', 'Files attached to a dataset', {}, (call) =>
    answer(call, async () => ({ ...linked(call, 'attachments'), attachments: [] })),
  )
  on('/datasets/:dataset/attachments/:attachment', 'One attached file', {}, (call) =>
    answer(call, async () => {
      throw notFound('attachment', call.params.attachment!)
    }),
  )
}

const linked = ({ asking, params }: Call, what: string) => {
  const dataset = datasetAddress(asking.base, params.dataset!)
  return both([
    { rel: 'self', href: `${dataset}/${what}` },
    { rel: 'dataset', href: dataset },
  ])
}

/** The whole dataset, or what was selected of it. */
async function describe(call: Call, id: string, explore: Explore): Promise<object> {
  const { parameters, asking, request } = call
  const reader = { ...explore, asker: askerOf(request, parameters) }
  const { lang } = parseQuery({ lang: parameters.text('lang') })
  const withAppMetas = parameters.flag('include_app_metas', false)
  const withLinks = parameters.flag('include_links', false)
  const { body } = await visibleDatasets(reader, lang, asking.secret, withAppMetas)
  if (!parameters.text('select'))
    return { ...(withLinks && both(datasetLinks(asking.base, id))), ...body(id) }
  const only = parameters.with('where', `dataset_id = ${JSON.stringify(id)}`)
  const { results } = await readDatasets(reader, only, asking)
  if (!results[0]) throw notFound('dataset', id)
  return results[0]
}

/** One page of a walk: all pages see the rows there were when it began. */
async function walkOn(call: Call, cursor: string, explore: Explore) {
  const { parameters, asking, reply, request, params } = call
  const id = params.dataset!
  const asker = askerOf(request, parameters)
  const place: Place | undefined = cursor === '*' ? undefined : readCursor(cursor, explore.secret, asking.now)
  const open = async (at: string | undefined) => secure(explore, id, asker, { at })
  let secured: Secured
  if (place) secured = await open(place.moment ?? undefined).catch(asGone)
  else {
    secured = await open(parameters.text('at'))
    const { moment } = secured.source
    if (moment !== null) secured = await open(moment)
  }
  const page = await walkRecords(secured, parameters, place, asking)
  if (page.next_cursor) {
    const next = `${datasetAddress(asking.base, id)}/records?${parameters.with('cursor', page.next_cursor)}`
    reply.header('link', `<${next}>; rel="next"`)
  }
  const { source, visible, relation } = secured
  noteUse(request, parameters, relation.fields, visible.isPublic)
  if (source.version !== null) reply.header('lacydon-dataset-version', `v${source.version}`)
  const { isPublic } = visible
  return sendJson(request, reply, explore.cache, { state: null, key: '', isPublic, make: async () => page })
}
