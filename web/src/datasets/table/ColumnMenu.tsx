import { useState } from 'react'
import { useLanguage } from '../../ui/use-language.ts'
import type { DatasetAddress } from '../address.ts'
import controls from '../Controls.module.css'
import { type Field, isNumber, isTime } from '../explore-answers.ts'
import { joinList, splitList, toggleItem } from '../lists.ts'
import { nameText, textLiteral, withCondition } from '../odsql-text.ts'
import type { ChangeAddress } from '../use-address.ts'
import styles from './RecordTable.module.css'

/** The condition that the fields of the form mean; undefined when nothing is filled in. */
export function columnCondition(field: Field, text: string, from: string, to: string): string | undefined {
  const name = nameText(field.name)
  if (isNumber(field) || isTime(field)) {
    const literal = (value: string) => (isTime(field) ? `date'${value}'` : value)
    const parts = [from && `${name} >= ${literal(from)}`, to && `${name} <= ${literal(to)}`].filter(Boolean)
    return parts.length === 0 ? undefined : parts.join(' and ')
  }
  return text.trim() === '' ? undefined : `search(${name}, ${textLiteral(text.trim())})`
}

/** Narrows the rows by one column, or hides it. */
export function ColumnMenu({
  field,
  address,
  change,
  onDone,
}: {
  field: Field
  address: DatasetAddress
  change: ChangeAddress
  onDone: () => void
}) {
  const { t } = useLanguage()
  const [text, setText] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const condition = columnCondition(field, text, from, to)
  const inputType = isNumber(field) ? 'number' : 'date'
  const hasForm = isNumber(field) || isTime(field) || field.type === 'text'
  return (
    <form
      className={styles.menu}
      onSubmit={(event) => {
        event.preventDefault()
        if (condition) change({ where: withCondition(address.where, condition), row: undefined })
        onDone()
      }}
    >
      <p className={styles.menuTitle}>
        <code>{field.name}</code> · {t(`datasets.type.${field.type}`)}
      </p>
      {field.type === 'text' && (
        <label className={controls.label}>
          {t('datasets.table.contains')}
          <input
            className={controls.input}
            value={text}
            maxLength={200}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
      )}
      {(isNumber(field) || isTime(field)) && (
        <div className={styles.range}>
          {(
            [
              ['from', from, setFrom],
              ['to', to, setTo],
            ] as const
          ).map(([key, value, set]) => (
            <label key={key} className={controls.label}>
              {t(`datasets.table.${key}`)}
              <input
                className={controls.input}
                type={inputType}
                step="any"
                value={value}
                onChange={({ target }) => set(target.value)}
              />
            </label>
          ))}
        </div>
      )}
      {hasForm && (
        <button type="submit" className={controls.primary} disabled={!condition}>
          {t('datasets.apply')}
        </button>
      )}
      <button
        type="button"
        className={controls.button}
        onClick={() => {
          change({ hide: joinList(toggleItem(splitList(address.hide), field.name)) }, true)
          onDone()
        }}
      >
        {t('datasets.table.hide')}
      </button>
    </form>
  )
}
