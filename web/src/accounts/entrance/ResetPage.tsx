import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import form from '../form/Form.module.css'
import { PasswordField } from '../form/PasswordField.tsx'
import { Refused } from '../Refused.tsx'
import { useReadSessionAgain } from '../session.ts'
import styles from './Entrance.module.css'
import { Entrance } from './Entrance.tsx'
import { useLinkToken } from './use-link-token.ts'

/** `/reset#…`: a new password with the token of a mail. */
export function ResetPage() {
  const { t } = useLanguage()
  const token = useLinkToken()
  const navigate = useNavigate()
  const readAgain = useReadSessionAgain()
  const [password, setPassword] = useState('')
  const reset = useMutation({
    mutationFn: () => ask('/api/v1/accounts/reset', { method: 'POST', body: { token, password } }),
    onSuccess: async () => {
      await readAgain()
      await navigate({
        to: '/signin',
        search: (previous) => ({ lang: previous.lang, done: 'password' as const }),
        hash: '',
        replace: true,
      })
    },
  })
  return (
    <Entrance title={t('accounts.reset.title')} lead={t('accounts.reset.lead')}>
      {token === '' ? (
        <p className={controls.error} role="alert">
          {t('accounts.noToken')}
        </p>
      ) : (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            reset.mutate()
          }}
        >
          <PasswordField
            isNew
            label={t('accounts.form.newPassword')}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
          <Refused error={reset.error} />
          <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={reset.isPending}>
            {t('accounts.reset.save')}
          </button>
        </form>
      )}
      <p className={styles.foot}>
        <Link to="/signin/forgotten" search={(previous) => ({ lang: previous.lang })} hash="">
          {t('accounts.reset.another')}
        </Link>
      </p>
    </Entrance>
  )
}
