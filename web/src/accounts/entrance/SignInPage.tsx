import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { useSession } from '../session.ts'
import { Entrance } from './Entrance.tsx'
import { Providers } from './Providers.tsx'
import { SignInForm } from './SignInForm.tsx'

/** `/signin`: in with address and password or at a provider, then back to where one came from. */
export function SignInPage() {
  const { t } = useLanguage()
  const { history } = useRouter()
  const { returnTo = '/live', error, done } = useSearch({ from: '/signin' })
  const { data: session } = useSession()
  const isSignedIn = session?.person != null
  useEffect(() => {
    if (isSignedIn) history.replace(returnTo)
  }, [isSignedIn, history, returnTo])

  return (
    <Entrance title={t('accounts.signin.title')} lead={t('accounts.signin.lead')}>
      {error && (
        <p className={controls.error} role="alert">
          {t(`accounts.refused.${error}`)}
        </p>
      )}
      {done && (
        <p className={controls.note} role="status">
          {t(`accounts.done.${done}`)}
        </p>
      )}
      {session?.needsSetup && <p className={controls.note}>{t('accounts.signin.nobody')}</p>}
      <SignInForm />
      <Providers providers={session?.providers ?? []} returnTo={returnTo} />
    </Entrance>
  )
}
