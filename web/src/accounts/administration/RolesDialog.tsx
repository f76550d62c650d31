import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { AccountItem } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Dialog } from '../form/Dialog.tsx'
import form from '../form/Form.module.css'
import { splitName } from '../names.ts'
import { Refused } from '../Refused.tsx'

const roles = [
  'platform-admin',
  'auditor',
  'curator',
] as const satisfies readonly AccountItem['platformRoles'][number][]

/** Roles of the platform of one person. */
export function RolesDialog({
  account,
  onDone,
  onClose,
}: {
  account: AccountItem
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLanguage()
  const [chosen, setChosen] = useState(account.platformRoles)
  const save = useMutation({
    mutationFn: () =>
      ask(`/api/v1/accounts/${encodeURIComponent(account.id)}/platform-roles`, {
        method: 'PUT',
        body: { platformRoles: chosen },
      }),
    onSuccess: () => {
      onDone()
      onClose()
    },
  })
  return (
    <Dialog title={t('accounts.people.rolesOf', { name: splitName(account.name).name })} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <fieldset className={form.choices}>
          <legend>{t('accounts.people.rolesWhy')}</legend>
          {roles.map((role) => (
            <label key={role} className={form.choice}>
              <input
                type="checkbox"
                checked={chosen.includes(role)}
                onChange={({ target }) =>
                  setChosen(roles.filter((one) => (one === role ? target.checked : chosen.includes(one))))
                }
              />
              <span>{t(`accounts.platformRole.${role}`)}</span>
              <small>{t(`accounts.platformRoleWhat.${role}`)}</small>
            </label>
          ))}
        </fieldset>
        <Refused error={save.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={save.isPending}>
            {t('accounts.form.save')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
