/** Portals that run CKAN, and DKAN, whose answers differ. */
import Type from 'typebox'
import { unavailable } from '../../errors.ts'
import { defineConnector, type FoundDataset, type Reading } from '../contract.ts'
import { baseBefore, questionOf, readAddress } from './address.ts'
import { askJson, listOf, objectOf } from './json-answer.ts'
import { nameOf, namesOf, plainText, textOf, webAddress } from './plain-text.ts'
import { chooseFiles, licenceOf, updateEveryOf } from './portal-words.ts'

const pageSize = 100
const maxPages = 2_000

const Config = Type.Object({
  address: Type.String({ description: 'the portal, or package_search with a question', maxLength: 2_000 }),
})

function partsOf({ address }: { address: string }) {
  const url = readAddress(address)
  const isQuestion = url.pathname.includes('/api/')
  const base = baseBefore(url, '/api/', '/dataset', '/organization')
  const question = isQuestion ? questionOf(url, 'start', 'rows') : new URLSearchParams()
  const organisation = /\/organization\/([^/]+)/.exec(url.pathname)?.[1]
  if (organisation)
    question.set('fq', `organization:"${decodeURIComponent(organisation).replace(/["\\]/g, '')}"`)
  return { base, question }
}

/** One page; DKAN knows a list with other limits instead of a search. */
async function ask(reading: Reading<{ address: string }>, start: number, rows: number) {
  const { base, question } = partsOf(reading.config)
  if (!question.has('sort')) question.set('sort', 'name asc')
  question.set('start', String(start))
  question.set('rows', String(rows))
  const answer = objectOf(await askJson(reading, `${base}/api/3/action/package_search?${question}`))
  const { count, results } = objectOf(answer.result)
  if (Array.isArray(results))
    return { base, packages: results, total: typeof count === 'number' ? count : null }
  // DKAN: the list itself, sometimes once more in a list.
  if (Array.isArray(answer.result))
    return {
      base,
      packages: answer.result.flat().slice(start, start + rows),
      total: answer.result.flat().length,
    }
  throw unavailable(`${base} does not answer as CKAN does.`)
}

export const ckan = defineConnector({
  id: 'ckan',
  title: { fr: 'Portail CKAN', en: 'CKAN portal' },
  config: Config,

  async test(reading) {
    const { base, total } = await ask(reading, 0, 1)
    return `${new URL(base).host} has ${total ?? 'some'} datasets.`
  },

  async *discover(reading, cursor) {
    for (let start = Number(cursor ?? 0), page = 0; ; start += pageSize, page++) {
      const { base, packages, total } = await ask(reading, start, pageSize)
      const isLast =
        packages.length === 0 ||
        page >= maxPages ||
        (total === null ? packages.length < pageSize : start + pageSize >= total)
      yield {
        datasets: packages
          .map(objectOf)
          .filter((body) => nameOf(body.id) !== '' && !/^(deleted|draft)$/i.test(nameOf(body.state)))
          .map((body) => datasetOf(base, body)),
        cursor: isLast ? null : String(start + pageSize),
        total,
      }
      if (isLast) return
    }
  },
})

function datasetOf(base: string, body: Record<string, unknown>): FoundDataset {
  const links = listOf(body.resources).flatMap((item) => {
    const { name, url, format, mimetype, resource_type, state } = objectOf(item)
    const address = webAddress(url, `${base}/`)
    const isMain =
      !/^(documentation|api|service|image)$/i.test(nameOf(resource_type)) && !/^deleted$/i.test(nameOf(state))
    return address === '' ? [] : [{ url: address, title: nameOf(name), formats: [format, mimetype], isMain }]
  })
  const { files, attachments } = chooseFiles(links)
  const extras = new Map(
    listOf(body.extras).map((item) => [nameOf(objectOf(item).key), objectOf(item).value]),
  )
  const name = nameOf(body.name) || nameOf(body.id)
  const [publisher] = namesOf([body.organization ?? body.author ?? body.maintainer])
  const reference = webAddress(body.url)
  return {
    key: nameOf(body.id),
    name,
    title: nameOf(body.title) || name,
    description: plainText(body.notes),
    metadata: {
      theme: namesOf(body.groups),
      keyword: namesOf(body.tags),
      publisher: publisher || nameOf(body.maintainer),
      ...licenceOf(body.license_id, body.license_url, body.license_title),
      language: namesOf(extras.get('language') ?? body.language),
      territory: namesOf(extras.get('spatial-text') ?? body.territory),
      references: reference === '' ? [] : [reference],
      updateEvery: updateEveryOf(extras.get('frequency') ?? body.frequency),
    },
    link: `${base}/dataset/${encodeURIComponent(name)}`,
    revision: revisionOf(body),
    rowCount: null,
    files,
    attachments,
    ...(files.length === 0 && { refusal: 'None of its resources holds rows that can be loaded.' }),
  }
}

/** When a package or one of its resources changed, as written: DKAN writes no dates that could be compared. */
const revisionOf = (body: Record<string, unknown>): string =>
  [body.metadata_modified, ...listOf(body.resources).map((item) => objectOf(item).last_modified)]
    .map(textOf)
    .filter(Boolean)
    .join(' ')
    .slice(0, 2_000)
