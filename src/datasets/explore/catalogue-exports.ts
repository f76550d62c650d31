/** Paths 2 to 5: the catalogue as a file. */
import { notFound } from '../../errors.ts'
import { type CatalogueEntry, type CatalogueHead, catalogueGraph } from '../exports/catalogue-graph.ts'
import { toDataJson, toDublinCore, toRss } from '../exports/catalogue-lists.ts'
import { toJsonLd, toRdfXml, toTurtle } from '../exports/catalogue-rdf.ts'
import { rowFormats } from '../exports/formats.ts'
import { planQuery } from '../odsql/compile.ts'
import { parseQuery } from '../odsql/query-text.ts'
import { type Call, clauses, type Explore, type On, text } from './call.ts'
import { catalogueText, documentSelect, visibleDatasets } from './catalogue-records.ts'
import type { DatasetBody } from './dataset-body.ts'
import { askerOf } from './door.ts'
import { formatsFor } from './export-routes.ts'
import { fileHeaders, openExport, sendFile } from './exports.ts'
import { apiRoot, datasetAddress, formatLinks } from './links.ts'
import { exportLimit, type Parameters } from './parameters.ts'
import { askOf } from './records.ts'

interface Written {
  contentType: string
  extension: string
  write(head: CatalogueHead, entries: readonly CatalogueEntry[]): string
}

const turtle: Written = {
  contentType: 'text/turtle; charset=utf-8',
  extension: 'ttl',
  write: (head, entries) => toTurtle(catalogueGraph(head, entries)),
}
const rdfXml: Written = {
  contentType: 'application/rdf+xml; charset=utf-8',
  extension: 'rdf',
  write: (head, entries) => toRdfXml(catalogueGraph(head, entries)),
}

/** Profiles of countries answer plain DCAT-AP, until their rules are written. */
const profiles = ['ap', 'ap_v1', 'ap_hvd', 'ap_ch', 'ap_de', 'ap_se', 'ap_sp', 'ap_it', 'ap_vl', 'ap_benap']

const written: Record<string, Written> = {
  'data.json': { contentType: 'application/json; charset=utf-8', extension: 'json', write: toDataJson },
  dcat: rdfXml,
  ...Object.fromEntries(profiles.map((profile) => [`dcat_${profile}`, rdfXml])),
  dublin_core: {
    contentType: 'application/rdf+xml; charset=utf-8',
    extension: 'rdf',
    write: (_, entries) => toDublinCore(entries),
  },
  jsonld: {
    contentType: 'application/ld+json; charset=utf-8',
    extension: 'jsonld',
    write: (head, entries) => toJsonLd(catalogueGraph(head, entries)),
  },
  rdf: rdfXml,
  rss: { contentType: 'application/rss+xml; charset=utf-8', extension: 'rss', write: toRss },
  ttl: turtle,
}
const tables = ['csv', 'json', 'xlsx'] as const
const listed = [...tables, ...Object.keys(written)].sort()

export function catalogueExportRoutes(on: On, explore: Explore): void {
  on('/exports', 'Formats in which the catalogue is exported', {}, ({ asking, reply }) =>
    reply.send(formatLinks(listed.map((rel) => ({ rel, href: `${apiRoot(asking.base)}/exports/${rel}` })))),
  )
  on(
    '/exports/:format',
    'The catalogue as a file',
    {
      ...clauses,
      include_exports: text('DCAT: row formats that become distributions, separated by commas'),
      use_labels_in_exports: text('DCAT: distributions with labels of fields, default true'),
    },
    (call) => exportCatalogue(call, explore),
  )
}

