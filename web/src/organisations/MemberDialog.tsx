import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MemberView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { splitName } from '../accounts/names.ts'
import { Refused } from '../accounts/Refused.tsx'
import { useReadSessionAgain } from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { organisationPath } from './api.ts'
import { endOfDay, lastDayOf } from './days.ts'
import { RoleChoice } from './RoleChoice.tsx'

/** Another role or end date of a member. */
export function MemberDialog({
  organisation,
  member,
  onClose,
}: {
  organisation: string
  member: MemberView
  onClose: () => void
}) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const readAgain = useReadSessionAgain()
  const [role, setRole] = useState(member.role)
  const [until, setUntil] = useState(lastDayOf(member.until))
  const save = useMutation({
    mutationFn: () =>
      ask(`${organisationPath(organisation)}/members/${encodeURIComponent(member.id)}`, {
        method: 'PATCH',
        body: {
          ...(role !== member.role && { role }),
          ...(until !== lastDayOf(member.until) && { until: endOfDay(until) }),
        },
      }),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['organisation', organisation] })
      await readAgain()
    },
  })
  const isChanged = role !== member.role || until !== lastDayOf(member.until)
  return (
    <Dialog title={splitName(member.name).name} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <RoleChoice role={role} change={setRole} />
        <Field
          label={t('organisations.form.until')}
          hint={t('organisations.form.untilHint')}
          type="date"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
        />
        <p>{t('organisations.members.changeWhy')}</p>
        <Refused error={save.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={!isChanged || save.isPending}>
            {t('accounts.form.save')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
