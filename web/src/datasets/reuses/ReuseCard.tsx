import { useState } from 'react'
import type { Reuse } from '../../../../src/datasets/reuses/schema.ts'
import { formatDay } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { useSaid } from '../said/use-said.ts'
import { acceptReuse, removeReuse } from './api.ts'
import styles from './Reuses.module.css'

interface ReuseCardProps {
  reuse: Reuse
  mayManage: boolean
  onChanged: () => Promise<void>
}

/** One thing that somebody made. Its picture is a link: shown here, it would tell another site who reads this page. */
export function ReuseCard({ reuse, mayManage, onChanged }: ReuseCardProps) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const { title, url, kind, maker, picture, state, createdAt, mayRemove } = reuse
  const act = async (change: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    try {
      await change()
      await onChanged()
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className={styles.card} data-state={state}>
      <p className={styles.kind}>
        {t(`datasets.reuses.kind.${kind}`)}
        {state === 'proposed' && <span className={styles.waiting}>{t('datasets.reuses.waiting')}</span>}
      </p>
      <h3 className={styles.name}>
        <a href={url} rel="noreferrer ugc" target="_blank">
          {title}
        </a>
      </h3>
      <p className={styles.by}>
        {maker} · <time dateTime={createdAt}>{formatDay(Date.parse(createdAt), language)}</time>
      </p>
      <p className={styles.host}>
        <Icon name="link" size={14} />
        {new URL(url).host}
        {picture && (
          <a href={picture} rel="noreferrer ugc" target="_blank">
            {t('datasets.reuses.picture')}
          </a>
        )}
      </p>
      {(mayRemove || (mayManage && state === 'proposed')) && (
        <p className={styles.acts}>
          {mayManage && state === 'proposed' && (
            <button
              type="button"
              className={controls.quiet}
              disabled={isBusy}
              aria-label={t('datasets.reuses.acceptNamed', { title })}
              onClick={() => void act(() => acceptReuse(reuse))}
            >
              {t('datasets.reuses.accept')}
            </button>
          )}
          {mayRemove && (
            <button
              type="button"
              className={controls.quiet}
              disabled={isBusy}
              aria-label={t('datasets.reuses.removeNamed', { title })}
              onClick={() => void act(() => removeReuse(reuse))}
            >
              {t('datasets.reuses.remove')}
            </button>
          )}
        </p>
      )}
      {error && (
        <p className={controls.error} role="alert">
          {said(error.message)}
        </p>
      )}
    </li>
  )
}
