import { useEffect } from 'react'
import type { LiveOverview } from '../../../src/vessels/schema.ts'
import message from '../shell/Message.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { useOverview } from './api.ts'
import { Live } from './Live.tsx'
import styles from './LivePage.module.css'

/** Opens where and when the feed is; says so when the server does not answer. */
export function LivePage() {
  const { t } = useLanguage()
  const { data, error, refetch, isFetching } = useOverview()
  useEffect(() => {
    document.title = `${t('nav.live')} · Lacydon`
  }, [t])

  if (data) return <Live overview={data as LiveOverview} />
  if (!error)
    return (
      <div className={styles.waiting} role="status">
        <span className={styles.wave} aria-hidden="true" />
        {t('live.opening')}
      </div>
    )
  return (
    <div className={message.page} role="alert">
      <h1>{t('live.unreachable')}</h1>
      <p>{t('live.unreachableWhy')}</p>
      <button type="button" className={message.action} disabled={isFetching} onClick={() => void refetch()}>
        {t('live.retry')}
      </button>
    </div>
  )
}
