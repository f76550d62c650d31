/** Where things are, as addresses in answers. */
export interface Link {
  rel: string
  href: string
}

/** Root of the API, without a slash at the end. */
export const apiRoot = (base: string) => `${base}/api/explore/v2.1/catalog`

export const datasetAddress = (base: string, id: string) =>
  `${apiRoot(base)}/datasets/${encodeURIComponent(id)}`

export const datasetLinks = (base: string, id: string): Link[] => {
  const self = datasetAddress(base, id)
  return [
    { rel: 'self', href: self },
    { rel: 'catalog', href: `${apiRoot(base)}/datasets` },
    { rel: 'records', href: `${self}/records` },
    { rel: 'exports', href: `${self}/exports` },
    { rel: 'facets', href: `${self}/facets` },
    { rel: 'attachments', href: `${self}/attachments` },
  ]
}

export const recordLinks = (base: string, id: string, recordId: string): Link[] => [
  { rel: 'self', href: `${datasetAddress(base, id)}/records/${recordId}` },
  { rel: 'dataset', href: datasetAddress(base, id) },
  { rel: 'catalog', href: `${apiRoot(base)}/datasets` },
]

/** The relations that the specification knows. */
const specified = new Set(['self', 'first', 'last', 'next', 'dataset', 'catalog'])

/** Links are written under both names: the specification says `_links`, portals answer `links` as well. */
export const both = (links: Link[]) => ({ links, _links: links.filter(({ rel }) => specified.has(rel)) })

/** Formats are relations of their own, and in both lists. */
export const formatLinks = (links: Link[]) => ({ links, _links: links })

/** self, first, last, next of one page; `query` is what was asked. */
export function pageLinks(
  address: string,
  query: string,
  offset: number,
  limit: number,
  total: number,
): Link[] {
  const at = (rel: string, start: number): Link => {
    const parameters = new URLSearchParams(query)
    parameters.set('offset', String(start))
    parameters.set('limit', String(limit))
    return { rel, href: `${address}?${parameters}` }
  }
  const links = [at('self', offset), at('first', 0)]
  if (limit > 0) links.push(at('last', Math.max(0, Math.floor((total - 1) / limit) * limit)))
  if (limit > 0 && offset + limit < total) links.push(at('next', offset + limit))
  return links
}
