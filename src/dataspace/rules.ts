/** The catalogue in the words of the Dataspace Protocol 2025-1 (compact JSON of its schemas). Pure. */
import type { Words } from '../datasets/schema.ts'
import type { OdrlOffer, OdrlRule } from '../sharing/schema.ts'

export const protocolVersion = '2025-1'
export const protocolPath = `/api/dsp/${protocolVersion}`
export const context = ['https://w3id.org/dspace/2025/1/context.jsonld'] as const

/** A dataset as one asker may know it. */
export interface OfferedDataset {
  id: string
  title: Words
  description: Words
  keywords: readonly string[]
  /** ISO instants; null for the platform's own. */
  issuedAt: string | null
  modifiedAt: string | null
  /** At least one. */
  offers: readonly OdrlOffer[]
}

export const versionsDocument = () => ({
  protocolVersions: [{ version: protocolVersion, path: protocolPath, binding: 'HTTPS' }],
})

/** How data come: the consumer fetches them. */
const transferFormat = 'HttpData-PULL'

const serviceOf = (base: string) => ({
  '@id': `${base}${protocolPath}#service`,
  '@type': 'DataService',
  endpointURL: `${base}${protocolPath}`,
  endpointDescription: 'dspace:connector',
})

/** A page of the catalogue; lists that are empty are left out, as the schemas ask. */
export function catalogDocument(base: string, datasets: readonly OfferedDataset[]) {
  return {
    '@context': context,
    '@id': `${base}${protocolPath}/catalog`,
    '@type': 'Catalog',
    participantId: participantOf(base),
    title: 'Lacydon',
    service: [serviceOf(base)],
    ...(datasets.length > 0 && { dataset: datasets.map((one) => datasetOf(base, one)) }),
  }
}

export const datasetDocument = (base: string, dataset: OfferedDataset) => ({
  '@context': context,
  ...datasetOf(base, dataset),
})

const participantOf = (base: string) => `urn:lacydon:${new URL(base).host}`

function datasetOf(base: string, dataset: OfferedDataset) {
  return {
    '@id': dataset.id,
    '@type': 'Dataset',
    title: dataset.title.en,
    description: (['fr', 'en'] as const)
      .filter((lang) => dataset.description[lang] !== '')
      .map((lang) => ({ '@value': dataset.description[lang], '@language': lang })),
    ...(dataset.keywords.length > 0 && { keyword: dataset.keywords }),
    ...(dataset.issuedAt && { issued: dataset.issuedAt }),
    ...(dataset.modifiedAt && { modified: dataset.modifiedAt }),
    hasPolicy: dataset.offers.map(offerOf),
    distribution: [
      { '@type': 'Distribution', format: transferFormat, accessService: serviceOf(base)['@id'] },
    ],
  }
}

/** Offers in a catalogue have no target: it is the dataset that they stand in. */
const offerOf = ({ uid, assigner, profile, permission, prohibition }: OdrlOffer) => ({
  '@id': uid,
  '@type': 'Offer',
  assigner,
  profile,
  ...(permission.length > 0 && { permission: permission.map(permissionOf) }),
  ...(prohibition.length > 0 && { prohibition: prohibition.map(ruleOf) }),
})

const ruleOf = ({ action, constraint }: OdrlRule) => ({ action, constraint })
const permissionOf = (rule: OdrlRule) => ({
  ...ruleOf(rule),
  ...(rule.duty.length > 0 && { duty: rule.duty }),
})

export const errorDocument = (code: number, reason: string) => ({
  '@context': context,
  '@type': 'CatalogError',
  code: String(code),
  reason: [reason],
})

/**
 * A page of a list in the order of its ids: what follows the token, at most `size`, and the token of the next page. Ids
 * that come or go meanwhile neither repeat nor skip others.
 */
export function pageAfter<T extends { id: string }>(
  list: readonly T[],
  token: string | undefined,
  size: number,
): { page: T[]; next: string | undefined } {
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString()
  const rest = [...list]
    .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
    .filter(({ id }) => after === undefined || Buffer.compare(Buffer.from(id), Buffer.from(after)) > 0)
  const page = rest.slice(0, size)
  const last = page.at(-1)
  return {
    page,
    next: rest.length > size && last ? Buffer.from(last.id).toString('base64url') : undefined,
  }
}
