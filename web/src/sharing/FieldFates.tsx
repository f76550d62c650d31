import type { DatasetField } from '../../../src/datasets/schema.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type Fate, type Fates, fatesOf, kindOfField, ownFields, usualStep } from './fields.ts'
import styles from './Sharing.module.css'
import type { Words } from './use-words.ts'

/** For each field what becomes of it: given as it is, rounded, replaced by a pseudonym, or hidden. */
export function FieldFates({
  fields,
  fates,
  change,
  words,
}: {
  fields: readonly DatasetField[]
  fates: Fates
  change: (fates: Fates) => void
  words: Words
}) {
  const { t } = useLanguage()
  const put = (name: string, fate: Fate) => change({ ...fates, [name]: fate })
  const partsOfPoints = new Set(
    fields.flatMap(({ coordinates }) => (coordinates ? Object.values(coordinates) : [])),
  )
  return (
    <ul className={styles.fates}>
      {ownFields(fields).map((field) => {
        const { name } = field
        const fate = fates[name] ?? { as: 'given' }
        const label = words.fieldName(name)
        return (
          <li key={name} data-fate={fate.as}>
            <span className={styles.fateName}>
              {label}
              {label !== name && <code>{name}</code>}
            </span>
            <select
              className={controls.select}
              aria-label={t('sharing.fate.of', { field: label })}
              value={fate.as}
              onChange={({ target }) => put(name, freshFate(target.value as Fate['as'], field))}
            >
              {fatesOf(field).map((as) => (
                <option key={as} value={as}>
                  {t(`sharing.fate.${as}`)}
                </option>
              ))}
            </select>
            {fate.as === 'round' && (
              <label className={styles.step}>
                {t('sharing.fate.step')}
                <input
                  className={controls.input}
                  type="number"
                  min={0}
                  step="any"
                  required
                  value={Number.isNaN(fate.step) ? '' : fate.step}
                  onChange={({ target }) => put(name, { as: 'round', step: target.valueAsNumber })}
                />
                {kindOfField(field) === 'timestamp'
                  ? t('sharing.fate.seconds')
                  : (field.unit ?? (partsOfPoints.has(name) || field.type === 'geo_point_2d' ? '°' : ''))}
              </label>
            )}
            {fate.as === 'pseudonym' && (
              <select
                className={controls.select}
                aria-label={t('sharing.fate.period', { field: label })}
                value={fate.period}
                onChange={({ target }) =>
                  put(name, { as: 'pseudonym', period: target.value as 'day' | 'month' })
                }
              >
                <option value="day">{t('sharing.fate.day')}</option>
                <option value="month">{t('sharing.fate.month')}</option>
              </select>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function freshFate(as: Fate['as'], field: DatasetField): Fate {
  if (as === 'round') return { as, step: usualStep(field) }
  if (as === 'pseudonym') return { as, period: 'day' }
  return { as }
}
