import { useState } from 'react'
import type { LoadPlan, LoadView, PlanView } from '../../../../src/datasets/loading/schema.ts'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { Refusal } from '../requests.ts'
import { ScrollBox } from '../ScrollBox.tsx'
import sections from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import { startLoad, usePlan } from './api.ts'
import { FieldRow } from './FieldRow.tsx'
import { LayoutForm } from './LayoutForm.tsx'
import styles from './LoadPage.module.css'
import { planFaults, replaceField, toggleFacet, toggleId } from './plan-edit.ts'

export interface PlanStepProps {
  dataset: string
  load: string
  /** When this plan was made. */
  plannedAt: string
  onStarted: (view: LoadView) => void
  onCancel: () => void
  /** Reads the same file again, another sheet or layer of it; undefined when the file is no longer at hand. */
  onLayer?: (layer: string) => void
}

/** What was found in the file, to be read and changed before anything is loaded. */
export function PlanStep(props: PlanStepProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const { data, error } = usePlan(props.dataset, props.load, props.plannedAt)
  if (error)
    return (
      <p className={controls.error} role="alert">
        {said(error.message)}
      </p>
    )
  if (!data) return <p role="status">{t('datasets.opening')}</p>
  return <PlanForm {...props} found={data} />
}

const mostShown = 200

function PlanForm({
  dataset,
  load,
  onStarted,
  onCancel,
  onLayer,
  found,
}: PlanStepProps & { found: PlanView }) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const [plan, setPlan] = useState<LoadPlan>(found.plan)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const faults = planFaults(plan)
  const isFaulty = faults === 'empty' || faults.size > 0
  const doubts = plan.fields.filter(({ doubt, included }) => doubt && included).length
  const start = async () => {
    setBusy(true)
    setError(undefined)
    try {
      onStarted(await startLoad(dataset, load, plan))
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setBusy(false)
    }
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <p className={styles.lead}>
        {t('datasets.load.found', {
          format: plan.format.toUpperCase(),
          rows: formatNumber(found.rowCount, language),
          fields: formatNumber(plan.fields.length, language),
          count: found.rowCount,
        })}{' '}
        {doubts > 0 && <span className={styles.doubt}>{t('datasets.load.doubts', { count: doubts })}</span>}
      </p>
      {(plan.notes.length > 0 || found.missingFields.length > 0 || found.newFields.length > 0) && (
        <ul className={styles.notes}>
          {plan.notes.map((note) => (
            <li key={note}>{said(note)}</li>
          ))}
          {found.missingFields.length > 0 && (
            <li className={styles.doubt}>
              {t('datasets.load.missingFields', { names: found.missingFields.join(', ') })}
            </li>
          )}
          {found.newFields.length > 0 && (
            <li>{t('datasets.load.newFields', { names: found.newFields.join(', ') })}</li>
          )}
        </ul>
      )}
      {onLayer && plan.layers && plan.layers.length > 1 && (
        <div className={styles.layer}>
          <label className={controls.label}>
            {t('datasets.load.layer')}
            <select
              className={controls.select}
              value={plan.layer}
              onChange={({ target }) => onLayer(target.value)}
            >
              {plan.layers.map((layer) => (
                <option key={layer}>{layer}</option>
              ))}
            </select>
          </label>
        </div>
      )}
      {found.plan.layout && (
        <LayoutForm dataset={dataset} load={load} layout={found.plan.layout} onAgain={onStarted} />
      )}
      <ScrollBox className={`${sections.wide} ${styles.plan}`} label={t('datasets.load.fields')}>
        <table className={sections.table}>
          <thead>
            <tr>
              <th scope="col">{t('datasets.load.keep')}</th>
              <th scope="col">{t('datasets.info.field')}</th>
              <th scope="col">{t('datasets.info.type')}</th>
              <th scope="col">{t('datasets.load.facet')}</th>
              <th scope="col">{t('datasets.info.unit')}</th>
              <th scope="col">{t('datasets.load.identifies')}</th>
              <th scope="col">{t('datasets.load.samples')}</th>
              <th scope="col">{t('datasets.load.why')}</th>
            </tr>
          </thead>
          <tbody>
            {plan.fields.slice(0, mostShown).map((field, i) => (
              <FieldRow
                // biome-ignore lint/suspicious/noArrayIndexKey: fields are neither added, removed nor moved
                key={i}
                field={field}
                found={found.plan.fields[i] ?? field}
                samples={found.sampleRows.map((row) => row[found.plan.fields[i]?.name ?? ''] ?? null)}
                fault={faults === 'empty' ? undefined : faults.get(i)}
                onChange={(changed) => setPlan(replaceField(plan, i, changed))}
                onToggleFacet={() => setPlan(toggleFacet(plan, i))}
                onToggleId={() => setPlan(toggleId(plan, i))}
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {plan.fields.length > mostShown && (
        <p className={styles.help}>
          {t('datasets.load.moreFields', { count: plan.fields.length - mostShown })}
        </p>
      )}
      {found.brokenCount > 0 && (
        <p className={controls.note}>
          {t('datasets.load.broken', {
            shown: formatNumber(found.brokenCount, language),
            count: found.brokenCount,
            line: found.broken[0]?.line ?? 0,
          })}
        </p>
      )}
      {faults === 'empty' && (
        <p className={controls.error} role="alert">
          {t('datasets.load.nothingKept')}
        </p>
      )}
      {error && (
        <p className={controls.error} role="alert">
          <strong>{said(error.message)}</strong>
          {error instanceof Refusal && error.help && ` ${said(error.help)}`}
        </p>
      )}
      <div className={styles.actions}>
        <button type="submit" className={controls.primary} disabled={isFaulty || isBusy}>
          {t('datasets.load.start', { shown: formatNumber(found.rowCount, language), count: found.rowCount })}
        </button>
        <button type="button" className={controls.button} onClick={onCancel}>
          {t('datasets.cancel')}
        </button>
      </div>
    </form>
  )
}
