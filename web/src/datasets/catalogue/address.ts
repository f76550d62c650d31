import { isLanguage, type Language } from '../../ui/language.ts'
import { joinList, splitList } from '../lists.ts'
import { type Chosen, type FacetName, facetNames } from './facets.ts'

export const catalogueSorts = ['relevance', 'modified', 'title', 'rows', 'quality'] as const
export type CatalogueSort = (typeof catalogueSorts)[number]

/** What the catalogue shows is in its address. Facets hold lists (`lists.ts`). */
export type CatalogueAddress = Partial<Record<FacetName, string>> & {
  lang?: Language
  q?: string
  sort?: CatalogueSort
  /** Datasets picked for a pack, a list. */
  pick?: string
}

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value).trim() !== ''
    ? String(value).slice(0, 4000)
    : undefined

/** Reads an address; what cannot be understood is left out. */
export function readCatalogueAddress(raw: Record<string, unknown>): CatalogueAddress {
  const address: CatalogueAddress = {
    lang: isLanguage(raw.lang) ? raw.lang : undefined,
    q: text(raw.q),
    sort: catalogueSorts.find((known) => known === raw.sort),
    pick: joinList(splitList(text(raw.pick))),
  }
  for (const name of facetNames) address[name] = joinList(splitList(text(raw[name])))
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined))
}

export const chosenOf = (address: CatalogueAddress): Chosen =>
  Object.fromEntries(facetNames.map((name) => [name, splitList(address[name])]))
