import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Page.module.css'
import { Refused } from './Refused.tsx'

/** What was read, or that it is being read, or why it could not be. */
export function Listed<T>({
  query,
  children,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'isFetching'>
  children: (data: T) => ReactNode
}) {
  const { t } = useLanguage()
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (!query.error)
    return (
      <p className={styles.about} role="status">
        {t('accounts.opening')}
      </p>
    )
  return (
    <div className={styles.card}>
      <Refused error={query.error} />
      <div>
        <button
          type="button"
          className={controls.button}
          disabled={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {t('live.retry')}
        </button>
      </div>
    </div>
  )
}
