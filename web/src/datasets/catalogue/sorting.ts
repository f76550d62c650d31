import type { CatalogueEntry } from '../explore-answers.ts'
import type { CatalogueSort } from './address.ts'

/** `relevance` keeps the order of the search; ties of the others go by title, what has no row has no date and comes last. */
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
      Number(a.records_count === 0) - Number(b.records_count === 0) ||
      (a.records_count === 0 ? 0 : Date.parse(b.modified) - Date.parse(a.modified)) ||
      byTitle(a, b),
    quality: (a: CatalogueEntry, b: CatalogueEntry) => (b.score ?? -1) - (a.score ?? -1) || byTitle(a, b),
    rows: (a: CatalogueEntry, b: CatalogueEntry) => b.records_count - a.records_count || byTitle(a, b),
  }[sort]
  return entries.toSorted(compare)
}
