/** Paths of the catalogue: datasets found, grouped, counted by facet. */
import { createHash } from 'node:crypto'
import { planQuery } from '../odsql/compile.ts'
import { type Facet, planFacets, runFacets } from '../odsql/facets.ts'
import { type ParsedQuery, parseQuery, type QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import { runPlan } from '../odsql/run.ts'
import type { SelectItem } from '../odsql/syntax.ts'
import type { DatasetField } from '../schema.ts'
import { type Asker, seesWhole, type VisibleFields } from './access.ts'
import type { Catalogue } from './catalogue.ts'
import type { SeenCounts } from './catalogue-counts.ts'
import { type DatasetBody, datasetBody } from './dataset-body.ts'
import { apiRoot, both, datasetLinks, pageLinks } from './links.ts'
import { type Parameters, pageOf, queryTextOf } from './parameters.ts'
import { type Asking, askOf, isGrouped, type RecordsAnswer } from './records.ts'
import type { Sources } from './sources.ts'

export interface CatalogueReader {
  catalogue: Catalogue
  sources: Sources
  visibleFields: VisibleFields
  now: () => Date
  asker: Asker
}

/** Parts of a dataset that are documents, not cells: taken from memory, as the asker may see them. */
const documents = ['metas', 'fields', 'attachments'] as const
type DocumentName = (typeof documents)[number]
const datasetLabel = '__dataset_id'

/** `default.title` is `title`: metadata of that group are named with and without it. */
export function plainNames(clause: string | undefined): string | undefined {
  return clause?.replace(
    /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\bdefault\./g,
    (_, text?: string) => text ?? '',
  )
}

export function catalogueText(parameters: Parameters): QueryText {
  const text = queryTextOf(parameters)
  const plain = (list: readonly string[] | undefined) => list?.map((clause) => plainNames(clause) ?? '')
  return {
    ...text,
    select: plainNames(text.select),
    where: plain(text.where as string[]),
    groupBy: plainNames(text.groupBy),
    orderBy: plainNames(text.orderBy),
    facet: plain(text.facet),
    refine: plain(text.refine),
    exclude: plain(text.exclude),
  }
}

interface Seen {
  counts: Map<string, SeenCounts>
  fields: Map<string, readonly DatasetField[]>
  fingerprint: string
  isPublic: boolean
}

/** A reader is one request: rights are asked once for it. */
const seenBy = new WeakMap<CatalogueReader, Promise<Seen>>()

async function look(reader: CatalogueReader): Promise<Seen> {
  const { catalogue, sources, visibleFields, asker, now } = reader
  await catalogue.refresh()
  const counts: Seen['counts'] = new Map()
  const fields: Seen['fields'] = new Map()
  const prints: string[] = []
  let isPublic = true
  for (const summary of sources.list()) {
    const { definition } = summary
    if (!catalogue.entry(definition.id)) continue
    const decided = visibleFields(definition, asker, 'discover')
    // Most decisions are known at once: waiting for each would cost more than all of them.
    const visible = decided instanceof Promise ? await decided : decided
    if (!visible) continue
    isPublic &&= visible.isPublic
    fields.set(definition.id, visible.fields)
    prints.push(visible.fingerprint)
    if (seesWhole(visible, definition)) continue
    const seen = await catalogue.counts.of(reader, summary, visible, now().getTime())
    counts.set(definition.id, seen)
    prints.push(JSON.stringify(seen))
  }
  return {
    counts,
    fields,
    fingerprint: createHash('sha256').update(prints.join()).digest('base64url'),
    isPublic,
  }
}

/** Ids of the datasets that the asker may know of, and the bodies shown to them. */
export async function visibleDatasets(
  reader: CatalogueReader,
  lang: string,
  secret: string,
  withAppMetas = false,
): Promise<{
  ids: string[]
  /** What `relation` of the catalogue corrects for the asker. */
  counts: ReadonlyMap<string, SeenCounts>
  fingerprint: string
  isPublic: boolean
  body(id: string): DatasetBody
}> {
  let seen = seenBy.get(reader)
  if (!seen) {
    seen = look(reader)
    seenBy.set(reader, seen)
  }
  const { counts, fields, fingerprint, isPublic } = await seen
  return {
    counts,
    ids: [...fields.keys()],
    fingerprint,
    isPublic,
    body(id) {
      const { summary, counted } = reader.catalogue.entry(id)!
      return datasetBody(summary, fields.get(id)!, counts.get(id) ?? counted, { lang, secret, withAppMetas })
    },
  }
}

/** Path 1: datasets as they are, or what was selected of them. */
export async function readDatasets(
  reader: CatalogueReader,
  parameters: Parameters,
  asking: Asking,
): Promise<RecordsAnswer> {
  const parsed = parseQuery(catalogueText(parameters))
  const withLinks = parameters.flag('include_links', false)
  const withAppMetas = parameters.flag('include_app_metas', false)
  const page = pageOf(parameters, isGrouped(parsed) ? 'groups' : 'rows')
  const { ids, counts, body } = await visibleDatasets(reader, parsed.lang, asking.secret, withAppMetas)
  const { select, wanted } = partition(parsed)
  const relation = reader.catalogue.relation(ids, parsed.lang, counts)
  const plan = planQuery({ ...parsed, ...page, select }, relation, { now: asking.now })
  const { totalCount, results } = await runPlan(plan, askOf(asking))
  const shown = wanted
    ? results.map(({ [datasetLabel]: id, ...fields }) => {
        const whole = body(String(id))
        const chosen = wanted === 'all' ? whole : pick(whole, wanted)
        const links = withLinks ? both(datasetLinks(asking.base, String(id))) : {}
        return { ...links, ...chosen, ...fields }
      })
    : results
  return {
    total_count: totalCount,
    ...(withLinks &&
      both(
        pageLinks(
          `${apiRoot(asking.base)}/datasets`,
          parameters.toString(),
          page.offset,
          page.limit,
          totalCount,
        ),
      )),
    results: shown,
  }
}

type Wanted = 'all' | { label: string; name: DocumentName }[] | undefined

const nowhere = { start: 0, end: 0 }
/** What finds the documents of a row. */
export const documentSelect: [SelectItem] = [
  {
    kind: 'expression',
    of: { kind: 'name', name: 'dataset_id', ...nowhere },
    label: datasetLabel,
    isLabelled: true,
    ...nowhere,
  },
]

/** The select clause without documents, and which of them each result gets. */
function partition(parsed: ParsedQuery): { select: SelectItem[]; wanted: Wanted } {
  if (isGrouped(parsed)) return { select: parsed.select, wanted: undefined }
  const [id] = documentSelect
  const isAll = (item: SelectItem) => item.kind === 'all'
  if (parsed.select.length === 0 || parsed.select.some(isAll))
    return { select: [id, ...parsed.select.filter((item) => item.kind === 'expression')], wanted: 'all' }
  const wanted: { label: string; name: DocumentName }[] = []
  const select = parsed.select.filter((item) => {
    const name = item.kind === 'expression' && item.of.kind === 'name' ? item.of.name : undefined
    const document = documents.find((known) => known === name)
    if (document && item.kind === 'expression') wanted.push({ label: item.label, name: document })
    return document === undefined
  })
  return { select: [id, ...select], wanted }
}

const pick = (body: DatasetBody, wanted: { label: string; name: DocumentName }[]) =>
  Object.fromEntries(wanted.map(({ label, name }) => [label, body[name]]))

/** Path 6. Throws `odsql_error`. */
export async function readCatalogueFacets(
  reader: CatalogueReader,
  parameters: Parameters,
  asking: Asking,
): Promise<Facet[]> {
  const parsed = parseQuery(catalogueText(parameters))
  const { ids, counts } = await visibleDatasets(reader, parsed.lang, asking.secret)
  const all = reader.catalogue.relation(ids, parsed.lang, counts)
  const found = parsed.where.length > 0 ? await idsFound(all, parsed, asking) : ids
  const relation = reader.catalogue.relation(found, parsed.lang, counts)
  return runFacets(planFacets({ ...parsed, where: [] }, relation, asking.now), askOf(asking))
}

/** Datasets that pass where: found once, not again for every facet. */
async function idsFound(all: Relation, parsed: ParsedQuery, asking: Asking): Promise<string[]> {
  const none = { groupBy: [], orderBy: [], refine: [], exclude: [], facets: [] }
  const plan = planQuery({ ...parsed, ...none, select: documentSelect }, all, {
    now: asking.now,
    order: 'physical',
  })
  const rows = await askOf(asking)(plan.query)
  return rows.map((row) => String(plan.columns[0]!.read(row)))
}
