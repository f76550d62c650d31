import { Link } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { SessionView } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { formatDuration } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { useNow } from '../../ui/use-now.ts'
import { Denied } from '../ask.ts'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { PasswordField } from '../form/PasswordField.tsx'
import { Refused } from '../Refused.tsx'
import { useSignIn } from '../session.ts'
import styles from './Entrance.module.css'

const codeOf = (error: unknown) => (error instanceof Denied ? error.code : undefined)

/** Address and password, then the second factor of those who have one. */
export function SignInForm({
  email: given,
  onDone,
}: {
  email?: string
  onDone?: (session: SessionView) => void
}) {
  const { t, language } = useLanguage()
  const signIn = useSignIn()
  const [email, setEmail] = useState(given ?? '')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [isCodeAsked, setCodeAsked] = useState(false)
  const [usesRecovery, setUsesRecovery] = useState(false)
  const [readyAtMs, setReadyAtMs] = useState(0)
  const codeField = useRef<HTMLDivElement>(null)
  const now = useNow()
  const waitS = Math.ceil((readyAtMs - now) / 1000)

  useEffect(() => {
    if (isCodeAsked) codeField.current?.querySelector('input')?.focus()
  }, [isCodeAsked])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate(
      { email: email.trim(), password, ...(isCodeAsked && { code: code.trim() }) },
      {
        onSuccess: (session) => onDone?.(session),
        onError: (error) => {
          setCode('')
          if (codeOf(error) === 'code_required') setCodeAsked(true)
          if (error instanceof Denied && error.retryAfterS)
            setReadyAtMs(Date.now() + error.retryAfterS * 1000)
        },
      },
    )
  }
  const error = codeOf(signIn.error) === 'code_required' || waitS > 0 ? null : signIn.error

  return (
    <form className={form.form} onSubmit={submit}>
      {isCodeAsked ? (
        <div ref={codeField}>
          <Field
            key={usesRecovery ? 'recovery' : 'code'}
            label={t(usesRecovery ? 'accounts.signin.recoveryCode' : 'accounts.signin.code')}
            hint={t(usesRecovery ? 'accounts.signin.recoveryHint' : 'accounts.signin.codeHint')}
            autoComplete="one-time-code"
            inputMode={usesRecovery ? 'text' : 'numeric'}
            spellCheck={false}
            autoCapitalize="none"
            minLength={6}
            maxLength={40}
            required
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
        </div>
      ) : (
        <>
          <Field
            label={t('accounts.form.email')}
            type="email"
            name="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={254}
            required
            readOnly={given !== undefined}
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
          <PasswordField
            label={t('accounts.form.password')}
            name="password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </>
      )}
      {waitS > 0 ? (
        <p className={controls.error} role="alert">
          {t('accounts.signin.wait')}
        </p>
      ) : (
        <Refused error={error} />
      )}
      <button
        type="submit"
        className={`${controls.primary} ${form.whole}`}
        disabled={signIn.isPending || waitS > 0}
      >
        {waitS > 0
          ? t('accounts.signin.again', { duration: formatDuration(waitS, language) })
          : t(signIn.isPending ? 'accounts.signin.signing' : 'accounts.signIn')}
      </button>
      <div className={styles.row}>
        {isCodeAsked ? (
          <>
            <button type="button" className={controls.quiet} onClick={() => setUsesRecovery(!usesRecovery)}>
              {t(usesRecovery ? 'accounts.signin.useCode' : 'accounts.signin.useRecovery')}
            </button>
            <button
              type="button"
              className={controls.quiet}
              onClick={() => {
                setCodeAsked(false)
                signIn.reset()
              }}
            >
              {t('accounts.signin.other')}
            </button>
          </>
        ) : (
          <Link to="/signin/forgotten" search={(previous) => ({ lang: previous.lang })}>
            {t('accounts.signin.forgotten')}
          </Link>
        )}
      </div>
    </form>
  )
}
