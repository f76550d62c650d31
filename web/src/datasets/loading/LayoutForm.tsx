import { useState } from 'react'
import { type LoadView, type TextLayout, textEncodings } from '../../../../src/datasets/loading/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { Refusal } from '../requests.ts'
import { useSaid } from '../said/use-said.ts'
import { planAgain } from './api.ts'
import styles from './LayoutForm.module.css'
import {
  type DelimiterName,
  delimiterName,
  delimiters,
  headerLineOf,
  isReadable,
  withHeaderLine,
} from './layout-edit.ts'

interface LayoutFormProps {
  dataset: string
  load: string
  layout: TextLayout
  /** The file is being read again. */
  onAgain: (view: LoadView) => void
}

const delimiterNames = Object.keys(delimiters) as DelimiterName[]
const quotes = { double: '"', single: "'", none: null } as const

/** How the text is written: what was found, and another way to read it. */
export function LayoutForm({ dataset, load, layout: found, onAgain }: LayoutFormProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const [layout, setLayout] = useState(found)
  const [isOther, setOther] = useState(delimiterName(found.delimiter) === undefined)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const set = (patch: Partial<TextLayout>) => setLayout({ ...layout, ...patch })
  const readAgain = async () => {
    setBusy(true)
    setError(undefined)
    try {
      onAgain(await planAgain(dataset, load, layout))
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setBusy(false)
    }
  }
  const named = delimiterName(found.delimiter)
  const line = headerLineOf(found)
  const encodings = textEncodings.some((name) => name === found.encoding)
    ? textEncodings
    : [found.encoding, ...textEncodings]
  const quoteName = (Object.keys(quotes) as (keyof typeof quotes)[]).find(
    (name) => quotes[name] === layout.quote,
  )
  return (
    <details className={styles.layout} open={found.isStated}>
      <summary>
        <strong>{t('datasets.load.layout.title')}</strong>{' '}
        <span>
          {t('datasets.load.layout.now', {
            delimiter: named ? t(`datasets.load.layout.mark.${named}`) : found.delimiter,
            encoding: found.encoding.toUpperCase(),
            header:
              line > 0 ? t('datasets.load.layout.headerAt', { line }) : t('datasets.load.layout.noHeader'),
          })}
        </span>
      </summary>
      <div className={styles.fields}>
        <label className={controls.label}>
          {t('datasets.load.layout.delimiter')}
          <select
            className={controls.select}
            value={isOther ? 'other' : delimiterName(layout.delimiter)}
            onChange={({ target }) => {
              setOther(target.value === 'other')
              set({ delimiter: target.value === 'other' ? '' : delimiters[target.value as DelimiterName] })
            }}
          >
            {delimiterNames.map((name) => (
              <option key={name} value={name}>
                {t(`datasets.load.layout.mark.${name}`)}
              </option>
            ))}
            <option value="other">{t('datasets.load.layout.mark.other')}</option>
          </select>
        </label>
        {isOther && (
          <label className={controls.label}>
            {t('datasets.load.layout.other')}
            <input
              className={controls.input}
              maxLength={1}
              value={layout.delimiter}
              onChange={({ target }) => set({ delimiter: target.value })}
            />
          </label>
        )}
        <label className={controls.label}>
          {t('datasets.load.layout.encoding')}
          <select
            className={controls.select}
            value={layout.encoding}
            onChange={({ target }) => set({ encoding: target.value })}
          >
            {encodings.map((name) => (
              <option key={name} value={name}>
                {name.toUpperCase()}
              </option>
            ))}
          </select>
        </label>
        <label className={controls.label}>
          {t('datasets.load.layout.headerLine')}
          <input
            className={controls.input}
            type="number"
            min={0}
            max={1_000}
            value={headerLineOf(layout)}
            onChange={({ target }) => setLayout(withHeaderLine(layout, target.valueAsNumber || 0))}
          />
        </label>
        <label className={controls.label}>
          {t('datasets.load.layout.decimalMark')}
          <select
            className={controls.select}
            value={layout.decimalMark ?? ''}
            onChange={({ target }) =>
              set({ decimalMark: target.value === '' ? undefined : (target.value as ',' | '.') })
            }
          >
            <option value="">{t('datasets.load.layout.decimal.found')}</option>
            <option value=",">{t('datasets.load.layout.decimal.comma')}</option>
            <option value=".">{t('datasets.load.layout.decimal.point')}</option>
          </select>
        </label>
        <label className={controls.label}>
          {t('datasets.load.layout.quote')}
          <select
            className={controls.select}
            value={quoteName}
            onChange={({ target }) => set({ quote: quotes[target.value as keyof typeof quotes] })}
          >
            {(Object.keys(quotes) as (keyof typeof quotes)[]).map((name) => (
              <option key={name} value={name}>
                {t(`datasets.load.layout.quoteMark.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className={controls.button}
          disabled={isBusy || !isReadable(layout)}
          onClick={() => void readAgain()}
        >
          {t('datasets.load.layout.again')}
        </button>
      </div>
      {error && (
        <p className={controls.error} role="alert">
          {said(error.message)} {error instanceof Refusal && error.help && said(error.help)}
        </p>
      )}
    </details>
  )
}
