import type { CatalogueEntry } from '../explore-answers.ts'

export const facetNames = [
  'theme',
  'publisher',
  'license',
  'feature',
  'sector',
  'territory',
  'origin',
  'quality',
] as const
export type FacetName = (typeof facetNames)[number]
export type Chosen = Partial<Record<FacetName, readonly string[]>>

/** The values by which a dataset is filed under each facet. */
const valuesOf: Record<FacetName, (entry: CatalogueEntry) => readonly string[]> = {
  theme: ({ theme }) => theme ?? [],
  publisher: ({ publisher }) => (publisher ? [publisher] : []),
  license: ({ license }) => (license ? [license] : []),
  feature: ({ features, kind }) => [...(features ?? []), kind],
  sector: ({ sector }) => sector ?? [],
  territory: ({ territory }) => territory ?? [],
  origin: ({ simulated }) => [simulated ? 'simulated' : 'real'],
  quality: ({ score }) => (score === undefined ? [] : [score >= 80 ? 'good' : score >= 50 ? 'fair' : 'poor']),
}

const passes = (entry: CatalogueEntry, name: FacetName, wanted: readonly string[] | undefined) =>
  !wanted || wanted.length === 0 || valuesOf[name](entry).some((value) => wanted.includes(value))

/** Datasets with one of the chosen values in each facet. */
export const filterCatalogue = (entries: readonly CatalogueEntry[], chosen: Chosen): CatalogueEntry[] =>
  entries.filter((entry) => facetNames.every((name) => passes(entry, name, chosen[name])))

export interface FacetCount {
  value: string
  count: number
  isChosen: boolean
}

/** Values of a facet with what a press would show: counted under the other facets, chosen ones always there. */
export function countFacet(
  entries: readonly CatalogueEntry[],
  chosen: Chosen,
  name: FacetName,
): FacetCount[] {
  const others = { ...chosen, [name]: undefined }
  const counts = new Map<string, number>((chosen[name] ?? []).map((value) => [value, 0]))
  for (const entry of filterCatalogue(entries, others))
    for (const value of valuesOf[name](entry)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .map(([value, count]) => ({ value, count, isChosen: chosen[name]?.includes(value) ?? false }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value))
}
