import { useQuery } from '@tanstack/react-query'
import type { AccountEvent } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Listed } from '../Listed.tsx'
import { useMoments } from '../moments.ts'
import styles from '../Page.module.css'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { eventWordsOf } from './event-words.ts'
import { PasswordForm } from './PasswordForm.tsx'
import { SecondFactor } from './SecondFactor.tsx'

/** Password, second factor, and what happened to the account. */
export function SecuritySection({ session }: { session: PersonSession }) {
  const { t } = useLanguage()
  const { time } = useMoments()
  const { person, providers } = session
  const linked = person.providers.map((id) => providers.find((known) => known.id === id)?.name ?? id)
  const events = useQuery({
    queryKey: ['my-events'],
    queryFn: ({ signal }) => ask<{ events: AccountEvent[] }>('/api/v1/accounts/me/events', { signal }),
  })
  return (
    <>
      <Section
        title={t('accounts.password.title')}
        about={
          person.hasPassword
            ? t('accounts.password.about')
            : t('accounts.password.elsewhere', { names: linked.join(', ') })
        }
      >
        {person.hasPassword && <PasswordForm />}
      </Section>
      <SecondFactor person={person} />
      {providers.length > 0 && (
        <Section title={t('accounts.providers.title')} about={t('accounts.providers.about')}>
          <ul className={styles.list}>
            {providers.map(({ id, name, startUrl }) => (
              <li key={id} className={styles.item}>
                <div className={styles.what}>
                  <strong>{name}</strong>
                </div>
                {person.providers.includes(id) ? (
                  <span className={`${controls.badge} ${styles.good}`}>{t('accounts.providers.linked')}</span>
                ) : (
                  <a
                    className={controls.button}
                    href={`${startUrl}?${new URLSearchParams({ returnTo: '/profile/security', link: 'true' })}`}
                  >
                    {t('accounts.providers.link')}
                  </a>
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t('accounts.events.title')} about={t('accounts.events.about')}>
        <Listed query={events}>
          {({ events: happened }) => (
            <ul className={styles.list}>
              {happened.slice(0, 20).map(({ id, at, kind }) => (
                <li key={id} className={styles.item}>
                  <span className={styles.what}>{eventWordsOf(kind, t)}</span>
                  <span className={styles.sub}>{time(at)}</span>
                </li>
              ))}
            </ul>
          )}
        </Listed>
      </Section>
    </>
  )
}
