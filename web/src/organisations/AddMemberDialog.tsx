import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConsortiumView, OrganisationView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { splitName } from '../accounts/names.ts'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { consortiumPath } from './api.ts'
import { endOfDay } from './days.ts'

/** Takes another organisation into a consortium. */
export function AddMemberDialog({
  consortium,
  organisations,
  onClose,
}: {
  consortium: ConsortiumView
  organisations: readonly OrganisationView[]
  onClose: () => void
}) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const others = organisations.filter(
    ({ id, status }) =>
      status === 'active' && !consortium.members.some((one) => one.organisation === id && one.until === null),
  )
  const [chosen, setChosen] = useState(others[0]?.id ?? '')
  const [until, setUntil] = useState('')
  const add = useMutation({
    mutationFn: () =>
      ask<ConsortiumView>(`${consortiumPath(consortium.id)}/members/${encodeURIComponent(chosen)}`, {
        method: 'PUT',
        body: { until: endOfDay(until) },
      }),
    onSuccess: (changed) => {
      queries.setQueryData(['consortium', consortium.id], changed)
      onClose()
    },
  })
  return (
    <Dialog title={t('organisations.consortia.add')} onClose={onClose}>
      {others.length === 0 ? (
        <p className={controls.note}>{t('organisations.consortia.allIn')}</p>
      ) : (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            add.mutate()
          }}
        >
          <label className={form.field}>
            <span className={form.label}>{t('organisations.consortia.organisation')}</span>
            <select
              className={`${controls.select} ${form.select}`}
              value={chosen}
              onChange={({ target }) => setChosen(target.value)}
            >
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {splitName(name).name}
                </option>
              ))}
            </select>
          </label>
          <Field
            label={t('organisations.form.until')}
            hint={t('organisations.form.untilHint')}
            type="date"
            value={until}
            onChange={({ target }) => setUntil(target.value)}
          />
          <Refused error={add.error} />
          <div className={`${form.actions} ${form.end}`}>
            <button type="button" className={controls.button} onClick={onClose}>
              {t('accounts.form.cancel')}
            </button>
            <button type="submit" className={controls.primary} disabled={add.isPending}>
              {t('organisations.consortia.add')}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
