import { type ReactNode, useMemo } from 'react'
import type { LiveVessel } from '../../../src/vessels/schema.ts'
import { Flyout } from '../ui/Flyout.tsx'
import { formatNumber } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { categories, type LiveAddress, motionStates, sizeClasses } from './address.ts'
import styles from './FilterBar.module.css'
import { type Box, countByType, type Filters, toggled } from './rules.ts'
import { StateMark } from './StateMark.tsx'
import { TypeDot } from './TypeDot.tsx'

export interface FilterBarProps {
  vessels: ReadonlyMap<number, LiveVessel>
  view: Box | undefined
  filters: Filters
  address: LiveAddress
  change: (patch: Partial<LiveAddress>, replace?: boolean) => void
}

/** Types as chips with the number in view; state, length and name behind one button. */
export function FilterBar({ vessels, view, filters, address, change }: FilterBarProps) {
  const { t, language } = useLanguage()
  const counts = useMemo(() => countByType(vessels.values(), view, filters), [vessels, view, filters])
  const chosen = address.type?.split(',')
  const others = [address.state, address.size, address.name].filter(Boolean).length
  return (
    <div className={styles.bar} data-print="never">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot share the row of its parent */}
      <div role="group" className={styles.chips} aria-label={t('filter.byType')}>
        {categories
          .filter((category) => counts[category] > 0 || chosen?.includes(category))
          .map((category) => (
            <button
              key={category}
              type="button"
              className={styles.chip}
              aria-pressed={chosen?.includes(category) ?? false}
              data-dimmed={chosen && !chosen.includes(category) ? '' : undefined}
              onClick={() => change({ type: toggled(address.type, category, categories) }, true)}
            >
              <TypeDot category={category} />
              {t(`types.${category}`)}
              <span className={styles.count}>{formatNumber(counts[category], language)}</span>
            </button>
          ))}
      </div>
      <Flyout
        title={t('filter.more')}
        className={styles.chip}
        isMarked={others > 0}
        button={
          <>
            <Icon name="filter" size={15} />
            {t('filter.more')}
            {others > 0 && <span className={styles.count}>{others}</span>}
          </>
        }
      >
        <div className={styles.more}>
          <label className={styles.label} htmlFor="filter-name">
            {t('filter.name')}
          </label>
          <input
            id="filter-name"
            className={styles.input}
            value={address.name ?? ''}
            onChange={(event) => change({ name: event.target.value || undefined }, true)}
          />
          <Choices
            title={t('filter.state')}
            options={motionStates.map((state) => ({
              value: state,
              label: t(`states.${state}`),
              mark: <StateMark state={state} />,
            }))}
            value={address.state}
            onChange={(state) => change({ state }, true)}
          />
          <Choices
            title={t('filter.size')}
            options={sizeClasses.map((size) => ({ value: size, label: t(`sizes.${size}`) }))}
            value={address.size}
            onChange={(size) => change({ size }, true)}
          />
          <button
            type="button"
            className={styles.reset}
            onClick={() =>
              change({ type: undefined, state: undefined, size: undefined, name: undefined }, true)
            }
          >
            {t('filter.reset')}
          </button>
        </div>
      </Flyout>
    </div>
  )
}

interface ChoicesProps<T extends string> {
  title: string
  options: { value: T; label: string; mark?: ReactNode }[]
  value: string | undefined
  onChange: (value: string | undefined) => void
}

function Choices<T extends string>({ title, options, value, onChange }: ChoicesProps<T>) {
  const known = options.map((option) => option.value)
  const chosen = value?.split(',')
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.label}>{title}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.choice}>
          <input
            type="checkbox"
            checked={chosen ? chosen.includes(option.value) : true}
            onChange={() => {
              const kept = known.filter(
                (item) => (chosen ? chosen.includes(item) : true) !== (item === option.value),
              )
              onChange(kept.length === known.length || kept.length === 0 ? undefined : kept.join(','))
            }}
          />
          {option.mark}
          {option.label}
        </label>
      ))}
    </fieldset>
  )
}
