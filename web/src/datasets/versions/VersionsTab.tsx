import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SeenVersion } from '../../../../src/datasets/schema.ts'
import { formatDateTime, formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { useNow } from '../../ui/use-now.ts'
import { platformPath, useVersions } from '../api.ts'
import controls from '../Controls.module.css'
import type { PartProps } from '../DatasetPage.tsx'
import { readJson } from '../requests.ts'
import styles from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import { DiffView } from './DiffView.tsx'
import own from './VersionsTab.module.css'

/** Every version with where it came from; what changed between two; the way back. */
export function VersionsTab({ dataset, address, change }: PartProps) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const now = useNow(60_000)
  const { data, error } = useVersions(dataset.dataset_id)
  const current = data?.versions[0]?.version
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <p className={styles.text}>{t('datasets.versions.what')}</p>
        {error && (
          <p className={controls.error} role="alert">
            {said(error.message)}
          </p>
        )}
        <ol className={own.list}>
          {data?.versions.map((version) => {
            const number = version.version
            return (
              <li key={number} className={own.item} data-current={number === current || undefined}>
                <div className={own.line}>
                  <h2 className={own.name}>
                    {t('datasets.version', { version: number })}
                    {number === current && (
                      <span className={controls.badge}>{t('datasets.versions.current')}</span>
                    )}
                  </h2>
                  <time className={styles.dim} dateTime={version.createdAt}>
                    {formatDateTime(Date.parse(version.createdAt), language, now)}
                  </time>
                </div>
                <p className={own.facts}>
                  {version.rowCount !== null && (
                    <span>
                      {t('datasets.table.count', {
                        shown: formatNumber(version.rowCount, language),
                        count: version.rowCount,
                      })}
                    </span>
                  )}
                  {version.rejectedCount !== null && version.rejectedCount > 0 && (
                    <span className={own.rejected}>
                      {t('datasets.versions.rejected', {
                        shown: formatNumber(version.rejectedCount, language),
                        count: version.rejectedCount,
                      })}
                    </span>
                  )}
                  <span className={styles.dim}>{version.origin}</span>
                </p>
                {noteOf(version) && <p className={own.note}>{noteOf(version)}</p>}
                <div className={styles.bar}>
                  {version.state === 'purged' ? (
                    <span className={styles.dim}>{t('datasets.versions.purged')}</span>
                  ) : (
                    <>
                      {number !== current && (
                        <button
                          type="button"
                          className={controls.button}
                          onClick={() => change({ at: `v${number}`, tab: undefined })}
                        >
                          {t('datasets.versions.see')}
                        </button>
                      )}
                      {number > 1 && (
                        <button
                          type="button"
                          className={controls.button}
                          aria-expanded={address.diff === number}
                          onClick={() => change({ diff: address.diff === number ? undefined : number }, true)}
                        >
                          {t('datasets.versions.compare', { version: number - 1 })}
                        </button>
                      )}
                      {number !== current && <RollBack id={dataset.dataset_id} version={version} />}
                    </>
                  )}
                </div>
                {address.diff === number && <DiffView dataset={dataset} from={number - 1} to={number} />}
              </li>
            )
          })}
        </ol>
      </div>
    </div>
  )
}

/** What people wrote: the mark of the load that made the version says nothing to them. */
const noteOf = ({ note }: SeenVersion) => note.replace(/\s*\(load [0-9a-f]+\)$/, '')

/** Asks again before it acts: the question names what will be current. */
function RollBack({ id, version }: { id: string; version: SeenVersion }) {
  const { t } = useLanguage()
  const said = useSaid()
  const queries = useQueryClient()
  const [state, setState] = useState<'idle' | 'asking' | 'working'>('idle')
  const [note, setNote] = useState('')
  const [failure, setFailure] = useState<string>()
  const number = version.version
  if (state === 'idle')
    return (
      <button type="button" className={controls.button} onClick={() => setState('asking')}>
        {t('datasets.versions.rollBack')}
      </button>
    )
  const act = async () => {
    setState('working')
    setFailure(undefined)
    try {
      await readJson(`${platformPath(id)}/rollback`, {
        method: 'POST',
        body: { version: number, ...(note.trim() && { note: note.trim() }) },
      })
      await queries.invalidateQueries()
      setState('idle')
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      setState('asking')
    }
  }
  return (
    <form
      className={own.confirm}
      onSubmit={(event) => {
        event.preventDefault()
        void act()
      }}
    >
      <p>
        <strong>{t('datasets.versions.sure', { version: number })}</strong> {t('datasets.versions.sureWhy')}
      </p>
      <label className={controls.label}>
        {t('datasets.versions.note')}
        <input
          className={controls.input}
          value={note}
          maxLength={1000}
          // biome-ignore lint/a11y/noAutofocus: the reader has just asked for the question
          autoFocus
          onChange={({ target }) => setNote(target.value)}
        />
      </label>
      {failure && (
        <p className={controls.error} role="alert">
          {said(failure)}
        </p>
      )}
      <div className={styles.bar}>
        <button type="submit" className={controls.danger} disabled={state === 'working'}>
          {t('datasets.versions.confirm', { version: number })}
        </button>
        <button type="button" className={controls.button} onClick={() => setState('idle')}>
          {t('datasets.cancel')}
        </button>
      </div>
    </form>
  )
}
