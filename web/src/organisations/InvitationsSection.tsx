import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../accounts/ask.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import styles from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import { Section } from '../accounts/Section.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { organisationPath, useInvitations } from './api.ts'

/** Invitations of an organisation, the open ones first; each can be revoked. */
export function InvitationsSection({ organisation }: { organisation: string }) {
  const { t } = useLanguage()
  const { day } = useMoments()
  const queries = useQueryClient()
  const invitations = useInvitations(organisation)
  const revoke = useMutation({
    mutationFn: (id: string) =>
      ask(`${organisationPath(organisation)}/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['organisation', organisation, 'invitations'] }),
  })
  return (
    <Section title={t('organisations.invite.title')} about={t('organisations.invite.about')}>
      <Refused error={revoke.error} />
      <Listed query={invitations}>
        {(all) =>
          all.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('organisations.invite.none')}</strong>
            </div>
          ) : (
            <ul className={styles.list}>
              {[...all]
                .sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open'))
                .map((invitation) => (
                  <li
                    key={invitation.id}
                    className={styles.item}
                    data-off={invitation.state === 'open' ? undefined : ''}
                  >
                    <div className={styles.what}>
                      <strong>
                        {invitation.email}
                        <span
                          className={`${controls.badge} ${invitation.state === 'open' ? styles.good : ''}`}
                        >
                          {t(`organisations.invite.state.${invitation.state}`)}
                        </span>
                      </strong>
                      <span className={styles.sub}>
                        {t(`organisations.role.${invitation.role}`)} ·{' '}
                        {t('organisations.invite.expires', { day: day(invitation.expiresAt) })}
                      </span>
                    </div>
                    {invitation.state === 'open' && (
                      <button
                        type="button"
                        className={controls.button}
                        aria-label={t('organisations.invite.revokeOne', { email: invitation.email })}
                        disabled={revoke.isPending}
                        onClick={() => revoke.mutate(invitation.id)}
                      >
                        {t('organisations.invite.revoke')}
                      </button>
                    )}
                  </li>
                ))}
            </ul>
          )
        }
      </Listed>
    </Section>
  )
}