async function exportCatalogue(call: Call, explore: Explore) {
  const { reply, request, parameters, params, asking } = call
  const name = params.format!.toLowerCase().replaceAll('-', '_')
  const reader = { ...explore, asker: askerOf(request, parameters) }
  const queryText = catalogueText(parameters)
  const parsed = parseQuery(queryText)
  const visible = await visibleDatasets(reader, parsed.lang, explore.secret)
  const relation = explore.catalogue.relation(visible.ids, parsed.lang, visible.counts)
  reply.header('cache-control', visible.isPublic ? 'public, max-age=0, must-revalidate' : 'private, no-store')
  const offset = parameters.whole('offset', 0, Number.MAX_SAFE_INTEGER)
  const format = written[name]
  const wantsBodies = name === 'json' && !queryText.select && !queryText.groupBy
  if (!format && !wantsBodies) {
    const table = tables.find((known) => known === name)
    if (!table) throw notFound('format', params.format!)
    const { contentType, extension } = rowFormats[table]!
    const fileName = `catalogue.${extension}`
    if (request.method === 'HEAD') return fileHeaders(reply, contentType, fileName).send()
    const exported = {
      name: 'catalogue',
      title: 'Lacydon',
      address: apiRoot(asking.base),
      relation,
      text: queryText,
      offset,
    }
    const pieces = await openExport(table, exported, parameters, asking)
    return sendFile(reply, pieces, { contentType, fileName })
  }
  const ids = { ...parsed, select: documentSelect, limit: exportLimit(parameters), ...(offset && { offset }) }
  const plan = planQuery(ids, relation, { now: asking.now })
  const rows = await askOf(asking)(plan.query)
  const bodies = rows.map((row) => visible.body(String(plan.columns[0]!.read(row))))
  if (!format)
    return fileHeaders(reply, 'application/json; charset=utf-8', 'catalogue.json').send(
      JSON.stringify(bodies),
    )
  const head = headOf(asking.base, parsed.lang)
  const { principal } = request
  const entries = bodies.map((body) => ({
    ...entryOf(body, parameters, asking.base, explore, parsed.lang),
    offers: explore.offersTo(principal, body.dataset_id, asking.base),
  }))
  // Whoever signs in may know of offers that others do not.
  if (principal.kind !== 'anonymous') reply.header('cache-control', 'private, no-store')
  return fileHeaders(reply, format.contentType, `catalogue.${format.extension}`).send(
    format.write(head, entries),
  )
}

const headOf = (base: string, lang: string): CatalogueHead => ({
  address: `${apiRoot(base)}/datasets`,
  api: apiRoot(base),
  title: 'Lacydon',
  description:
    lang === 'fr'
      ? 'Les jeux de données de cette plateforme portuaire.'
      : 'The datasets of this smart-port platform.',
  lang: lang === 'fr' ? 'fr' : 'en',
  publisher: 'Lacydon',
})

function entryOf(
  body: DatasetBody,
  parameters: Parameters,
  base: string,
  { sources }: Explore,
  lang: string,
): Omit<CatalogueEntry, 'offers'> {
  const { metadata, createdAt, definition } = sources.describe(body.dataset_id)
  const metas = body.metas.default as { title: string; description: string; modified: string }
  const asked = parameters
    .text('include_exports')
    ?.split(',')
    .map((one) => one.trim())
  const names = new Set(body.fields.map(({ name }) => name))
  const formats = formatsFor(definition.fields.filter(({ name }) => names.has(name))).filter(
    (name) => name !== 'mvt' && (asked === undefined || asked.includes(name)),
  )
  const useLabels = parameters.flag('use_labels_in_exports', true)
  const address = datasetAddress(base, body.dataset_id)
  return {
    id: body.dataset_id,
    address,
    title: metas.title,
    description: metas.description,
    lang: lang === 'fr' ? 'fr' : 'en',
    keywords: metadata.keyword,
    themes: metadata.theme,
    publisher: metadata.publisher || null,
    license: metadata.license || null,
    licenseUrl: metadata.licenseUrl || null,
    languages: metadata.language,
    references: metadata.references,
    modifiedAt: metas.modified,
    issuedAt: createdAt,
    updateEvery: metadata.updateEvery,
    distributions: formats.map((name) => ({
      format: name,
      mediaType: rowFormats[name]!.contentType.split(';')[0]!,
      address: `${address}/exports/${name}${useLabels ? '?use_labels=true' : ''}`,
    })),
  }
}
