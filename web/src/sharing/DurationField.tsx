import { useId, useState } from 'react'
import form from '../accounts/form/Form.module.css'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Sharing.module.css'

const sizes = { minutes: 60, hours: 3_600, days: 86_400 } as const
type Unit = keyof typeof sizes
const unitOf = (seconds: number | null): Unit =>
  seconds === null || seconds % 3_600 !== 0 ? 'minutes' : seconds % 86_400 !== 0 ? 'hours' : 'days'

/** A length of time in whole minutes, hours or days; empty for none. */
export function DurationField({
  label,
  hint,
  seconds,
  change,
}: {
  label: string
  hint?: string
  seconds: number | null
  change: (seconds: number | null) => void
}) {
  const { t } = useLanguage()
  const id = useId()
  const [unit, setUnit] = useState<Unit>(seconds === null ? 'hours' : unitOf(seconds))
  return (
    <div className={form.field}>
      <label className={form.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.pairLine}>
        <input
          id={id}
          className={`${controls.input} ${form.input}`}
          type="number"
          min={1}
          step={1}
          placeholder={t('sharing.none')}
          value={seconds === null ? '' : Math.round(seconds / sizes[unit])}
          onChange={({ target }) =>
            change(target.value === '' ? null : Math.max(1, Math.round(target.valueAsNumber)) * sizes[unit])
          }
        />
        <select
          className={`${controls.select} ${form.select}`}
          aria-label={t('sharing.unitOf', { label })}
          value={unit}
          onChange={({ target }) => {
            const next = target.value as Unit
            setUnit(next)
            if (seconds !== null) change(Math.round(seconds / sizes[unit]) * sizes[next])
          }}
        >
          {(Object.keys(sizes) as Unit[]).map((one) => (
            <option key={one} value={one}>
              {t(`sharing.unit.${one}`)}
            </option>
          ))}
        </select>
      </div>
      {hint && <div className={form.hint}>{hint}</div>}
    </div>
  )
}
