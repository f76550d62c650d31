import { useState } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { codeLanguages } from '../address.ts'
import { datasetPath, questionText } from '../api.ts'
import controls from '../Controls.module.css'
import { CopyButton } from '../CopyButton.tsx'
import type { PartProps } from '../DatasetPage.tsx'
import { nameText } from '../odsql-text.ts'
import { ScrollBox } from '../ScrollBox.tsx'
import styles from '../Sections.module.css'
import { addressOf, codeSamples } from './code-samples.ts'

const titles = { curl: 'curl', python: 'Python', r: 'R', javascript: 'JavaScript' }

interface Answer {
  status: number
  ms: number
  bytes: number
  text: string
}

const mostShown = 20_000

/** The question behind the page as an address and as code, and its answer. */
export function ApiConsole({ dataset, address, change, asked }: PartProps) {
  const { t, language } = useLanguage()
  const code = address.code ?? 'curl'
  const sorted = dataset.fields.find(({ name }) => name === address.sort?.replace(/^-/, ''))
  const question = {
    ...asked,
    order_by: sorted && `${nameText(sorted.name)} ${address.sort?.startsWith('-') ? 'desc' : 'asc'}`,
    limit: 20,
    lang: language,
  }
  const path = `${datasetPath(dataset.dataset_id)}/records`
  const parameters = [...new URLSearchParams(questionText(question))]
  const sample = { origin: location.origin, path, parameters }
  const url = addressOf(sample)
  const text = codeSamples[code](sample)
  const [answer, setAnswer] = useState<Answer>()
  const [hasFailed, setFailed] = useState(false)

  const ask = async () => {
    setFailed(false)
    const begun = performance.now()
    try {
      const response = await fetch(`${path}?${questionText(question)}`)
      const body = await response.text()
      const shown = JSON.stringify(JSON.parse(body), null, 2)
      setAnswer({
        status: response.status,
        ms: Math.round(performance.now() - begun),
        bytes: body.length,
        text: shown.length > mostShown ? `${shown.slice(0, mostShown)}\n…` : shown,
      })
    } catch {
      setFailed(true)
    }
  }

  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <p className={styles.text}>{t('datasets.api.what')}</p>
        <section className={styles.section}>
          <h2>{t('datasets.api.code')}</h2>
          <div className={styles.bar}>
            <fieldset className={styles.choice}>
              <legend className={styles.hidden}>{t('datasets.api.language')}</legend>
              {codeLanguages.map((name) => (
                <button
                  key={name}
                  type="button"
                  className={controls.button}
                  aria-pressed={name === code}
                  onClick={() => change({ code: name }, true)}
                >
                  {titles[name]}
                </button>
              ))}
            </fieldset>
            <span className={styles.grow} />
            <CopyButton text={text} label={t('datasets.api.copyCode')} />
            <CopyButton text={url} label={t('datasets.copyAddress')} />
          </div>
          <ScrollBox className={styles.code} label={titles[code]}>
            <pre className={styles.plain}>{text}</pre>
          </ScrollBox>
        </section>
        <section className={styles.section}>
          <h2>{t('datasets.api.answer')}</h2>
          <div className={styles.bar}>
            <button type="button" className={controls.primary} onClick={() => void ask()}>
              {t('datasets.api.try')}
            </button>
            <span className={styles.dim} role="status">
              {hasFailed
                ? t('datasets.unreachable')
                : answer &&
                  t('datasets.api.took', {
                    status: answer.status,
                    ms: formatNumber(answer.ms, language),
                    bytes: formatNumber(answer.bytes, language),
                  })}
            </span>
          </div>
          {answer && (
            <ScrollBox className={`${styles.code} ${styles.tall}`} label={t('datasets.api.answer')}>
              <pre className={styles.plain}>{answer.text}</pre>
            </ScrollBox>
          )}
        </section>
        <p className={styles.dim}>{t('datasets.api.more')}</p>
      </div>
    </div>
  )
}
