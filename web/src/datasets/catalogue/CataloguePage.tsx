import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { useIsNarrow } from '../../ui/use-media.ts'
import { useCatalogue } from '../api.ts'
import controls from '../Controls.module.css'
import { joinList, splitList, toggleItem } from '../lists.ts'
import { useNames } from '../names.ts'
import { useScores } from '../quality/use-quality.ts'
import { type CatalogueAddress, type CatalogueSort, catalogueSorts, chosenOf } from './address.ts'
import { CatalogueFacets } from './CatalogueFacets.tsx'
import styles from './CataloguePage.module.css'
import { FirstFile } from './FirstFile.tsx'
import { facetNames, filterCatalogue } from './facets.ts'
import { PackBar } from './PackBar.tsx'
import { ResultList } from './ResultList.tsx'
import { indexCatalogue, searchCatalogue } from './search.ts'
import { sortCatalogue } from './sorting.ts'

/** Every dataset of the platform, found as one types. */
export function CataloguePage() {
  const { t, language } = useLanguage()
  const names = useNames()
  const address: CatalogueAddress = useSearch({ from: '/datasets' })
  const navigate = useNavigate({ from: '/datasets' })
  const { data, error, refetch, isFetching } = useCatalogue()
  const scores = useScores()
  const isNarrow = useIsNarrow()
  const [areFacetsOpen, setFacetsOpen] = useState(false)
  const change = (patch: Partial<CatalogueAddress>, replace = false) =>
    void navigate({ search: (previous) => ({ ...previous, ...patch }), replace })

  useEffect(() => {
    document.title = `${t('nav.datasets')} · Lacydon`
  }, [t])

  const [typed, setTyped] = useState(address.q ?? '')
  useEffect(() => setTyped(address.q ?? ''), [address.q])
  const asked = useDeferredValue(typed)
  // biome-ignore lint/correctness/useExhaustiveDependencies: names change with the language, as the entries do
  const index = useMemo(
    () =>
      indexCatalogue(
        (data ?? []).map((entry) => ({ ...entry, score: scores?.get(entry.dataset_id) })),
        names.theme,
      ),
    [data, scores],
  )
  const found = useMemo(() => searchCatalogue(index, asked), [index, asked])
  const chosen = useMemo(() => chosenOf(address), [address])
  const sort = address.sort ?? (asked.trim() ? 'relevance' : 'modified')
  const shown = useMemo(
    () => sortCatalogue(filterCatalogue(found, chosen), sort, language),
    [found, chosen, sort, language],
  )
  const isFiltered = shown.length !== data?.length
  const picked = splitList(address.pick)
  const hasChoice = facetNames.some((name) => address[name] !== undefined)
  const showAll = () =>
    change({ q: undefined, ...Object.fromEntries(facetNames.map((name) => [name, undefined])) })

  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1 className={styles.title}>{t('datasets.catalogue.title')}</h1>
          <p className={styles.counter} role="status">
            {!data
              ? t(error ? 'datasets.catalogue.failed' : 'datasets.catalogue.loading')
              : isFiltered
                ? t('datasets.catalogue.countOf', {
                    shown: formatNumber(shown.length, language),
                    total: formatNumber(data.length, language),
                    count: data.length,
                  })
                : t('datasets.catalogue.count', {
                    shown: formatNumber(data.length, language),
                    count: data.length,
                  })}
          </p>
        </div>
        <Link
          to="/datasets/new"
          search={(previous) => ({ lang: previous.lang })}
          className={controls.primary}
        >
          {t('datasets.catalogue.load')}
        </Link>
      </div>

      <div className={styles.tools}>
        <search className={styles.search}>
          <span className={styles.glass}>
            <Icon name="search" size={18} />
          </span>
          <input
            className={styles.searchInput}
            type="search"
            aria-label={t('datasets.catalogue.search')}
            placeholder={t('datasets.catalogue.search')}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={({ target }) => {
              setTyped(target.value)
              change({ q: target.value || undefined }, true)
            }}
          />
        </search>
        <label className={styles.sort}>
          <span>{t('datasets.catalogue.sort')}</span>
          <select
            className={controls.select}
            value={sort}
            onChange={({ target }) => change({ sort: target.value as CatalogueSort }, true)}
          >
            {catalogueSorts.map((name) => (
              <option key={name} value={name} disabled={name === 'relevance' && !asked.trim()}>
                {t(`datasets.catalogue.by.${name}`)}
              </option>
            ))}
          </select>
        </label>
        {isNarrow && (
          <button
            type="button"
            className={controls.button}
            aria-expanded={areFacetsOpen}
            data-active={hasChoice ? '' : undefined}
            onClick={() => setFacetsOpen(!areFacetsOpen)}
          >
            <Icon name="filter" size={16} />
            {t('datasets.filters')}
          </button>
        )}
      </div>

      {error && !data ? (
        <div className={controls.error} role="alert">
          <p>{t('datasets.catalogue.failedWhy')}</p>
          <button
            type="button"
            className={controls.button}
            disabled={isFetching}
            onClick={() => void refetch()}
          >
            {t('live.retry')}
          </button>
        </div>
      ) : (
        <div className={styles.columns}>
          {(!isNarrow || areFacetsOpen) && (
            <CatalogueFacets found={found} chosen={chosen} address={address} change={change} />
          )}
          <div className={styles.results}>
            {data && shown.length === 0 && (
              <div className={styles.none}>
                <h2>{t(data.length === 0 ? 'datasets.catalogue.empty' : 'datasets.catalogue.none')}</h2>
                {data.length > 0 && (
                  <>
                    <p>{t('datasets.catalogue.noneWhy')}</p>
                    <button type="button" className={controls.button} onClick={showAll}>
                      {t('datasets.catalogue.showAll')}
                    </button>
                  </>
                )}
              </div>
            )}
            <ResultList
              entries={shown}
              isLoading={!data && !error}
              picked={picked}
              onPick={(id) => change({ pick: joinList(toggleItem(picked, id)) }, true)}
            />
            {data && !isFiltered && <FirstFile />}
          </div>
        </div>
      )}
      {picked.length > 0 && <PackBar ids={picked} onClear={() => change({ pick: undefined }, true)} />}
    </div>
  )
}
