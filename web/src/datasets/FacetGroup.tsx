import { useState } from 'react'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import styles from './FacetGroup.module.css'

export interface FacetOption {
  value: string
  name: string
  count: number
  isChosen: boolean
  /** How far inside another value it lies. */
  depth?: number
}

const firstShown = 6

/** Values of one facet to choose from, the most frequent first; a filter within when there are many. */
export function FacetGroup({
  title,
  options,
  onToggle,
}: {
  title: string
  options: readonly FacetOption[]
  onToggle: (value: string) => void
}) {
  const { t, language } = useLanguage()
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole
    ? options
    : options.filter((option, i) => i < firstShown || option.isChosen || (option.depth ?? 0) > 0)
  return (
    <fieldset className={styles.group}>
      <legend className={styles.title}>{title}</legend>
      {shown.map(({ value, name, count, isChosen, depth = 0 }) => (
        <label key={value} className={styles.option} style={{ paddingLeft: depth * 16 }}>
          <input type="checkbox" checked={isChosen} onChange={() => onToggle(value)} />
          <span className={styles.name} title={name}>
            {name}
          </span>
          <span className={styles.count}>{formatNumber(count, language)}</span>
        </label>
      ))}
      {options.length > firstShown && (
        <button type="button" className={styles.more} onClick={() => setWhole(!isWhole)}>
          {isWhole
            ? t('datasets.facetLess')
            : t('datasets.facetMore', { shown: formatNumber(options.length, language) })}
        </button>
      )}
    </fieldset>
  )
}
