/** Portals of Opendatasoft, and of Lacydon, by the Explore API v2.1. */
import Type from 'typebox'
import type { DatasetField, FieldType } from '../../datasets/schema.ts'
import { unavailable } from '../../errors.ts'
import { defineConnector, type FoundDataset } from '../contract.ts'
import { baseBefore, questionOf, readAddress } from './address.ts'
import { askJson, listOf, objectOf } from './json-answer.ts'
import { convertRecords } from './opendatasoft-records.ts'
import { nameOf, namesOf, plainText, textOf, webAddress } from './plain-text.ts'
import { chooseFiles, licenceOf, updateEveryOf } from './portal-words.ts'

const pageSize = 100
/** The catalogue answers no further (offset + limit of the Explore API). */
const wall = 10_000
const api = '/api/explore/v2.1/catalog'

const Config = Type.Object({
  address: Type.String({
    description: 'the portal, or its catalogue with where= or refine=',
    maxLength: 2_000,
  }),
})

function partsOf({ address }: { address: string }) {
  const url = readAddress(address)
  const isQuestion = url.pathname.includes('/api/explore/')
  return {
    base: baseBefore(url, '/api/explore/', '/explore'),
    question: isQuestion ? questionOf(url, 'limit', 'offset') : new URLSearchParams(),
  }
}

export const opendatasoft = defineConnector({
  id: 'opendatasoft',
  title: { fr: 'Portail Opendatasoft', en: 'Opendatasoft portal' },
  config: Config,

  async test(reading) {
    const { base } = partsOf(reading.config)
    const answer = objectOf(await askJson(reading, `${base}${api}/datasets?limit=1`))
    if (typeof answer.total_count !== 'number' || !Array.isArray(answer.results))
      throw unavailable(`${base} does not answer as the Explore API does.`)
    return `${new URL(base).host} has ${answer.total_count} datasets.`
  },

  async *discover(reading, cursor) {
    const { base, question } = partsOf(reading.config)
    for (let offset = Number(cursor ?? 0); ; offset += pageSize) {
      if (offset + pageSize > wall)
        throw unavailable(
          `${base} has more datasets than its catalogue shows at once.`,
          'Import it in parts: give the address of its catalogue with refine=.',
        )
      question.set('limit', String(pageSize))
      question.set('offset', String(offset))
      const answer = objectOf(await askJson(reading, `${base}${api}/datasets?${question}`))
      const results = listOf(answer.results)
      const total = typeof answer.total_count === 'number' ? answer.total_count : null
      // A server that counts wrongly must not be asked for ever.
      const isLast = results.length === 0 || (total !== null && offset + pageSize >= total)
      yield {
        datasets: results.map((result) => datasetOf(base, objectOf(result))).filter(({ key }) => key !== ''),
        cursor: isLast ? null : String(offset + pageSize),
        total,
      }
      if (isLast) return
    }
  },

  convert: convertRecords,
})

function datasetOf(base: string, body: Record<string, unknown>): FoundDataset {
  const metas = objectOf(body.metas)
  const told = objectOf(metas.default)
  const custom = objectOf(metas.custom)
  const key = nameOf(body.dataset_id)
  const attachments = [...listOf(body.attachments), ...listOf(body.alternative_exports)].flatMap((item) => {
    const { url, title, mimetype, id } = objectOf(item)
    const address = webAddress(url, `${base}/`)
    return address === ''
      ? []
      : [{ url: address, title: nameOf(title) || nameOf(id), formats: [mimetype], isMain: true }]
  })
  const hasRows = body.has_records === true && body.data_visible !== false
  const ofFiles = hasRows ? undefined : chooseFiles(attachments)
  const address = `${base}${api}/datasets/${encodeURIComponent(key)}`
  return {
    key,
    name: key.split('@')[0] ?? key,
    title: nameOf(told.title) || key,
    description: plainText(told.description),
    metadata: {
      theme: namesOf(told.theme),
      keyword: namesOf(told.keyword),
      sector: namesOf(custom.sector),
      publisher: nameOf(told.publisher),
      ...licenceOf(told.license, told.license_url),
      language: namesOf(told.language),
      territory: namesOf(told.territory),
      references: namesOf(told.references),
      attributions: namesOf(told.attributions),
      updateEvery: updateEveryOf(objectOf(metas.dcat).accrualperiodicity),
    },
    link: `${base}/explore/dataset/${encodeURIComponent(key)}/`,
    revision: textOf(told.data_processed) || textOf(told.modified),
    rowCount: hasRows && typeof told.records_count === 'number' ? told.records_count : null,
    files: ofFiles
      ? ofFiles.files
      : ['jsonl', 'parquet', 'csv'].map((format) => ({
          url: `${address}/exports/${format}?timezone=UTC`,
          format,
          name: `${key}.${format}`,
          isLinked: false,
        })),
    ...(hasRows && { fields: fieldsOf(listOf(body.fields)) }),
    attachments: ofFiles ? ofFiles.attachments : attachments.map(({ title, url }) => ({ title, url })),
    ...(ofFiles?.files.length === 0 && {
      refusal:
        body.data_visible === false
          ? 'Its rows are not open to everybody.'
          : 'It has no rows, and no attached file that holds any.',
    }),
  }
}

const types: Record<string, FieldType> = {
  text: 'text',
  int: 'bigint',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp',
  geo_point_2d: 'geo_point_2d',
  geo_shape: 'geo_shape',
  json_blob: 'json',
  file: 'json',
}

/** Names are those of the source: the loader makes them ours. */
function fieldsOf(bodies: readonly unknown[]): DatasetField[] {
  return bodies.flatMap((item): DatasetField[] => {
    const { name, label, type, annotations } = objectOf(item)
    const column = textOf(name)
    if (column === '') return []
    const told = objectOf(annotations)
    const [unit] = namesOf(told.unit)
    const [separator] = namesOf(told.hierarchical)
    const [precision] = namesOf(told.timeserie_precision)
    const isPrecise = ['year', 'month', 'day', 'hour', 'minute', 'second'].includes(precision ?? '')
    const text = nameOf(label) || column
    return [
      {
        name: column,
        type: types[textOf(type)] ?? 'text',
        label: { fr: text, en: text },
        ...(unit && { unit: unit.slice(0, 40) }),
        annotations: {
          ...('facet' in told && { facet: true }),
          ...('multivalued' in told && { multivalued: true }),
          ...('disjunctive' in told && { disjunctive: true }),
          ...('sortable' in told && { sortable: true }),
          ...('id' in told && { id: true }),
          ...(separator && { hierarchical: separator.slice(0, 8) }),
          ...(isPrecise && { timeserie_precision: precision as 'day' }),
        },
      },
    ]
  })
}
