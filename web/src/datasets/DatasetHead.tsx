import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatAge, formatNumber } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useNow } from '../ui/use-now.ts'
import { webAddress } from '../ui/web-address.ts'
import type { DatasetAddress } from './address.ts'
import controls from './Controls.module.css'
import styles from './DatasetHead.module.css'
import type { Dataset } from './explore-answers.ts'
import { useNames } from './names.ts'
import { SimulatedMark } from './SimulatedMark.tsx'
import type { ChangeAddress } from './use-address.ts'

/** What the dataset is, how large, how fresh, whose: the stamp that stands over every view of its rows. */
export function DatasetHead({
  dataset,
  address,
  change,
  isGiven,
  mayManage,
  agreement,
  children,
}: {
  dataset: Dataset
  address: DatasetAddress
  change: ChangeAddress
  /** The reader gets rows: of others no number is said, which would be that of what they do not see. */
  isGiven: boolean
  mayManage: boolean
  /** Under which the reader gets rows. */
  agreement: string | undefined
  children: ReactNode
}) {
  const { t, language } = useLanguage()
  const names = useNames()
  const now = useNow(30_000)
  const { default: metas, lacydon } = dataset.metas
  const age = formatAge((now - Date.parse(metas.modified)) / 1000, language)
  const isStream = lacydon.kind === 'stream'
  return (
    <header className={styles.head}>
      <div className={styles.line}>
        <div className={styles.names}>
          <Link
            to="/datasets"
            search={(previous) => ({ lang: previous.lang })}
            className={styles.back}
            aria-label={t('datasets.toCatalogue')}
          >
            <Icon name="back" size={18} />
          </Link>
          <div className={styles.called}>
            <h1 className={styles.title}>{metas.title}</h1>
            {lacydon.simulated && <SimulatedMark />}
          </div>
        </div>
        {lacydon.version !== null && mayManage && (
          <Link
            to="/datasets/new"
            search={(previous) => ({ lang: previous.lang, dataset: dataset.dataset_id })}
            className={controls.button}
          >
            {t('datasets.newVersion')}
          </Link>
        )}
      </div>
      <p className={styles.stamp}>
        {isGiven ? (
          <span>
            <strong>{formatNumber(metas.records_count, language)}</strong>{' '}
            {t('datasets.rows', { count: metas.records_count })}
          </span>
        ) : (
          <span>{t('sharing.access.onRequest')}</span>
        )}
        {lacydon.version !== null && <span>{t('datasets.version', { version: lacydon.version })}</span>}
        {metas.records_count === 0 && isGiven ? (
          <span>{t('datasets.noRowYet')}</span>
        ) : (
          <time dateTime={metas.modified} title={metas.modified}>
            {t(isStream ? 'datasets.receivedAge' : 'datasets.modifiedAge', { age })}
          </time>
        )}
        {metas.publisher && <span>{metas.publisher}</span>}
        {agreement && (
          <Link
            to="/agreements/$id"
            params={{ id: agreement }}
            search={(previous) => ({ lang: previous.lang })}
          >
            {t('sharing.access.underAgreement')}
          </Link>
        )}
        {metas.license ? (
          webAddress(metas.license_url) ? (
            <a href={webAddress(metas.license_url)} rel="license noreferrer" target="_blank">
              {names.licence(metas.license)}
            </a>
          ) : (
            <span>{names.licence(metas.license)}</span>
          )
        ) : (
          <span className={styles.caution}>{t('datasets.noLicence')}</span>
        )}
      </p>
      {address.at && (
        <p className={styles.past} role="status">
          {t('datasets.past', { version: address.at.slice(1) })}
          <button type="button" className={controls.quiet} onClick={() => change({ at: undefined })}>
            {t('datasets.toCurrent')}
          </button>
        </p>
      )}
      {children}
    </header>
  )
}
