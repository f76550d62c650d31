import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { Refused } from '../Refused.tsx'
import styles from './Entrance.module.css'
import { Entrance } from './Entrance.tsx'

/** `/signin/forgotten`: a link by mail, and the same answer whether or not somebody has the address. */
export function ForgottenPage() {
  const { t } = useLanguage()
  const [email, setEmail] = useState('')
  const mail = useMutation({
    mutationFn: (address: string) =>
      ask('/api/v1/accounts/forgotten', { method: 'POST', body: { email: address } }),
  })
  return (
    <Entrance title={t('accounts.forgotten.title')} lead={t('accounts.forgotten.lead')}>
      {mail.isSuccess ? (
        <p className={controls.note} role="status">
          {t('accounts.forgotten.sent', { email: mail.variables })}
        </p>
      ) : (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            mail.mutate(email.trim())
          }}
        >
          <Field
            label={t('accounts.form.email')}
            type="email"
            autoComplete="username"
            maxLength={254}
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
          <Refused error={mail.error} />
          <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={mail.isPending}>
            {t('accounts.forgotten.send')}
          </button>
        </form>
      )}
      <p className={styles.foot}>
        <Link to="/signin" search={(previous) => ({ lang: previous.lang })}>
          {t('accounts.forgotten.back')}
        </Link>
      </p>
    </Entrance>
  )
}
