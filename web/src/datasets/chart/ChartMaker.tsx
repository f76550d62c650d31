import { useEffect, useMemo, useRef, useState } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { type ChartForm, chartForms, type Measure, measures, type TimeStep, timeSteps } from '../address.ts'
import { readerZone, useRecords } from '../api.ts'
import controls from '../Controls.module.css'
import { cellText } from '../cell-text.ts'
import type { PartProps } from '../DatasetPage.tsx'
import { isTime, unitOf } from '../explore-answers.ts'
import { useNames } from '../names.ts'
import { Refusal } from '../requests.ts'
import { ScrollBox } from '../ScrollBox.tsx'
import sections from '../Sections.module.css'
import { SimulatedMark } from '../SimulatedMark.tsx'
import { useSaid } from '../said/use-said.ts'
import { useCellStyle } from '../use-cell-style.ts'
import styles from './ChartMaker.module.css'
import { ChartView } from './ChartView.tsx'
import {
  chartPlan,
  chartQuestion,
  type Figure,
  figuresOf,
  findingOf,
  groupFields,
  groupInstant,
  measuredFields,
} from './chart-question.ts'

/** Rows as bars, a line or one number: choices above, what they say as the title, the figures one key away. */
export function ChartMaker({ dataset, address, change, asked }: PartProps) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const names = useNames()
  const style = useCellStyle()
  const plan = useMemo(() => chartPlan(address, dataset.fields), [address, dataset.fields])
  const { form, x, y, measure, step } = plan
  const question = { ...asked, ...chartQuestion(plan), timezone: readerZone }
  const { data, error, isFetching } = useRecords(dataset.dataset_id, question)
  const whole = useRecords(dataset.dataset_id, { ...asked, limit: 0 })
  const figures = useMemo(() => figuresOf(data?.results ?? []), [data])
  const finding = findingOf(plan, figures, whole.data?.total_count)
  const isTimed = x !== undefined && isTime(x)

  const timeText = useMemo(() => {
    const options: Record<TimeStep, Intl.DateTimeFormatOptions> = {
      year: { year: 'numeric' },
      month: { month: 'short', year: 'numeric' },
      day: { day: 'numeric', month: 'short' },
      hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    }
    // Groups are clock times of the reader's zone already.
    const format = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
      ...options[step],
      timeZone: 'UTC',
    })
    return (ms: number) => (Number.isNaN(ms) ? '–' : format.format(ms))
  }, [language, step])
  const nameOf = (value: Figure['x']): string => {
    if (value === null || String(value).length === 0) return t('datasets.chart.noValue')
    if (isTimed) return timeText(groupInstant(String(value)))
    if (x?.type === 'boolean') return value === 'true' ? style.words.yes : style.words.no
    return x ? cellText(value, x, style) : String(value)
  }
  const unit = y && unitOf(y)
  const valueText = (value: number): string => {
    const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3
    return `${formatNumber(value, language, digits)}${unit ? `${unit === '°' ? '' : '\u00a0'}${unit}` : ''}`
  }
  const tickText = (value: number): string =>
    new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: 3 }).format(value)
  const yLabel = y
    ? t('datasets.chart.of', { measure: t(`datasets.chart.measure.${measure}`), field: y.label })
    : t('datasets.chart.measure.count')
  const title = (() => {
    switch (finding.kind) {
      case 'none':
        return t('datasets.chart.none')
      case 'number':
        return t('datasets.chart.numberIs', { measure: yLabel, value: valueText(finding.value) })
      case 'trend':
        return t('datasets.chart.trend', {
          value: valueText(finding.peak.y),
          peak: nameOf(finding.peak.x),
        })
      case 'largest':
        return finding.share === undefined
          ? t('datasets.chart.largest', {
              name: nameOf(finding.figure.x),
              measure: yLabel,
              value: valueText(finding.figure.y),
            })
          : t('datasets.chart.largestShare', {
              name: nameOf(finding.figure.x),
              share: formatNumber(finding.share * 100, language, 0),
            })
    }
  })()

  return (
    <div className={sections.page}>
      <div className={styles.maker}>
        <form className={styles.choices} onSubmit={(event) => event.preventDefault()}>
          <fieldset className={styles.forms}>
            <legend className={styles.legend}>{t('datasets.chart.form')}</legend>
            {chartForms.map((name) => (
              <button
                key={name}
                type="button"
                className={controls.button}
                aria-pressed={name === form}
                onClick={() =>
                  change(
                    { chart: name as ChartForm, x: name === 'line' && !isTimed ? undefined : address.x },
                    true,
                  )
                }
              >
                {t(`datasets.chart.forms.${name}`)}
              </button>
            ))}
          </fieldset>
          {form !== 'number' && (
            <Choice
              label={t('datasets.chart.by')}
              value={x?.name ?? ''}
              options={groupFields(dataset.fields).map(({ name, label }) => [name, label])}
              onChange={(value) => change({ x: value, chart: form }, true)}
            />
          )}
          {form !== 'number' && isTimed && (
            <Choice
              label={t('datasets.chart.step')}
              value={step}
              options={timeSteps.map((name) => [name, t(`datasets.chart.steps.${name}`)])}
              onChange={(value) => change({ step: value as TimeStep }, true)}
            />
          )}
          <Choice
            label={t('datasets.chart.what')}
            value={y?.name ?? ''}
            options={[
              ['', t('datasets.chart.measure.count')],
              ...measuredFields(dataset.fields).map(({ name, label }): [string, string] => [name, label]),
            ]}
            onChange={(value) => change({ y: value || undefined, measure: undefined }, true)}
          />
          {y && (
            <Choice
              label={t('datasets.chart.how')}
              value={measure}
              options={measures
                .filter((name) => name !== 'count')
                .map((name) => [name, t(`datasets.chart.measure.${name}`)])}
              onChange={(value) => change({ measure: value as Measure }, true)}
            />
          )}
        </form>
        {error && figures.length === 0 ? (
          <p className={controls.error} role="alert">
            {error instanceof Refusal ? said(error.message) : t('datasets.unreachable')}
          </p>
        ) : (
          <figure className={styles.figure} aria-busy={isFetching}>
            <figcaption>
              <h2 className={styles.title}>{title}</h2>
              <p className={styles.sub}>
                {x && form !== 'number'
                  ? t('datasets.chart.caption', { measure: yLabel, field: x.label })
                  : yLabel}
                {dataset.metas.lacydon.simulated && <SimulatedMark />}
              </p>
            </figcaption>
            {form === 'number' ? (
              <p className={styles.number}>{figures[0] ? valueText(figures[0].y) : '–'}</p>
            ) : address.figures ? (
              <Figures
                figures={figures}
                nameOf={nameOf}
                valueText={valueText}
                xLabel={x?.label ?? ''}
                yLabel={yLabel}
              />
            ) : (
              figures.length > 0 && (
                <ChartView
                  label={title}
                  options={{ figures, form, isTime: isTimed, nameOf, valueText, tickText, timeText }}
                />
              )
            )}
            <div className={styles.foot}>
              <p className={styles.stamp}>
                {t('datasets.chart.source', { title: dataset.metas.default.title })}
                {dataset.metas.lacydon.version !== null &&
                  ` · ${t('datasets.version', { version: Number(address.at?.slice(1) ?? dataset.metas.lacydon.version) })}`}
                {dataset.metas.default.license && ` · ${names.licence(dataset.metas.default.license)}`}
                {form === 'bar' &&
                  data &&
                  data.total_count > figures.length &&
                  ` · ${t('datasets.chart.cut', { shown: formatNumber(figures.length, language), total: formatNumber(data.total_count, language) })}`}
              </p>
              {form !== 'number' && (
                <button
                  type="button"
                  className={controls.button}
                  aria-pressed={address.figures === true}
                  aria-keyshortcuts="t"
                  onClick={() => change({ figures: address.figures ? undefined : true }, true)}
                >
                  {t('datasets.chart.figures')}
                </button>
              )}
            </div>
          </figure>
        )}
      </div>
      <TableKey onKey={() => change({ figures: address.figures ? undefined : true }, true)} />
    </div>
  )
}

