import { useState } from 'react'
import { formatBytes } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { Refusal } from '../requests.ts'
import { useSaid } from '../said/use-said.ts'
import styles from './LoadPage.module.css'
import { identifierOf, isIdentifier, titleOf } from './naming.ts'

export interface FileChoice {
  file: File
  id: string
  title: string
  note: string
}

const accepted =
  '.csv,.tsv,.txt,.xlsx,.json,.ndjson,.jsonl,.geojson,.parquet,.arrow,.gpx,.kml,.kmz,.zip,.gz,.gpkg,.fgb'

/** Drop or choose a file; a new dataset gets its title and identifier here, a new version its note. */
export function FileStep({
  dataset,
  isCorrection,
  isBusy,
  error,
  onChoose,
}: {
  dataset: string | undefined
  isCorrection: boolean
  isBusy: boolean
  error: Error | undefined
  onChoose: (choice: FileChoice) => void
}) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const [file, setFile] = useState<File>()
  const [isOver, setOver] = useState(false)
  const [title, setTitle] = useState('')
  const [id, setId] = useState('')
  const [note, setNote] = useState('')
  const isNew = dataset === undefined
  const take = (chosen: File | undefined) => {
    if (!chosen) return
    setFile(chosen)
    setTitle(titleOf(chosen.name))
    setId(identifierOf(chosen.name))
  }
  const isIdWrong = isNew && file !== undefined && !isIdentifier(id)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (file) onChoose({ file, id: dataset ?? id, title, note })
      }}
    >
      {isCorrection && <p className={controls.note}>{t('datasets.load.correctionHow')}</p>}
      <label
        className={styles.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }}
      >
        <input
          type="file"
          className={styles.fileInput}
          accept={accepted}
          onChange={({ target }) => take(target.files?.[0])}
        />
        <span className={styles.dropIcon}>
          <Icon name="upload" size={28} />
        </span>
        {file ? (
          <>
            <strong>{file.name}</strong>
            <span>
              {formatBytes(file.size, language)} · {t('datasets.load.change')}
            </span>
          </>
        ) : (
          <>
            <strong>{t('datasets.load.drop')}</strong>
            <span>{t('datasets.load.formats')}</span>
          </>
        )}
      </label>
      {file && isNew && (
        <div className={styles.pair}>
          <label className={controls.label}>
            {t('datasets.load.name')}
            <input
              className={controls.input}
              required
              maxLength={300}
              value={title}
              onChange={({ target }) => setTitle(target.value)}
            />
          </label>
          <label className={controls.label}>
            {t('datasets.load.id')}
            <input
              className={controls.input}
              required
              maxLength={80}
              spellCheck={false}
              value={id}
              aria-invalid={isIdWrong || undefined}
              aria-describedby="id-help"
              onChange={({ target }) => setId(target.value)}
            />
          </label>
          <p id="id-help" className={styles.help} data-wrong={isIdWrong || undefined}>
            {isIdWrong
              ? t('datasets.load.idWrong')
              : t('datasets.load.idIs', { address: `${location.origin}/datasets/${id}` })}
          </p>
        </div>
      )}
      {file && !isNew && (
        <label className={controls.label}>
          {t('datasets.load.note')}
          <input
            className={controls.input}
            maxLength={1000}
            value={note}
            placeholder={t('datasets.load.noteHint')}
            onChange={({ target }) => setNote(target.value)}
          />
        </label>
      )}
      {error && (
        <p className={controls.error} role="alert">
          <strong>{error instanceof Refusal ? said(error.message) : t('datasets.unreachable')}</strong>
          {error instanceof Refusal && error.help && ` ${said(error.help)}`}
        </p>
      )}
      <div className={styles.actions}>
        <button
          type="submit"
          className={controls.primary}
          disabled={!file || isBusy || isIdWrong || (isNew && !title)}
        >
          {t('datasets.load.send')}
        </button>
      </div>
    </form>
  )
}
