import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type OrganisationRole, organisationPath } from './api.ts'
import { endOfDay } from './days.ts'
import { RoleChoice } from './RoleChoice.tsx'

/** Invites one address. */
export function InviteDialog({ organisation, onClose }: { organisation: string; onClose: () => void }) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<OrganisationRole>('reader')
  const [until, setUntil] = useState('')
  const invite = useMutation({
    mutationFn: () =>
      ask(`${organisationPath(organisation)}/invitations`, {
        method: 'POST',
        body: { email: email.trim(), role, until: endOfDay(until) },
      }),
    onSuccess: () => {
      onClose()
      return queries.invalidateQueries({ queryKey: ['organisation', organisation, 'invitations'] })
    },
  })
  return (
    <Dialog title={t('organisations.invite.begin')} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate()
        }}
      >
        <Field
          label={t('accounts.form.email')}
          hint={t('organisations.invite.hint')}
          type="email"
          autoComplete="off"
          maxLength={254}
          required
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
        <RoleChoice role={role} change={setRole} />
        <Field
          label={t('organisations.form.until')}
          hint={t('organisations.form.untilHint')}
          type="date"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
        />
        <Refused error={invite.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={invite.isPending}>
            {t('organisations.invite.send')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
