import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
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
import { endOfDay } from './days.ts'

/** Makes a consortium; with an end it is a team for a while. */
export function ConsortiumDialog({
  organisations,
  acting,
  onClose,
}: {
  organisations: readonly OrganisationView[]
  acting: string | undefined
  onClose: () => void
}) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [until, setUntil] = useState('')
  const [organisation, setOrganisation] = useState(acting ?? organisations[0]?.id ?? '')
  const make = useMutation({
    mutationFn: () =>
      ask<ConsortiumView>('/api/v1/consortia', {
        method: 'POST',
        body: { name, organisation, until: endOfDay(until) },
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['consortia'] })
      await navigate({
        to: '/consortia/$id',
        params: { id },
        search: (previous) => ({ lang: previous.lang }),
      })
    },
  })
  return (
    <Dialog title={t('organisations.consortia.make')} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Field
          label={t('organisations.form.name')}
          maxLength={200}
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <label className={form.field}>
          <span className={form.label}>{t('organisations.consortia.coordinator')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            value={organisation}
            disabled={acting !== undefined}
            onChange={({ target }) => setOrganisation(target.value)}
          >
            {organisations.map((one) => (
              <option key={one.id} value={one.id}>
                {splitName(one.name).name}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t('organisations.form.until')}
          hint={t('organisations.consortia.untilHint')}
          type="date"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
        />
        <Refused error={make.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={make.isPending}>
            {t('organisations.form.make')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
