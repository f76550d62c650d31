import { useDeferredValue, useState } from 'react'
import type { Restriction, RestrictionBody } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { sharedPath, useChange } from './api.ts'
import { audienceOf } from './audience.ts'
import { Changes } from './Changes.tsx'
import { ConditionList } from './ConditionList.tsx'
import { filterOf } from './conditions.ts'
import { DurationField } from './DurationField.tsx'
import { FieldFates } from './FieldFates.tsx'
import { fatesAsRestriction, kindOfField, readFates } from './fields.ts'
import type { PolicySubject } from './GrantDialog.tsx'
import { everyRow } from './grant-draft.ts'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'
import { useWords } from './use-words.ts'

/** Narrows what everybody it binds gets, whatever was granted to them. */
export function RestrictionDialog({
  subject,
  parties,
  onClose,
}: {
  subject: PolicySubject
  parties: Parties
  onClose: () => void
}) {
  const { t } = useLanguage()
  const { id: dataset, fields } = subject
  const words = useWords(fields)
  const [conditions, setConditions] = useState(everyRow)
  const [fates, setFates] = useState(() => readFates(fields, { release: [] }))
  const [delayS, setDelayS] = useState<number | null>(null)
  const [audience, setAudience] = useState<RestrictionBody['audience']>('all')
  const [bindsOwner, setBindsOwner] = useState(false)
  const [note, setNote] = useState('')
  const keep = filterOf(conditions, (name) => {
    const field = fields.find((one) => one.name === name)
    return field && kindOfField(field)
  })
  const parts = fatesAsRestriction(fates, delayS)
  const isEmpty = keep === null && parts.deny.length === 0 && parts.release.length === 0
  const body: RestrictionBody | undefined =
    keep === undefined || isEmpty ? undefined : { keep, ...parts, audience, bindsOwner, note }
  const shown = useDeferredValue(JSON.stringify(body))
  const save = useChange(
    (wanted: RestrictionBody) =>
      ask<Restriction>(`${sharedPath(dataset)}/restrictions`, { method: 'POST', body: wanted }),
    ['policy', dataset],
  )
  return (
    <Dialog title={t('sharing.restriction.make')} onClose={onClose} isWide>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (body) save.mutate(body, { onSuccess: onClose })
        }}
      >
        <p className={styles.quiet}>{t('sharing.restriction.what')}</p>
        <fieldset className={form.choices}>
          <legend>{t('sharing.grant.fields')}</legend>
          <FieldFates fields={fields} fates={fates} change={setFates} words={words} />
        </fieldset>
        <ConditionList
          legend={t('sharing.restriction.rows')}
          fields={fields}
          conditions={conditions}
          change={setConditions}
          words={words}
        />
        {subject.hasTime && (
          <DurationField
            label={t('sharing.grant.delay')}
            hint={t('sharing.grant.delayHint')}
            seconds={delayS}
            change={setDelayS}
          />
        )}
        <fieldset className={form.choices}>
          <legend>{t('sharing.restriction.for')}</legend>
          {(['all', 'public'] as const).map((one) => (
            <label key={one} className={form.choice}>
              <input
                type="radio"
                name="audience"
                checked={audience === one}
                onChange={() => setAudience(one)}
              />
              <span>{t(`sharing.restriction.audience.${one}`)}</span>
            </label>
          ))}
          <label className={form.choice}>
            <input
              type="checkbox"
              checked={bindsOwner}
              onChange={({ target }) => setBindsOwner(target.checked)}
            />
            <span>{t('sharing.restriction.bindsOwner')}</span>
          </label>
        </fieldset>
        <Field
          label={t('sharing.restriction.why')}
          maxLength={2000}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        <Changes
          dataset={dataset}
          fields={fields}
          principals={audienceOf(subject.owner, [], parties.organisations, parties.consortia)}
          change={shown ? { restriction: JSON.parse(shown) } : null}
          parties={parties}
        />
        <Refused error={save.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={!body || save.isPending}>
            {t('sharing.restriction.restrict')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
