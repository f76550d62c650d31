/** Portals that run udata, such as data.gouv.fr. */
import Type from 'typebox'
import { unavailable } from '../../errors.ts'
import { defineConnector, type FoundDataset } from '../contract.ts'
import { baseBefore, questionOf, readAddress } from './address.ts'
import { askJson, listOf, objectOf } from './json-answer.ts'
import { nameOf, namesOf, plainText, textOf, webAddress } from './plain-text.ts'
import { chooseFiles, licenceOf, updateEveryOf } from './portal-words.ts'

const pageSize = 100
const maxPages = 1_000

const Config = Type.Object({
  address: Type.String({
    description: 'the portal, a page of an organisation, or /api/1/datasets/ with a question',
    maxLength: 2_000,
  }),
})

function partsOf({ address }: { address: string }) {
  const url = readAddress(address)
  const base = baseBefore(url, '/api/', '/fr/', '/en/', '/es/', '/datasets', '/organizations')
  const question = url.pathname.includes('/api/1/datasets')
    ? questionOf(url, 'page', 'page_size')
    : new URLSearchParams()
  const organisation = /\/organizations\/([^/]+)/.exec(url.pathname)?.[1]
  if (organisation) question.set('organization', decodeURIComponent(organisation))
  return { base, question }
}

export const udata = defineConnector({
  id: 'udata',
  title: { fr: 'Portail udata (data.gouv.fr)', en: 'udata portal (data.gouv.fr)' },
  config: Config,

  async test(reading) {
    const { base, question } = partsOf(reading.config)
    question.set('page_size', '1')
    const answer = objectOf(await askJson(reading, `${base}/api/1/datasets/?${question}`))
    if (typeof answer.total !== 'number' || !Array.isArray(answer.data))
      throw unavailable(`${base} does not answer as udata does.`)
    return `${new URL(base).host} has ${answer.total} datasets.`
  },

  async *discover(reading, cursor) {
    const { base, question } = partsOf(reading.config)
    for (let page = Number(cursor ?? 1); ; page++) {
      question.set('page', String(page))
      question.set('page_size', String(pageSize))
      const answer = objectOf(await askJson(reading, `${base}/api/1/datasets/?${question}`))
      const data = listOf(answer.data)
      // Its own link is not followed: pages are counted here, so that none can repeat.
      const isLast = !answer.next_page || data.length === 0 || page >= maxPages
      yield {
        datasets: data
          .map(objectOf)
          .filter((body) => !body.archived && !body.deleted && nameOf(body.id) !== '')
          .map((body) => datasetOf(base, body)),
        cursor: isLast ? null : String(page + 1),
        total: typeof answer.total === 'number' ? answer.total : null,
      }
      if (isLast) return
    }
  },
})

function datasetOf(base: string, body: Record<string, unknown>): FoundDataset {
  const links = listOf(body.resources).flatMap((item) => {
    const { title, url, format, mime, type } = objectOf(item)
    const address = webAddress(url)
    const isMain = type === undefined || type === 'main' || type === 'update'
    return address === '' ? [] : [{ url: address, title: nameOf(title), formats: [format, mime], isMain }]
  })
  const { files, attachments } = chooseFiles(links)
  const spatial = objectOf(body.spatial)
  const slug = nameOf(body.slug) || nameOf(body.id)
  const [publisher] = namesOf([body.organization ?? body.owner])
  return {
    key: nameOf(body.id),
    name: slug,
    title: nameOf(body.title) || slug,
    description: plainText(body.description),
    metadata: {
      keyword: namesOf(body.tags),
      publisher: publisher ?? '',
      ...licenceOf(body.license),
      territory: namesOf(spatial.zones),
      references: [webAddress(body.page)].filter(Boolean),
      updateEvery: updateEveryOf(body.frequency),
    },
    link: webAddress(body.page) || `${base}/datasets/${encodeURIComponent(slug)}/`,
    revision: textOf(body.last_update) || textOf(body.last_modified),
    rowCount: null,
    files,
    attachments,
    ...(body.private === true
      ? { refusal: 'It is private there.' }
      : files.length === 0 && { refusal: 'None of its files holds rows that can be loaded.' }),
  }
}
