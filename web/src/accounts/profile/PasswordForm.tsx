import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import form from '../form/Form.module.css'
import { PasswordField } from '../form/PasswordField.tsx'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'

/** Changes the password; the other sessions end. */
export function PasswordForm() {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const save = useMutation({
    mutationFn: () => ask('/api/v1/accounts/me/password', { method: 'PUT', body: { current, password } }),
    onSuccess: () => {
      setCurrent('')
      setPassword('')
      void queries.invalidateQueries({ queryKey: ['my-sessions'] })
      void queries.invalidateQueries({ queryKey: ['my-events'] })
    },
  })
  return (
    <form
      className={`${styles.card} ${form.form}`}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div className={form.pair}>
        <PasswordField
          label={t('accounts.password.current')}
          value={current}
          onChange={({ target }) => setCurrent(target.value)}
        />
        <PasswordField
          isNew
          label={t('accounts.form.newPassword')}
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </div>
      <Refused error={save.error} />
      <div className={form.actions}>
        <button type="submit" className={controls.primary} disabled={save.isPending}>
          {t('accounts.password.change')}
        </button>
        <span role="status">{save.isSuccess ? t('accounts.password.changed') : ''}</span>
      </div>
    </form>
  )
}
