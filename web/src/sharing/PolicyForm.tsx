import { useState } from 'react'
import type { Policy, PolicyBody, Visibility } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import form from '../accounts/form/Form.module.css'
import page from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type PolicyView, sharedPath, useChange } from './api.ts'
import { audienceOf } from './audience.ts'
import { Changes } from './Changes.tsx'
import { ConditionList } from './ConditionList.tsx'
import { filterOf, readConditions } from './conditions.ts'
import { kindOfField } from './fields.ts'
import type { PolicySubject } from './GrantDialog.tsx'
import { everyRow } from './grant-draft.ts'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'
import { useWords } from './use-words.ts'

const levels = ['public', 'consortium', 'orgs', 'private'] as const satisfies readonly Visibility[]

/** Who gets the data, and who may know of them: four plain choices each. What changes is said before it is saved. */
export function PolicyForm({
  subject,
  view: { policy, grants },
  parties,
}: {
  subject: PolicySubject
  view: PolicyView
  parties: Parties
}) {
  const { t } = useLanguage()
  const { id: dataset, fields } = subject
  const words = useWords(fields)
  const { dataset: _, owner, version, ...saved } = policy
  const [draft, setDraft] = useState<PolicyBody>(saved)
  const [conditions, setConditions] = useState(() => readConditions(policy.rowFilter))
  const narrowest = levels.indexOf(draft.visibility)
  const putLevel = (visibility: Visibility) =>
    setDraft({
      ...draft,
      visibility,
      // Whoever gets the data knows that they exist.
      metadataVisibility:
        levels[Math.min(levels.indexOf(visibility), levels.indexOf(draft.metadataVisibility))]!,
    })
  const needsConsortium = draft.visibility === 'consortium' || draft.metadataVisibility === 'consortium'
  const hasPreset = draft.visibility === 'public' || draft.visibility === 'consortium'
  const rowFilter = conditions
    ? filterOf(conditions, (name) => {
        const field = fields.find((one) => one.name === name)
        return field && kindOfField(field)
      })
    : draft.rowFilter
  const wanted: PolicyBody | undefined =
    rowFilter === undefined || (needsConsortium && draft.consortium === null)
      ? undefined
      : {
          ...draft,
          rowFilter: hasPreset ? rowFilter : null,
          consortium: needsConsortium ? draft.consortium : null,
        }
  const isChanged = wanted !== undefined && JSON.stringify(ordered(wanted)) !== JSON.stringify(ordered(saved))
  const save = useChange(
    (body: PolicyBody) => ask<Policy>(`${sharedPath(dataset)}/policy`, { method: 'PUT', body }),
    ['policy', dataset],
    ['dataset', dataset],
  )
  return (
    <form
      className={page.card}
      onSubmit={(event) => {
        event.preventDefault()
        if (wanted) save.mutate(wanted)
      }}
    >
      <div className={styles.twoChoices}>
        <fieldset className={form.choices}>
          <legend>{t('sharing.level.data')}</legend>
          {levels.map((level) => (
            <label key={level} className={form.choice}>
              <input
                type="radio"
                name="visibility"
                checked={draft.visibility === level}
                disabled={level === 'consortium' && parties.consortia.length === 0}
                onChange={() => putLevel(level)}
              />
              <span>{t(`sharing.level.${level}`)}</span>
              <small>{t(`sharing.levelWhat.${level}`)}</small>
            </label>
          ))}
        </fieldset>
        <fieldset className={form.choices}>
          <legend>{t('sharing.level.record')}</legend>
          {levels.map((level, i) => (
            <label key={level} className={form.choice} data-off={i > narrowest ? '' : undefined}>
              <input
                type="radio"
                name="metadataVisibility"
                checked={draft.metadataVisibility === level}
                disabled={i > narrowest || (level === 'consortium' && parties.consortia.length === 0)}
                onChange={() => setDraft({ ...draft, metadataVisibility: level })}
              />
              <span>{t(`sharing.recordLevel.${level}`)}</span>
            </label>
          ))}
          <p className={styles.quiet}>{t('sharing.level.recordWhy')}</p>
        </fieldset>
      </div>
      {needsConsortium && (
        <label className={form.field}>
          <span className={form.label}>{t('sharing.level.which')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            required
            value={draft.consortium ?? ''}
            onChange={({ target }) => setDraft({ ...draft, consortium: target.value || null })}
          >
            <option value="">{t('sharing.grant.choose')}</option>
            {parties.consortia.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {hasPreset &&
        (conditions ? (
          <ConditionList
            legend={t('sharing.level.rows')}
            fields={fields}
            conditions={conditions}
            change={setConditions}
            words={words}
          />
        ) : (
          <div className={styles.conditions}>
            <strong>{t('sharing.level.rows')}</strong>
            <p className={styles.quiet}>{draft.rowFilter && words.filter(draft.rowFilter)}</p>
            <div>
              <button type="button" className={controls.quiet} onClick={() => setConditions(everyRow)}>
                {t('sharing.filter.writeAnew')}
              </button>
            </div>
          </div>
        ))}
      <label className={form.field}>
        <span className={form.label}>{t('sharing.personal.label')}</span>
        <select
          className={`${controls.select} ${form.select} ${styles.short}`}
          value={draft.personalData}
          onChange={({ target }) =>
            setDraft({ ...draft, personalData: target.value as PolicyBody['personalData'] })
          }
        >
          {(['none', 'pseudonymous', 'personal'] as const).map((kind) => (
            <option key={kind} value={kind}>
              {t(`sharing.personal.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      {isChanged && (
        <Changes
          dataset={dataset}
          fields={fields}
          principals={audienceOf(
            owner,
            [
              ...grants.filter(({ revokedAt }) => revokedAt === null).map(({ grantee }) => grantee),
              ...(draft.consortium === null
                ? []
                : [{ kind: 'consortium' as const, consortium: draft.consortium }]),
            ],
            parties.organisations,
            parties.consortia,
          )}
          change={{ policy: wanted }}
          parties={parties}
        />
      )}
      <Refused error={save.error} />
      <div className={form.actions}>
        <button type="submit" className={controls.primary} disabled={!isChanged || save.isPending}>
          {t('accounts.form.save')}
        </button>
        {isChanged && (
          <button
            type="button"
            className={controls.button}
            onClick={() => {
              setDraft(saved)
              setConditions(readConditions(policy.rowFilter))
            }}
          >
            {t('sharing.undo')}
          </button>
        )}
        <span role="status" className={styles.quiet}>
          {save.isSuccess && !isChanged ? t('sharing.saved') : ''}
        </span>
      </div>
    </form>
  )
}

/** Members in one order, so that equal policies are written alike. */
const ordered = ({
  visibility,
  metadataVisibility,
  consortium,
  personalData,
  rowFilter,
  aggregate,
}: PolicyBody) => [visibility, metadataVisibility, consortium, personalData, rowFilter, aggregate]
