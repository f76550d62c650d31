import type { CatalogueEntry } from '../explore-answers.ts'
import type { CatalogueSort } from './address.ts'

/** `relevance` keeps the order of the search; ties of the others go by title. */
export function sortCatalogue(
  entries: readonly CatalogueEntry[],
  sort: CatalogueSort,
  language: string,
): CatalogueEntry[] {
  if (sort === 'relevance') return [...entries]
  const byTitle = (a: CatalogueEntry, b: CatalogueEntry) => a.title.localeCompare(b.title, language)
  const compare = {
    title: byTitle,
    modified: (a: CatalogueEntry, b: CatalogueEntry) =>
      Date.parse(b.modified) - Date.parse(a.modified) || byTitle(a, b),
    rows: (a: CatalogueEntry, b: CatalogueEntry) => b.records_count - a.records_count || byTitle(a, b),
  }[sort]
  return entries.toSorted(compare)
}
