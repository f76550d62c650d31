import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { useSession } from '../accounts/session.ts'
import { type OwnAccess, rowsDenied, useOwnAccess } from '../sharing/access.ts'
import message from '../shell/Message.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import { ActiveFilters } from './ActiveFilters.tsx'
import { type DatasetAddress, type Tab, tabs } from './address.ts'
import { useDataset } from './api.ts'
import { DatasetHead } from './DatasetHead.tsx'
import styles from './DatasetPage.module.css'
import { type Dataset, geoFieldOf } from './explore-answers.ts'
import { FilterPanel } from './FilterPanel.tsx'
import { conditionsOf } from './odsql-text.ts'
import { Refusal } from './requests.ts'
import { useSaid } from './said/use-said.ts'
import { RecordTable } from './table/RecordTable.tsx'
import { withinArea } from './territory/reference.ts'
import { useArea } from './territory/use-communes.ts'
import { type ChangeAddress, useDatasetAddress } from './use-address.ts'

const parts = {
  map: lazy(() => import('./map/DatasetMapPane.tsx').then((m) => ({ default: m.DatasetMapPane }))),
  chart: lazy(() => import('./chart/ChartMaker.tsx').then((m) => ({ default: m.ChartMaker }))),
  info: lazy(() => import('./InfoTab.tsx').then((m) => ({ default: m.InfoTab }))),
  versions: lazy(() => import('./versions/VersionsTab.tsx').then((m) => ({ default: m.VersionsTab }))),
  export: lazy(() => import('./ExportTab.tsx').then((m) => ({ default: m.ExportTab }))),
  api: lazy(() => import('./console/ApiConsole.tsx').then((m) => ({ default: m.ApiConsole }))),
  usage: lazy(() => import('../journal/UsageTab.tsx').then((m) => ({ default: m.UsageTab }))),
  sharing: lazy(() => import('../sharing/SharingTab.tsx').then((m) => ({ default: m.SharingTab }))),
  table: RecordTable,
}
const AccessPart = lazy(() => import('../sharing/AccessPart.tsx').then((m) => ({ default: m.AccessPart })))

/** What every part of the page gets: the dataset, the address, and what the rows must fulfil. */
export interface PartProps {
  dataset: Dataset
  address: DatasetAddress
  change: ChangeAddress
  /** Conditions and version, as parameters of every question. */
  asked: {
    where: string[]
    refine: string[]
    at: string | undefined
  }
  /** The condition of the chosen commune, which `asked` holds already. */
  within?: string
}

/** One dataset: its rows as table, map and chart, and everything about it. */
export function DatasetPage() {
  const { t } = useLanguage()
  const said = useSaid()
  const { id } = useParams({ from: '/datasets/$id' })
  const [address, change] = useDatasetAddress()
  const { data, error, refetch, isFetching } = useDataset(id, address.at)
  const title = data?.metas.default.title ?? id
  useEffect(() => {
    document.title = `${title} · Lacydon`
  }, [title])

  if (data) return <Opened key={id} dataset={data} address={address} change={change} />
  if (!error)
    return (
      <div className={styles.waiting} role="status">
        {t('datasets.opening')}
      </div>
    )
  const isMissing = error instanceof Refusal && error.status === 404
  return (
    <div className={message.page} role="alert">
      <h1>{t(isMissing ? 'datasets.missing' : 'datasets.failed')}</h1>
      <p>{isMissing ? t('datasets.missingWhy', { id }) : said(error.message)}</p>
      {isMissing ? (
        <Link to="/datasets" search={(previous) => ({ lang: previous.lang })} className={message.action}>
          {t('datasets.toCatalogue')}
        </Link>
      ) : (
        <button type="button" className={message.action} disabled={isFetching} onClick={() => void refetch()}>
          {t('live.retry')}
        </button>
      )}
    </div>
  )
}

const withFilters: readonly Tab[] = ['table', 'map', 'chart']
const withRows: readonly Tab[] = [...withFilters, 'export', 'api']

