import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import page from '../accounts/Page.module.css'
import { type PersonSession, SignedIn } from '../accounts/SignedIn.tsx'
import { useTitle } from '../accounts/use-title.ts'
import { useLanguage } from '../ui/use-language.ts'

const pages = ['/requests', '/agreements', '/journal'] as const

/** The frame of the pages of sharing: what is asked for, what is agreed, what was used. */
export function SharingFrame({
  title,
  lead,
  children,
}: {
  title: string
  lead: string
  children: (session: PersonSession) => ReactNode
}) {
  const { t } = useLanguage()
  useTitle(title)
  return (
    <SignedIn>
      {(session) => (
        <div className={page.page}>
          <h1 className={page.title}>{title}</h1>
          <p className={page.lead}>{lead}</p>
          <div className={page.columns}>
            <nav className={page.rail} aria-label={t('sharing.pages.label')}>
              {pages.map((to) => (
                <Link
                  key={to}
                  to={to}
                  search={(previous) => ({ lang: previous.lang })}
                  activeOptions={{ includeSearch: false }}
                >
                  {t(`sharing.pages.${to.slice(1) as 'requests'}`)}
                </Link>
              ))}
            </nav>
            <div className={page.body}>{children(session)}</div>
          </div>
        </div>
      )}
    </SignedIn>
  )
}

/** People who may sign for the organisation they act for. */
export const maySign = ({ role }: { role: string | null }): boolean => role === 'admin' || role === 'steward'
