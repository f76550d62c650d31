import { useQuery } from '@tanstack/react-query'
import type { Outbox } from '../../../src/mail/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import styles from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { linkedText } from './linked-text.ts'

const readAgainMs = 15_000

/** Mails that no server sends: whoever runs the platform hands their links on. */
export function OutboxPart() {
  const { t } = useLanguage()
  const { time } = useMoments()
  const outbox = useQuery({
    queryKey: ['outbox'],
    queryFn: ({ signal }) => ask<Outbox>('/api/v1/outbox', { signal }),
    refetchInterval: readAgainMs,
  })
  return (
    <Section title={t('accounts.admin.outbox')} about={t('mail.about')}>
      <Listed query={outbox}>
        {({ isUsed, mails }) =>
          mails.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t(isUsed ? 'mail.none' : 'mail.sent')}</strong>
              <p>{t(isUsed ? 'mail.noneWhy' : 'mail.sentWhy')}</p>
            </div>
          ) : (
            <ul className={styles.list}>
              {mails.map(({ id, to, subject, text, createdAt }) => (
                <li key={id} className={styles.item}>
                  <div className={styles.what}>
                    <strong>{subject}</strong>
                    <span className={styles.sub}>{t('mail.to', { to, time: time(createdAt) })}</span>
                    <p className={styles.mail}>
                      {linkedText(text).map((part) =>
                        part.isLink ? (
                          <a key={part.text} href={part.text} rel="noreferrer" className={styles.way}>
                            {part.text}
                          </a>
                        ) : (
                          part.text
                        ),
                      )}
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Listed>
    </Section>
  )
}
