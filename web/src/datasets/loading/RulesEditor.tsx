import { useState } from 'react'
import type { PlanField } from '../../../../src/datasets/loading/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { boundOf, hasBounds, listOf, ruleCount, withRules } from './constraint-edit.ts'
import styles from './LoadPage.module.css'

/** What every value of a field must fulfil; folded until somebody asks for it. */
export function RulesEditor({
  field,
  name,
  onChange,
}: {
  field: PlanField
  /** What the field is called in the file. */
  name: string
  onChange: (field: PlanField) => void
}) {
  const { t } = useLanguage()
  const rules = field.constraints ?? {}
  const [values, setValues] = useState((rules.enum ?? []).join('\n'))
  const [least, setLeast] = useState(String(rules.minimum ?? ''))
  const [most, setMost] = useState(String(rules.maximum ?? ''))
  const count = ruleCount(field)
  const told = count === 0 ? t('datasets.load.rules.none') : t('datasets.load.rules.count', { count })
  return (
    <details className={styles.rules}>
      <summary aria-label={`${told}, ${name}`}>{told}</summary>
      <div className={styles.ruleForm}>
        {(['required', 'unique'] as const).map((rule) => (
          <label key={rule}>
            <input
              type="checkbox"
              checked={rules[rule] === true}
              onChange={({ target }) => onChange(withRules(field, { [rule]: target.checked }))}
            />{' '}
            {t(`datasets.load.rules.${rule}`)}
          </label>
        ))}
        {hasBounds(field) &&
          (
            [
              ['minimum', least, setLeast],
              ['maximum', most, setMost],
            ] as const
          ).map(([rule, text, set]) => (
            <label key={rule} className={controls.label}>
              {t(`datasets.load.rules.${rule}`)}
              <input
                className={controls.input}
                aria-label={`${t(`datasets.load.rules.${rule}`)}, ${name}`}
                value={text}
                maxLength={40}
                onChange={({ target }) => {
                  set(target.value)
                  onChange(withRules(field, { [rule]: boundOf(target.value) }))
                }}
              />
            </label>
          ))}
        {field.type === 'text' && (
          <label className={controls.label}>
            {t('datasets.load.rules.enum')}
            <textarea
              rows={3}
              className={controls.input}
              value={values}
              onChange={({ target }) => {
                setValues(target.value)
                onChange(withRules(field, { enum: listOf(target.value) }))
              }}
            />
          </label>
        )}
      </div>
    </details>
  )
}
