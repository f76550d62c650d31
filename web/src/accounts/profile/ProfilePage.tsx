import { Link, useParams } from '@tanstack/react-router'
import { NotFound } from '../../shell/NotFound.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { Named } from '../Named.tsx'
import styles from '../Page.module.css'
import { SignedIn } from '../SignedIn.tsx'
import { showCurrent } from '../show-current.ts'
import { useTitle } from '../use-title.ts'
import { DataSection } from './DataSection.tsx'
import { IdentitySection } from './IdentitySection.tsx'
import { KeysSection } from './KeysSection.tsx'
import { SecuritySection } from './SecuritySection.tsx'
import { SessionsSection } from './SessionsSection.tsx'
import { profileSections } from './sections.ts'

const parts = {
  identity: IdentitySection,
  security: SecuritySection,
  sessions: SessionsSection,
  keys: KeysSection,
  data: DataSection,
}

/** `/profile/…`: what is mine here, and what I decide about it. */
export function ProfilePage() {
  const { t } = useLanguage()
  const { section: asked = 'identity' } = useParams({ strict: false })
  const section = profileSections.find((known) => known === asked)
  useTitle(section ? t(`accounts.profile.${section}`) : t('notFound.title'))
  if (!section) return <NotFound />
  const Part = parts[section]
  return (
    <SignedIn>
      {(session) => (
        <div className={styles.page}>
          <h1 className={styles.title}>
            <Named name={session.person.name} isSimulated={session.person.isDemo} />
          </h1>
          <p className={styles.lead}>{session.person.email}</p>
          <div className={styles.columns}>
            <nav ref={showCurrent} className={styles.rail} aria-label={t('accounts.profile.title')}>
              {profileSections.map((name) => (
                <Link
                  key={name}
                  to={name === 'identity' ? '/profile' : '/profile/$section'}
                  params={{ section: name }}
                  search={(previous) => ({ lang: previous.lang })}
                  activeOptions={{ exact: true, includeSearch: false }}
                >
                  {t(`accounts.profile.${name}`)}
                </Link>
              ))}
            </nav>
            <div className={styles.body}>
              <Part session={session} />
            </div>
          </div>
        </div>
      )}
    </SignedIn>
  )
}
