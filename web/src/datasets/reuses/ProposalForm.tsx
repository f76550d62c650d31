import { useState } from 'react'
import type { ReuseProposal } from '../../../../src/datasets/reuses/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { Refusal } from '../requests.ts'
import sections from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import { proposeReuse, reuseKinds } from './api.ts'
import styles from './Reuses.module.css'

const empty = { title: '', url: '', maker: '', picture: '' }

/** Somebody tells what they made. */
export function ProposalForm({ dataset, onDone }: { dataset: string; onDone: (isSent: boolean) => void }) {
  const { t } = useLanguage()
  const said = useSaid()
  const [kind, setKind] = useState<ReuseProposal['kind']>('application')
  const [texts, setTexts] = useState(empty)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const send = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await proposeReuse(dataset, { ...texts, kind, picture: texts.picture.trim() || null })
      onDone(true)
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setBusy(false)
    }
  }
  const line = (name: keyof typeof empty, more: React.InputHTMLAttributes<HTMLInputElement>) => (
    <label className={controls.label}>
      {t(`datasets.reuses.form.${name}`)}
      <input
        className={controls.input}
        value={texts[name]}
        onChange={({ target }) => setTexts({ ...texts, [name]: target.value })}
        {...more}
      />
    </label>
  )
  const address = { type: 'url', maxLength: 2_000, placeholder: 'https://', pattern: 'https://.+' }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {line('title', { required: true, maxLength: 200 })}
      <label className={controls.label}>
        {t('datasets.reuses.form.kind')}
        <select
          className={controls.select}
          value={kind}
          onChange={({ target }) => setKind(target.value as ReuseProposal['kind'])}
        >
          {reuseKinds.map((name) => (
            <option key={name} value={name}>
              {t(`datasets.reuses.kind.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {line('url', { required: true, ...address })}
      {line('maker', { required: true, maxLength: 200 })}
      <div className={styles.whole}>{line('picture', address)}</div>
      {error && (
        <p className={`${controls.error} ${styles.whole}`} role="alert">
          {said(error.message)} {error instanceof Refusal && error.help && said(error.help)}
        </p>
      )}
      <div className={`${sections.bar} ${styles.whole}`}>
        <button type="submit" className={controls.primary} disabled={isBusy}>
          {t('datasets.reuses.send')}
        </button>
        <button type="button" className={controls.button} onClick={() => onDone(false)}>
          {t('datasets.cancel')}
        </button>
      </div>
    </form>
  )
}
