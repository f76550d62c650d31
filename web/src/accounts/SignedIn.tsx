import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Person, SessionView } from '../../../src/accounts/schema.ts'
import message from '../shell/Message.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { useSession } from './session.ts'
import { useRefusal } from './use-refusal.ts'

export type PersonSession = SessionView & { person: Person }

/** What is for who is signed in; others are led to the door and back. */
export function SignedIn({ children }: { children: (session: PersonSession) => ReactNode }) {
  const { t } = useLanguage()
  const say = useRefusal()
  const { href } = useLocation()
  const { data, error, refetch, isFetching } = useSession()
  if (data?.person) return <>{children({ ...data, person: data.person })}</>
  if (data)
    return (
      <div className={message.page}>
        <h1>{t('accounts.first.title')}</h1>
        <p>{t('accounts.first.why')}</p>
        <Link
          to="/signin"
          search={(previous) => ({ lang: previous.lang, returnTo: href })}
          className={message.action}
        >
          {t('accounts.signIn')}
        </Link>
      </div>
    )
  if (!error)
    return (
      <div className={message.page} role="status">
        <p>{t('accounts.opening')}</p>
      </div>
    )
  return (
    <div className={message.page} role="alert">
      <h1>{t('accounts.failed')}</h1>
      <p>{say(error)}</p>
      <button type="button" className={message.action} disabled={isFetching} onClick={() => void refetch()}>
        {t('live.retry')}
      </button>
    </div>
  )
}
