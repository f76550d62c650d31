import { useLanguage } from '../../ui/use-language.ts'
import type { CatalogueEntry } from '../explore-answers.ts'
import { FacetGroup } from '../FacetGroup.tsx'
import { joinList, splitList, toggleItem } from '../lists.ts'
import { useNames } from '../names.ts'
import { useTerritoryNames } from '../territory/use-communes.ts'
import type { CatalogueAddress } from './address.ts'
import styles from './CataloguePage.module.css'
import { type Chosen, countFacet, type FacetName, facetNames } from './facets.ts'

export function CatalogueFacets({
  found,
  chosen,
  address,
  change,
}: {
  found: readonly CatalogueEntry[]
  chosen: Chosen
  address: CatalogueAddress
  change: (patch: Partial<CatalogueAddress>) => void
}) {
  const { t } = useLanguage()
  const names = useNames()
  const territory = useTerritoryNames(found.flatMap((entry) => entry.territory ?? []))
  const nameOf: Partial<Record<FacetName, (value: string) => string>> = {
    theme: names.theme,
    license: names.licence,
    sector: names.sector,
    territory,
    feature: names.feature,
    origin: names.origin,
    quality: names.quality,
  }
  return (
    <aside className={styles.facets} aria-label={t('datasets.filters')}>
      {facetNames.map((name) => {
        const counts = countFacet(found, chosen, name)
        if (counts.length === 0) return null
        const options = counts.map((count) => ({
          ...count,
          name: nameOf[name]?.(count.value) ?? count.value,
        }))
        return (
          <FacetGroup
            key={name}
            title={t(`datasets.facet.${name}`)}
            options={options}
            onToggle={(value) => change({ [name]: joinList(toggleItem(splitList(address[name]), value)) })}
          />
        )
      })}
    </aside>
  )
}
