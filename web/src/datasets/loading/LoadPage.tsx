import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { LoadView } from '../../../../src/datasets/loading/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { useDataset } from '../api.ts'
import controls from '../Controls.module.css'
import { useSaid } from '../said/use-said.ts'
import type { LoadAddress } from './address.ts'
import { beginLoad, cancelLoad, uploadEffects, useLoad } from './api.ts'
import { type FileChoice, FileStep } from './FileStep.tsx'
import styles from './LoadPage.module.css'
import { PlanStep } from './PlanStep.tsx'
import { ResultStep } from './ResultStep.tsx'
import { TransferStep } from './TransferStep.tsx'
import { uploadFile } from './upload.ts'

export interface Sending {
  state: 'sending' | 'interrupted' | 'failed'
  sentBytes: number
  error?: Error
}

const steps = ['file', 'plan', 'publish'] as const

/** A file becomes a dataset, or its next version: file, types, rows; each step has its address. */
export function LoadPage() {
  const { t } = useLanguage()
  const said = useSaid()
  const address: LoadAddress = useSearch({ from: '/datasets/new' })
  const navigate = useNavigate({ from: '/datasets/new' })
  const { dataset, load } = address
  const [sending, setSending] = useState<Sending>()
  const [beginError, setBeginError] = useState<Error>()
  const [isBeginning, setBeginning] = useState(false)
  const chosen = useRef<FileChoice>(undefined)
  const abort = useRef<AbortController>(undefined)
  const view = useLoad(dataset, load)
  const known = useDataset(address.new ? undefined : dataset, undefined)
  const title = known.data?.metas.default.title

  useEffect(() => {
    document.title = `${t('datasets.load.title')} · Lacydon`
  }, [t])
  useEffect(() => () => abort.current?.abort(), [])

  const send = async (file: File, to: string, id: string) => {
    abort.current?.abort()
    const controller = new AbortController()
    abort.current = controller
    setSending({ state: 'sending', sentBytes: 0 })
    try {
      await uploadFile(file, {
        effects: uploadEffects(to, id),
        signal: controller.signal,
        onProgress: (sentBytes, state) => setSending({ state, sentBytes }),
      })
      setSending(undefined)
    } catch (error) {
      if (!controller.signal.aborted)
        setSending((last) => ({
          state: 'failed',
          sentBytes: last?.sentBytes ?? 0,
          error: error instanceof Error ? error : new Error(String(error)),
        }))
    }
  }

  const begin = async (choice: FileChoice, layer?: string) => {
    const { file, id, title: called, note } = choice
    chosen.current = choice
    const isNew = dataset === undefined || address.new === true
    setBeginning(true)
    setBeginError(undefined)
    try {
      const begun: LoadView = await beginLoad(id, file.size, {
        fileName: file.name,
        ...(note && { note }),
        ...(address.corrects && { corrects: address.corrects }),
        ...(layer !== undefined && { layer }),
        ...(isNew && { create: true, title: called }),
      })
      await navigate({
        search: ({ lang }) => ({
          lang,
          dataset: id,
          load: begun.id,
          corrects: address.corrects,
          ...(isNew && { new: true as const }),
        }),
      })
      void send(file, id, begun.id)
    } catch (error) {
      setBeginError(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setBeginning(false)
    }
  }

  /** Back to the choice of a file, for the same purpose unless `patch` says another. */
  const restart = (patch: Partial<LoadAddress> = {}) => {
    setSending(undefined)
    const { corrects } = address
    void navigate({ search: ({ lang }) => ({ lang, corrects, ...(title && { dataset }), ...patch }) })
  }
  const cancel = async () => {
    abort.current?.abort()
    if (dataset && load) view.put(await cancelLoad(dataset, load))
    setSending(undefined)
  }
  /** Another sheet has other columns: the file is sent again, and its first reading forgotten. */
  const changeLayer = async (layer: string) => {
    if (!dataset || !load || !chosen.current) return
    await cancelLoad(dataset, load).catch(() => undefined)
    await begin(chosen.current, layer)
  }
  const state = view.data?.state
  const step = !load ? 'file' : state === 'planned' || state === 'planning' ? 'plan' : stepOf(state)

  return (
    <div className={styles.page} data-load={state ?? 'none'}>
      <div className={styles.column} data-wide={state === 'planned' || undefined}>
        <Link
          to={title && dataset ? '/datasets/$id' : '/datasets'}
          params={{ id: dataset ?? '' }}
          search={(previous) => ({ lang: previous.lang })}
          className={styles.back}
        >
          {title ?? t('datasets.toCatalogue')}
        </Link>
        <h1 className={styles.title}>
          {address.corrects
            ? t('datasets.load.correction')
            : title
              ? t('datasets.load.newVersionOf', { title })
              : t('datasets.load.title')}
        </h1>
        <ol className={styles.steps}>
          {steps.map((name) => (
            <li key={name} aria-current={name === step ? 'step' : undefined}>
              {t(`datasets.load.step.${name}`)}
            </li>
          ))}
        </ol>
        {!load ? (
          <FileStep
            key={address.corrects ?? dataset}
            dataset={dataset}
            isCorrection={address.corrects !== undefined}
            isBusy={isBeginning}
            error={beginError}
            onChoose={(choice) => void begin(choice)}
          />
        ) : view.error ? (
          <div className={controls.error} role="alert">
            <p>{said(view.error.message)}</p>
            <button type="button" className={controls.button} onClick={() => restart()}>
              {t('datasets.load.another')}
            </button>
          </div>
        ) : !view.data || !dataset ? (
          <p role="status">{t('datasets.opening')}</p>
        ) : state === 'planned' ? (
          <PlanStep
            key={`${load} ${view.data.modifiedAt}`}
            dataset={dataset}
            load={load}
            plannedAt={view.data.modifiedAt}
            onStarted={view.put}
            onCancel={() => void cancel()}
            onLayer={chosen.current && ((layer) => void changeLayer(layer))}
          />
        ) : state === 'published' || state === 'held' || state === 'failed' || state === 'cancelled' ? (
          <ResultStep
            view={view.data}
            onChanged={view.put}
            onAnother={() => restart()}
            onCorrect={() => restart({ dataset, corrects: load })}
            onCancel={() => void cancel()}
          />
        ) : (
          <TransferStep
            view={view.data}
            sending={sending}
            onResume={(file) => void send(file, dataset, load)}
            onCancel={() => void cancel()}
          />
        )}
      </div>
    </div>
  )
}

const stepOf = (state: LoadView['state'] | undefined) =>
  state === undefined || state === 'receiving' || state === 'waiting' ? 'file' : 'publish'
