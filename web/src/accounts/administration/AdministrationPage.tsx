import { Link, useParams } from '@tanstack/react-router'
import { OutboxPart } from '../../mail/OutboxPart.tsx'
import { OrganisationsPart } from '../../organisations/OrganisationsPart.tsx'
import message from '../../shell/Message.module.css'
import { NotFound } from '../../shell/NotFound.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import styles from '../Page.module.css'
import { SignedIn } from '../SignedIn.tsx'
import { showCurrent } from '../show-current.ts'
import { useTitle } from '../use-title.ts'
import { EventsPart } from './EventsPart.tsx'
import { PeoplePart } from './PeoplePart.tsx'
import { sectionsOf } from './sections.ts'

const parts = {
  people: PeoplePart,
  organisations: OrganisationsPart,
  outbox: OutboxPart,
  events: EventsPart,
}

/** `/administration/…`: who uses this platform, for those who run or audit it. */
export function AdministrationPage() {
  const { t } = useLanguage()
  const { section: asked } = useParams({ strict: false })
  useTitle(t('accounts.admin.title'))
  return (
    <SignedIn>
      {(session) => {
        const sections = sectionsOf(session.person.platformRoles)
        const section = asked === undefined ? sections[0] : sections.find((name) => name === asked)
        if (sections.length === 0)
          return (
            <div className={message.page}>
              <h1>{t('accounts.admin.notYours')}</h1>
              <p>{t('accounts.admin.notYoursWhy')}</p>
            </div>
          )
        if (!section) return <NotFound />
        const Part = parts[section]
        return (
          <div className={styles.page}>
            <h1 className={styles.title}>{t('accounts.admin.title')}</h1>
            <p className={styles.lead}>{t('accounts.admin.lead')}</p>
            <div className={styles.columns}>
              <nav ref={showCurrent} className={styles.rail} aria-label={t('accounts.admin.title')}>
                {sections.map((name) => (
                  <Link
                    key={name}
                    to="/administration/$section"
                    params={{ section: name }}
                    search={(previous) => ({ lang: previous.lang })}
                    aria-current={name === section ? 'page' : undefined}
                  >
                    {t(`accounts.admin.${name}`)}
                  </Link>
                ))}
              </nav>
              <div className={styles.body}>
                <Part session={session} />
              </div>
            </div>
          </div>
        )
      }}
    </SignedIn>
  )
}
