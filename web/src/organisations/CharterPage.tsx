import styles from '../accounts/Page.module.css'
import { useSession } from '../accounts/session.ts'
import { useTitle } from '../accounts/use-title.ts'
import { useLanguage } from '../ui/use-language.ts'
import { CharterSection } from './CharterSection.tsx'

/** `/charter`: what every organisation of the platform agrees to. */
export function CharterPage() {
  const { t } = useLanguage()
  const { data: session } = useSession()
  useTitle(t('organisations.charter.ofPlatform'))
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{t('organisations.charter.pageTitle')}</h1>
      <p className={styles.lead}>{t('organisations.charter.lead')}</p>
      <div className={styles.stack}>
        <CharterSection
          consortium={undefined}
          maySign={session?.role === 'admin'}
          mayPublish={session?.person?.platformRoles.includes('platform-admin') ?? false}
        />
      </div>
    </div>
  )
}