/** The key T shows the figures, wherever the focus is but in a field. */
function TableKey({ onKey }: { onKey: () => void }) {
  const latest = useRef(onKey)
  latest.current = onKey
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
      if (event.key.toLowerCase() !== 't' || isTyping || event.ctrlKey || event.metaKey || event.altKey)
        return
      latest.current()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  return null
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: [string, string][]
  onChange: (value: string) => void
}) {
  return (
    <label className={controls.label}>
      {label}
      <select className={controls.select} value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

function Figures({
  figures,
  nameOf,
  valueText,
  xLabel,
  yLabel,
}: {
  figures: readonly Figure[]
  nameOf: (x: Figure['x']) => string
  valueText: (y: number) => string
  xLabel: string
  yLabel: string
}) {
  const { t, language } = useLanguage()
  const [most, setMost] = useState(100)
  return (
    <>
      <ScrollBox className={sections.wide} label={t('datasets.chart.figures')}>
        <table className={sections.table}>
          <thead>
            <tr>
              <th scope="col">{xLabel}</th>
              <th scope="col" data-right>
                {yLabel}
              </th>
              <th scope="col" data-right>
                {t('datasets.chart.measure.count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.slice(0, most).map(({ x, y, n }) => (
              <tr key={String(x)}>
                <th scope="row">{nameOf(x)}</th>
                <td data-right>{valueText(y)}</td>
                <td data-right>{formatNumber(n, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {figures.length > most && (
        <button type="button" className={controls.quiet} onClick={() => setMost(figures.length)}>
          {t('datasets.facetMore', { shown: formatNumber(figures.length, language) })}
        </button>
      )}
    </>
  )
}
