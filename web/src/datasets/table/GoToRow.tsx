import { useState } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import styles from './RecordTable.module.css'

/** Leads to any row by its number, the last one included. */
export function GoToRow({ total, onGo }: { total: number; onGo: (row: number) => void }) {
  const { t, language } = useLanguage()
  const [text, setText] = useState('')
  const number = /^\d{1,15}$/.test(text.replace(/\s/g, '')) ? Number(text.replace(/\s/g, '')) : undefined
  const isWrong = text !== '' && (number === undefined || number < 1 || number > total)
  return (
    <form
      className={styles.goTo}
      onSubmit={(event) => {
        event.preventDefault()
        if (number !== undefined && !isWrong) onGo(number - 1)
      }}
    >
      <label className={styles.goToLabel}>
        {t('datasets.table.goTo')}
        <input
          className={controls.input}
          inputMode="numeric"
          value={text}
          placeholder={formatNumber(1, language)}
          aria-invalid={isWrong || undefined}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <button type="button" className={controls.quiet} onClick={() => onGo(total - 1)}>
        {t('datasets.table.toEnd')}
      </button>
    </form>
  )
}