function Opened({ dataset, address, change }: Omit<PartProps, 'asked'>) {
  const { t } = useLanguage()
  const isNarrow = useIsNarrow()
  const { data: access } = useOwnAccess(dataset.dataset_id)
  const { data: session } = useSession()
  const denied = rowsDenied(access)
  // Nothing is asked for before it is known to be given.
  const hasRows = access !== undefined && !denied
  const shownTabs = tabs.filter((tab) => isOffered(tab, dataset, access))
  const tab = shownTabs.find((name) => name === address.tab) ?? 'table'
  const placeField = geoFieldOf(dataset)
  const area = useArea(placeField && address.commune)
  const within = placeField && area ? withinArea(placeField, area) : undefined
  const asked = useMemo(() => {
    const { where, refine } = conditionsOf(address, dataset.fields)
    return { where: within ? [...where, within] : where, refine, at: address.at }
  }, [address, dataset.fields, within])
  // Rows of everywhere under the name of a commune would be a lie.
  const isAwaited = placeField !== undefined && address.commune !== undefined && !within
  const Part = parts[tab]
  useEffect(() => {
    document.getElementById(`tab-${tab}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [tab])
  const props = { dataset, address, change, asked, ...(within && { within }) }
  return (
    <div className={styles.page}>
      <DatasetHead
        dataset={dataset}
        address={address}
        change={change}
        isGiven={!denied}
        agreement={access?.agreements[0]}
        mayManage={access?.mayManage === true || (session?.person === null && session.mayLoad)}
      >
        <div className={styles.tabs} role="tablist" aria-label={t('datasets.tabs')}>
          {shownTabs.map((name, i) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab === name}
              aria-controls="dataset-part"
              tabIndex={tab === name ? 0 : -1}
              className={styles.tab}
              onClick={() => change({ tab: name === 'table' ? undefined : name, row: undefined })}
              onKeyDown={({ key }) => {
                const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
                if (step === 0) return
                const next = shownTabs[(i + step + shownTabs.length) % shownTabs.length]!
                change({ tab: next === 'table' ? undefined : next, row: undefined }, true)
                document.getElementById(`tab-${next}`)?.focus()
              }}
            >
              {t(`datasets.tab.${name}`)}
            </button>
          ))}
        </div>
      </DatasetHead>
      <ActiveFilters {...props}>
        {isNarrow && hasRows && withFilters.includes(tab) && <FilterPanel {...props} isFlyout />}
      </ActiveFilters>
      <div className={styles.body}>
        {!isNarrow && hasRows && withFilters.includes(tab) && <FilterPanel {...props} />}
        <div
          className={styles.part}
          id="dataset-part"
          role="tabpanel"
          aria-labelledby={`tab-${tab}`}
          data-tab={tab}
        >
          {!access && withRows.includes(tab) ? (
            <div className={styles.waiting}>{t('datasets.opening')}</div>
          ) : denied && withRows.includes(tab) ? (
            <Suspense fallback={<div className={styles.waiting}>{t('datasets.opening')}</div>}>
              <AccessPart dataset={dataset} denied={denied} />
            </Suspense>
          ) : isAwaited && withRows.includes(tab) ? (
            <div className={styles.waiting} role="status">
              {area === null
                ? t('datasets.territory.unknown', { code: address.commune })
                : t('datasets.opening')}
            </div>
          ) : (
            <Suspense fallback={<div className={styles.waiting}>{t('datasets.opening')}</div>}>
              <Part {...props} />
            </Suspense>
          )}
        </div>
      </div>
    </div>
  )
}

function isOffered(tab: Tab, dataset: Dataset, access: OwnAccess | undefined): boolean {
  if (tab === 'sharing') return access?.mayManage === true
  if (tab === 'map') return geoFieldOf(dataset) !== undefined
  if (tab === 'versions') return dataset.metas.lacydon.version !== null
  return true
}
