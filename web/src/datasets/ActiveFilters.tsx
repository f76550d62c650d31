import type { ReactNode } from 'react'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import styles from './ActiveFilters.module.css'
import { valueName } from './cell-text.ts'
import type { PartProps } from './DatasetPage.tsx'
import { geoFieldOf } from './explore-answers.ts'
import { refinementsOf, toggleRefinement } from './odsql-text.ts'
import { useCommunes } from './territory/use-communes.ts'
import { useCellStyle } from './use-cell-style.ts'

/** What narrows the rows, each with a way to take it back; in sight on every part of the page. */
export function ActiveFilters({ dataset, address, change, children }: PartProps & { children: ReactNode }) {
  const { t } = useLanguage()
  const style = useCellStyle()
  const { communes } = useCommunes(address.commune !== undefined)
  const commune = communes.find(({ code }) => code === address.commune)
  const chips: { key: string; text: string; onRemove: () => void }[] = []
  if (address.q)
    chips.push({
      key: 'q',
      text: t('datasets.quoted', { text: address.q }),
      onRemove: () => change({ q: undefined, row: undefined }),
    })
  for (const { field: name, value } of refinementsOf(address.filter)) {
    const field = dataset.fields.find((known) => known.name === name)
    if (!field) continue
    chips.push({
      key: `${name}:${value}`,
      text: t('datasets.filterIs', { field: field.label, value: valueName(field, value, style) }),
      onRemove: () => change({ filter: toggleRefinement(address.filter, field, value), row: undefined }),
    })
  }
  if (address.commune && geoFieldOf(dataset))
    chips.push({
      key: 'commune',
      text: commune ? `${commune.name} (${commune.code})` : address.commune,
      onRemove: () => change({ commune: undefined, row: undefined }),
    })
  if (address.where)
    chips.push({
      key: 'where',
      text: address.where,
      onRemove: () => change({ where: undefined, row: undefined }),
    })
  if (chips.length === 0 && !children) return null
  return (
    <div className={styles.bar}>
      {children}
      {chips.map(({ key, text, onRemove }) => (
        <button
          key={key}
          type="button"
          className={styles.chip}
          aria-label={t('datasets.removeFilter', { text })}
          onClick={onRemove}
        >
          <span className={key === 'where' ? styles.code : styles.text}>{text}</span>
          <Icon name="close" size={14} />
        </button>
      ))}
      {chips.length > 1 && (
        <button
          type="button"
          className={styles.all}
          onClick={() =>
            change({ q: undefined, filter: undefined, where: undefined, commune: undefined, row: undefined })
          }
        >
          {t('datasets.showAllRows')}
        </button>
      )}
    </div>
  )
}
