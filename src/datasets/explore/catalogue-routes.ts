/** Paths of the whole catalogue. */
import { parseQuery } from '../odsql/query-text.ts'
import { type Call, clauses, type Explore, isTimeless, type On, paging, text } from './call.ts'
import {
  type CatalogueReader,
  readCatalogueFacets,
  readDatasets,
  visibleDatasets,
} from './catalogue-records.ts'
import { askerOf, sendJson } from './door.ts'
import { apiRoot, both } from './links.ts'

export function catalogueRoutes(on: On, explore: Explore): void {
  /** Answers about the catalogue change with its rows and with who asks. */
  const answer = async (
    { request, reply, parameters, asking }: Call,
    make: (reader: CatalogueReader) => Promise<unknown>,
  ) => {
    const reader = { ...explore, asker: askerOf(request, parameters) }
    const { lang } = parseQuery({ lang: parameters.text('lang') })
    const { fingerprint, isPublic } = await visibleDatasets(reader, lang, explore.secret)
    return sendJson(request, reply, explore.cache, {
      state: isTimeless(parameters) ? explore.catalogue.state : null,
      key: [fingerprint, asking.base, request.url, parameters].join('\n'),
      isPublic,
      make: () => make(reader),
    })
  }
  on('/datasets', 'Datasets of the catalogue', { ...clauses, ...paging }, (call) =>
    answer(call, (reader) => readDatasets(reader, call.parameters, call.asking)),
  )
  on(
    '/facets',
    'Values of the metadata with the number of datasets',
    { facet: text('Fields'), ...clauses },
    (call) =>
      answer(call, async (reader) => ({
        ...both([
          { rel: 'self', href: `${apiRoot(call.asking.base)}/facets` },
          { rel: 'datasets', href: `${apiRoot(call.asking.base)}/datasets` },
        ]),
        facets: await readCatalogueFacets(reader, call.parameters, call.asking),
      })),
  )
}
