import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { LoadView, PlanView, TextLayout } from '../../../../src/datasets/loading/schema.ts'
import { formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { useDataset } from '../api.ts'
import controls from '../Controls.module.css'
import { geoFieldOf } from '../explore-answers.ts'
import { useSaid } from '../said/use-said.ts'
import { acceptLoad, loadPath } from './api.ts'
import { LayoutForm } from './LayoutForm.tsx'
import styles from './LoadPage.module.css'
import { RejectTable } from './RejectTable.tsx'

export interface ResultStepProps {
  view: LoadView
  onChanged: (view: LoadView) => void
  onAnother: () => void
  onCorrect: () => void
  onCancel: () => void
}

/** Where nobody could tell how the text is written, a person may. */
const unknownLayout: TextLayout = {
  encoding: 'utf-8',
  delimiter: ';',
  quote: '"',
  skipLines: 1,
  hasHeader: true,
  isStated: true,
}

/** How a load ended: published, held for a person, refused; with the rows that did not fit and the way to fix them. */
export function ResultStep(props: ResultStepProps) {
  const { view } = props
  const queries = useQueryClient()
  const isPublished = view.state === 'published'
  // As the reader saw it last: of a file that nobody could plan there is none to ask for.
  const seen = queries.getQueriesData<PlanView>({ queryKey: ['plan', view.datasetId, view.id] }).at(-1)?.[1]
  const layout = seen?.plan.layout ?? (view.error?.code === 'no_rows' ? unknownLayout : undefined)
  // What was read before the load is of the version before.
  useEffect(() => {
    if (isPublished)
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'load' && queryKey[0] !== 'plan',
      })
  }, [isPublished, queries])
  return (
    <div className={styles.form}>
      {isPublished ? (
        <Published {...props} />
      ) : view.state === 'held' ? (
        <Held {...props} />
      ) : (
        <Ended {...props} />
      )}
      <Rejects {...props} />
      {view.state === 'failed' && layout && /\.(csv|tsv|tab|txt)$/i.test(view.fileName) && (
        <LayoutForm
          dataset={view.datasetId}
          load={view.id}
          layout={{ ...layout, isStated: true }}
          onAgain={props.onChanged}
        />
      )}
    </div>
  )
}

function Published({ view }: ResultStepProps) {
  const { t, language } = useLanguage()
  const { data } = useDataset(view.datasetId, undefined)
  const rows = view.result?.rowCount ?? 0
  const link = (tab: 'map' | 'chart' | undefined) => ({
    to: '/datasets/$id' as const,
    params: { id: view.datasetId },
    search: (previous: { lang?: 'fr' | 'en' }) => ({ lang: previous.lang, tab }),
  })
  return (
    <section className={styles.card} data-good aria-labelledby="published">
      <h2 id="published" className={styles.outcome}>
        {t('datasets.load.published', { version: view.version ?? 0 })}
      </h2>
      <p role="status">
        {t('datasets.load.loaded', { shown: formatNumber(rows, language), count: rows })}{' '}
        {t(data && geoFieldOf(data) ? 'datasets.load.servedOnMap' : 'datasets.load.served')}
      </p>
      <div className={styles.actions}>
        <Link {...link(undefined)} className={controls.primary}>
          {t('datasets.load.toTable')}
        </Link>
        {data && geoFieldOf(data) && (
          <Link {...link('map')} className={controls.button}>
            {t('datasets.load.toMap')}
          </Link>
        )}
        <Link {...link('chart')} className={controls.button}>
          {t('datasets.load.toChart')}
        </Link>
      </div>
    </section>
  )
}

function Held({ view, onChanged, onCancel }: ResultStepProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const [error, setError] = useState<Error>()
  const [isBusy, setBusy] = useState(false)
  const accept = async () => {
    setBusy(true)
    try {
      onChanged(await acceptLoad(view.datasetId, view.id))
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setBusy(false)
    }
  }
  return (
    <section className={styles.card} data-caution aria-labelledby="held">
      <h2 id="held" className={styles.outcome}>
        {t('datasets.load.held')}
      </h2>
      <ul className={styles.notes}>
        {view.holds.map((hold) => (
          <li key={hold}>{said(hold)}</li>
        ))}
      </ul>
      <p>{t('datasets.load.heldWhy')}</p>
      {error && (
        <p className={controls.error} role="alert">
          {said(error.message)}
        </p>
      )}
      <div className={styles.actions}>
        <button type="button" className={controls.primary} disabled={isBusy} onClick={() => void accept()}>
          {t('datasets.load.accept')}
        </button>
        <button type="button" className={controls.button} onClick={onCancel}>
          {t('datasets.load.discard')}
        </button>
      </div>
    </section>
  )
}

function Ended({ view, onAnother }: ResultStepProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const isCancelled = view.state === 'cancelled'
  return (
    <section className={styles.card} data-bad={!isCancelled || undefined} role="alert">
      <h2 className={styles.outcome}>
        {t(isCancelled ? 'datasets.load.cancelled' : 'datasets.load.failed')}
      </h2>
      {view.error ? (
        <p>
          <strong>{said(view.error.title)}</strong> {view.error.help && said(view.error.help)}
        </p>
      ) : (
        <p>{t('datasets.load.unchanged')}</p>
      )}
      {view.error && <p className={styles.help}>{t('datasets.load.unchanged')}</p>}
      <div className={styles.actions}>
        <button type="button" className={controls.primary} onClick={onAnother}>
          {t('datasets.load.another')}
        </button>
      </div>
    </section>
  )
}

function Rejects({ view, onCorrect }: ResultStepProps) {
  const { t, language } = useLanguage()
  const { result } = view
  if (!result || (result.rejectedCount === 0 && result.violations.length === 0)) return null
  return (
    <section className={styles.rejects} aria-labelledby="rejects">
      <h2 id="rejects" className={styles.outcome}>
        {t('datasets.load.rejects', {
          shown: formatNumber(result.rejectedCount, language),
          count: result.rejectedCount,
        })}
      </h2>
      <RejectTable result={result} />
      {result.rejectedCount > 0 && (
        <>
          <p className={styles.help}>{t('datasets.load.correctHow')}</p>
          <div className={styles.actions}>
            <a className={controls.button} href={`${loadPath(view.datasetId, view.id)}/rejects.csv`} download>
              <Icon name="download" size={16} />
              {t('datasets.load.downloadRejects')}
            </a>
            {view.state === 'published' && (
              <button type="button" className={controls.button} onClick={onCorrect}>
                {t('datasets.load.correct')}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  )
}
