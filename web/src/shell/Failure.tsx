import type { ErrorComponentProps } from '@tanstack/react-router'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Message.module.css'

/** What stands where a page broke; the rest of the shell goes on. */
export function Failure({ error }: ErrorComponentProps) {
  const { t } = useLanguage()
  return (
    <div className={styles.page} role="alert">
      <h1>{t('failure.title')}</h1>
      <p>{t('failure.why')}</p>
      <code className={styles.detail}>{error instanceof Error ? error.message : String(error)}</code>
      <button type="button" className={styles.action} onClick={() => location.reload()}>
        {t('failure.action')}
      </button>
    </div>
  )
}
