import { useQuery } from '@tanstack/react-query'
import type { AccountEvent, AccountItem } from '../../../../src/accounts/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Listed } from '../Listed.tsx'
import { useMoments } from '../moments.ts'
import { splitName } from '../names.ts'
import styles from '../Page.module.css'
import { eventWordsOf } from '../profile/event-words.ts'
import { Section } from '../Section.tsx'

/** What happened to accounts, newest first, for auditors. */
export function EventsPart() {
  const { t } = useLanguage()
  const { time } = useMoments()
  const people = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => ask<{ accounts: AccountItem[] }>('/api/v1/accounts', { signal }),
  })
  const events = useQuery({
    queryKey: ['account-events'],
    queryFn: ({ signal }) => ask<{ events: AccountEvent[] }>('/api/v1/accounts/events?limit=500', { signal }),
  })
  const nameOf = (id: string | null) => {
    const known = people.data?.accounts.find((account) => account.id === id)
    return known ? splitName(known.name).name : id === null ? '' : t('accounts.erasedPerson')
  }
  return (
    <Section title={t('accounts.admin.events')} about={t('accounts.events.auditorAbout')}>
      <Listed query={events}>
        {({ events: happened }) =>
          happened.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('accounts.events.none')}</strong>
            </div>
          ) : (
            <ul className={styles.list}>
              {happened.map((event) => (
                <li key={event.id} className={styles.item}>
                  <div className={styles.what}>
                    <strong>{eventWordsOf(event.kind, t)}</strong>
                    <span className={styles.sub}>
                      {[
                        nameOf(event.account),
                        event.actor !== null && event.actor !== event.account
                          ? t('accounts.events.by', { name: nameOf(event.actor) })
                          : '',
                        event.organisation ?? '',
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </div>
                  <span className={styles.sub}>{time(event.at)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Listed>
    </Section>
  )
}
