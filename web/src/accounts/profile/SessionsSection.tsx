import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { SessionItem } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { agentName } from '../agent.ts'
import { ask } from '../ask.ts'
import { Confirm } from '../form/Confirm.tsx'
import { Listed } from '../Listed.tsx'
import { useMoments } from '../moments.ts'
import { splitName } from '../names.ts'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { useReadSessionAgain } from '../session.ts'

const path = '/api/v1/accounts/me/sessions'

/** Where I am signed in; each can be ended, and all at once. */
export function SessionsSection({ session: { memberships } }: { session: PersonSession }) {
  const { t } = useLanguage()
  const { age, time } = useMoments()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const readAgain = useReadSessionAgain()
  const [isAsking, setAsking] = useState(false)
  const list = useQuery({
    queryKey: ['my-sessions'],
    queryFn: ({ signal }) => ask<{ sessions: SessionItem[] }>(path, { signal }),
  })
  const end = useMutation({
    mutationFn: (id: string) => ask(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['my-sessions'] }),
  })
  const endAll = useMutation({
    mutationFn: async () => {
      await ask(path, { method: 'DELETE' })
      // The entrance leads on who still seems to be signed in.
      await readAgain()
      await navigate({
        to: '/signin',
        search: (previous) => ({ lang: previous.lang, done: 'ended' as const }),
      })
    },
  })
  const nameOf = (id: string | null) =>
    splitName(memberships.find(({ organisation }) => organisation === id)?.organisationName ?? '').name
  return (
    <Section
      title={t('accounts.profile.sessions')}
      about={t('accounts.sessions.about')}
      action={
        <button type="button" className={controls.danger} onClick={() => setAsking(true)}>
          {t('accounts.sessions.endAll')}
        </button>
      }
    >
      <Refused error={end.error} />
      <Listed query={list}>
        {({ sessions }) => (
          <ul className={styles.list}>
            {sessions.map((item) => (
              <li key={item.id} className={styles.item}>
                <div className={styles.what}>
                  <strong>
                    {agentName(item.agent) || t('accounts.sessions.unknown')}
                    {item.isCurrent && (
                      <span className={`${controls.badge} ${styles.good}`}>
                        {t('accounts.sessions.this')}
                      </span>
                    )}
                  </strong>
                  <span className={styles.sub}>
                    {[
                      item.address,
                      t('accounts.sessions.seen', { age: age(item.seenAt) }),
                      t('accounts.sessions.since', { time: time(item.createdAt) }),
                      nameOf(item.organisation),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </div>
                {!item.isCurrent && (
                  <button
                    type="button"
                    className={controls.button}
                    disabled={end.isPending}
                    onClick={() => end.mutate(item.id)}
                  >
                    {t('accounts.sessions.end')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Listed>
      {isAsking && (
        <Confirm
          title={t('accounts.sessions.endAllTitle')}
          action={t('accounts.sessions.endAll')}
          doing={endAll}
          onConfirm={() => endAll.mutate()}
          onClose={() => setAsking(false)}
        >
          {t('accounts.sessions.endAllWhy')}
        </Confirm>
      )}
    </Section>
  )
}
