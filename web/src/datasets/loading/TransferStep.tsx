import { useState } from 'react'
import type { LoadView } from '../../../../src/datasets/loading/schema.ts'
import { formatBytes, formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { Refusal } from '../requests.ts'
import { useSaid } from '../said/use-said.ts'
import styles from './LoadPage.module.css'
import type { Sending } from './LoadPage.tsx'

const working = ['receiving', 'waiting', 'planning', 'loading'] as const

/** What the page calls a state that moves. */
const movingState = (state: LoadView['state']) => working.find((name) => name === state) ?? 'waiting'

/** How far a load is: bytes that travel, then the work of the server. A cut waits for the same file again. */
export function TransferStep({
  view,
  sending,
  onResume,
  onCancel,
}: {
  view: LoadView
  sending: Sending | undefined
  onResume: (file: File) => void
  onCancel: () => void
}) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const [isOther, setOther] = useState(false)
  const isReceiving = view.state === 'receiving'
  const sent = Math.max(sending?.sentBytes ?? 0, view.receivedBytes)
  const share = isReceiving ? sent / Math.max(1, view.sizeBytes) : view.progress.share
  const isLost = isReceiving && (sending === undefined || sending.state === 'failed')
  return (
    <section className={styles.card} aria-label={view.fileName}>
      <h2 className={styles.fileName}>{view.fileName}</h2>
      <progress
        className={styles.progress}
        aria-label={t(`datasets.load.state.${movingState(view.state)}`)}
        max={1}
        value={share > 0 || isReceiving ? share : undefined}
      />
      <p className={styles.help} role="status">
        {isReceiving
          ? sending?.state === 'interrupted'
            ? t('datasets.load.interrupted')
            : t('datasets.load.sent', {
                sent: formatBytes(sent, language),
                size: formatBytes(view.sizeBytes, language),
              })
          : `${t(`datasets.load.state.${movingState(view.state)}`)}${
              view.progress.rows > 0
                ? ` · ${t('datasets.table.count', { shown: formatNumber(view.progress.rows, language), count: view.progress.rows })}`
                : ''
            }`}
      </p>
      {isLost && (
        <>
          <p className={controls.note} role="alert">
            {sending?.error instanceof Refusal ? said(sending.error.message) : t('datasets.load.resumeWhy')}
          </p>
          {isOther && (
            <p className={controls.error} role="alert">
              {t('datasets.load.otherFile', { size: formatBytes(view.sizeBytes, language) })}
            </p>
          )}
          <label className={controls.label}>
            {t('datasets.load.resume')}
            <input
              type="file"
              onChange={({ target }) => {
                const file = target.files?.[0]
                if (!file) return
                const isSame = file.size === view.sizeBytes
                setOther(!isSame)
                if (isSame) onResume(file)
              }}
            />
          </label>
        </>
      )}
      <div className={styles.actions}>
        <button type="button" className={controls.button} onClick={onCancel}>
          {t('datasets.cancel')}
        </button>
      </div>
    </section>
  )
}
