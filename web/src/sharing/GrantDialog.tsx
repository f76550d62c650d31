import { useDeferredValue, useId, useState } from 'react'
import type { DatasetField } from '../../../src/datasets/schema.ts'
import type { Grant, GrantBody } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { AreaField } from './AreaField.tsx'
import { actionNames, sharedPath, useChange, useTemplates } from './api.ts'
import { audienceOf } from './audience.ts'
import { Changes } from './Changes.tsx'
import { ConditionList } from './ConditionList.tsx'
import { DurationField } from './DurationField.tsx'
import { FieldFates } from './FieldFates.tsx'
import { GranteeChoice } from './GranteeChoice.tsx'
import { draftOf, everyRow, type GrantDraft, grantOf } from './grant-draft.ts'
import { QuotaFields } from './QuotaFields.tsx'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'
import { useWords } from './use-words.ts'

/** What is known of the dataset that a policy is about. */
export interface PolicySubject {
  id: string
  owner: string | null
  fields: readonly DatasetField[]
  /** Rows have a time, so that they can be delayed. */
  hasTime: boolean
}

/** Gives somebody a part of a dataset: who, what of it, under which conditions; and says what that changes. */
export function GrantDialog({
  subject,
  parties,
  grant,
  given,
  intro,
  onDone,
  onClose,
}: {
  subject: PolicySubject
  parties: Parties
  /** The grant that is changed. */
  grant?: Grant
  /** What a new one begins with. */
  given?: Partial<Grant> & { untilDay?: string }
  intro?: string
  onDone?: (grant: Grant) => Promise<unknown>
  onClose: () => void
}) {
  const { t, language } = useLanguage()
  const { id: dataset, fields } = subject
  const words = useWords(fields)
  const { data: templates = [] } = useTemplates()
  const [draft, setDraft] = useState<GrantDraft>(() => ({
    ...draftOf(fields, grant ?? given),
    ...(given?.untilDay && { untilDay: given.untilDay }),
  }))
  const put = (part: Partial<GrantDraft>) => setDraft({ ...draft, ...part })
  const body = grantOf(draft, fields)
  const shown = useDeferredValue(JSON.stringify(body))
  const save = useChange(
    async (wanted: GrantBody) => {
      const saved = await ask<Grant>(
        grant
          ? `${sharedPath(dataset)}/grants/${encodeURIComponent(grant.id)}`
          : `${sharedPath(dataset)}/grants`,
        { method: grant ? 'PUT' : 'POST', body: wanted },
      )
      await onDone?.(saved)
    },
    ['policy', dataset],
    ['requests'],
    ['agreements'],
  )
  const actionsId = useId()
  const own = templates.filter(({ owner }) => owner === subject.owner)
  return (
    <Dialog title={t(grant ? 'sharing.grant.change' : 'sharing.grant.make')} onClose={onClose} isWide>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (body) save.mutate(body, { onSuccess: onClose })
        }}
      >
        {intro && <p className={styles.quiet}>{intro}</p>}
        <GranteeChoice
          grantee={draft.grantee}
          change={(grantee) => put({ grantee })}
          parties={parties}
          owner={subject.owner}
        />
        <fieldset className={form.choices} aria-describedby={actionsId}>
          <legend>{t('sharing.grant.actions')}</legend>
          <div className={form.columns} id={actionsId}>
            {actionNames.map((name) => (
              <label key={name} className={form.choice}>
                <input
                  type="checkbox"
                  checked={name === 'discover' || draft.actions.includes(name)}
                  disabled={name === 'discover'}
                  onChange={({ target }) =>
                    put({
                      actions: actionNames.filter((one) =>
                        one === name ? target.checked : draft.actions.includes(one),
                      ),
                    })
                  }
                />
                <span>{t(`sharing.action.${name}`)}</span>
                <small>{t(`sharing.actionWhat.${name}`)}</small>
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset className={form.choices}>
          <legend>{t('sharing.grant.fields')}</legend>
          <FieldFates fields={fields} fates={draft.fates} change={(fates) => put({ fates })} words={words} />
        </fieldset>
        {draft.conditions ? (
          <ConditionList
            legend={t('sharing.grant.rows')}
            fields={fields}
            conditions={draft.conditions}
            change={(conditions) => put({ conditions })}
            words={words}
          />
        ) : (
          <div className={styles.conditions}>
            <strong>{t('sharing.grant.rows')}</strong>
            <p className={styles.quiet}>{draft.kept && words.filter(draft.kept)}</p>
            <div>
              <button type="button" className={controls.quiet} onClick={() => put({ conditions: everyRow })}>
                {t('sharing.filter.writeAnew')}
              </button>
            </div>
          </div>
        )}
        <AreaField
          fields={fields}
          spatial={draft.spatial}
          change={(spatial) => put({ spatial })}
          words={words}
        />
        {subject.hasTime && (
          <div className={form.pair}>
            <DurationField
              label={t('sharing.grant.delay')}
              hint={t('sharing.grant.delayHint')}
              seconds={draft.delayS}
              change={(delayS) => put({ delayS })}
            />
            <DurationField
              label={t('sharing.grant.maxAge')}
              hint={t('sharing.grant.maxAgeHint')}
              seconds={draft.maxAgeS}
              change={(maxAgeS) => put({ maxAgeS })}
            />
          </div>
        )}
        <QuotaFields quota={draft.quota} change={(quota) => put({ quota })} />
        <div className={form.pair}>
          <Field
            label={t('sharing.grant.from')}
            type="date"
            value={draft.fromDay}
            onChange={({ target }) => put({ fromDay: target.value })}
          />
          <Field
            label={t('sharing.grant.until')}
            type="date"
            min={draft.fromDay || undefined}
            value={draft.untilDay}
            onChange={({ target }) => put({ untilDay: target.value })}
          />
        </div>
        <label className={form.field}>
          <span className={form.label}>{t('sharing.grant.template')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            value={draft.agreementTemplate ?? ''}
            onChange={({ target }) => put({ agreementTemplate: target.value || null })}
          >
            <option value="">{t('sharing.grant.noTemplate')}</option>
            {own.map(({ id, title, version }) => (
              <option key={id} value={id}>
                {t('sharing.templates.named', { title: title[language], version })}
              </option>
            ))}
          </select>
          <span className={form.hint}>{t('sharing.grant.templateHint')}</span>
        </label>
        <Field
          label={t('sharing.grant.note')}
          maxLength={2000}
          value={draft.note}
          onChange={({ target }) => put({ note: target.value })}
        />
        <Changes
          dataset={dataset}
          fields={fields}
          principals={audienceOf(
            subject.owner,
            draft.grantee ? [draft.grantee] : [],
            parties.organisations,
            parties.consortia,
          )}
          change={shown ? { grant: { id: grant?.id, body: JSON.parse(shown) } } : null}
          parties={parties}
        />
        <Refused error={save.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={!body || save.isPending}>
            {t(grant ? 'accounts.form.save' : 'sharing.grant.give')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
