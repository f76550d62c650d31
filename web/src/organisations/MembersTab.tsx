import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { MemberView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import { initialsOf, splitName } from '../accounts/names.ts'
import styles from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useReadSessionAgain, useSession } from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { organisationPath, useMembers } from './api.ts'
import { InvitationsSection } from './InvitationsSection.tsx'
import { InviteDialog } from './InviteDialog.tsx'
import { MemberDialog } from './MemberDialog.tsx'
import type { OrganisationPartProps } from './OrganisationPage.tsx'

/** Who acts for an organisation, as what and until when; for its administrators also who is invited. */
export function MembersTab({ organisation, standing }: OrganisationPartProps) {
  const { t } = useLanguage()
  const { data: session } = useSession()
  const members = useMembers(organisation.id)
  const [isInviting, setInviting] = useState(false)
  const [changing, setChanging] = useState<MemberView>()
  const [ending, setEnding] = useState<MemberView>()
  const mayManage = standing.isAdmin || standing.isPlatformAdmin
  const invite = mayManage && organisation.status === 'active' && (
    <button type="button" className={controls.primary} onClick={() => setInviting(true)}>
      {t('organisations.invite.begin')}
    </button>
  )
  const me = session?.person?.id
  const period = usePeriod()
  return (
    <>
      <Section
        title={t('organisations.tab.members')}
        about={t('organisations.members.about')}
        action={members.data?.length ? invite : undefined}
      >
        <Listed query={members}>
          {(all) =>
            all.length === 0 ? (
              <div className={styles.empty}>
                <strong>{t('organisations.members.none')}</strong>
                <p>{t('organisations.members.noneWhy')}</p>
                {invite}
              </div>
            ) : (
              <ul className={styles.list}>
                {[...all]
                  .sort((a, b) => Number(b.isInForce) - Number(a.isInForce))
                  .map((member) => (
                    <li key={member.id} className={styles.item} data-off={member.isInForce ? undefined : ''}>
                      <span className={styles.round} aria-hidden="true">
                        {initialsOf(member.name)}
                      </span>
                      <div className={styles.what}>
                        <strong>
                          {member.name ? <Named name={member.name} /> : t('accounts.erasedPerson')}
                          <span className={controls.badge}>{t(`organisations.role.${member.role}`)}</span>
                          {member.user === me && (
                            <span className={controls.badge}>{t('organisations.members.you')}</span>
                          )}
                        </strong>
                        <span className={styles.sub}>
                          {[member.email, period(member)].filter(Boolean).join(' · ')}
                        </span>
                      </div>
                      {member.isInForce && mayManage && (
                        <button
                          type="button"
                          className={controls.button}
                          aria-label={t('organisations.members.changeOne', {
                            name: splitName(member.name).name,
                          })}
                          onClick={() => setChanging(member)}
                        >
                          {t('organisations.members.change')}
                        </button>
                      )}
                      {member.isInForce && (mayManage || member.user === me) && (
                        <button
                          type="button"
                          className={controls.button}
                          aria-label={
                            member.user === me
                              ? t('organisations.members.leave')
                              : t('organisations.members.endOne', { name: splitName(member.name).name })
                          }
                          onClick={() => setEnding(member)}
                        >
                          {t(
                            member.user === me ? 'organisations.members.leave' : 'organisations.members.end',
                          )}
                        </button>
                      )}
                    </li>
                  ))}
              </ul>
            )
          }
        </Listed>
      </Section>
      {mayManage && <InvitationsSection organisation={organisation.id} />}
      {isInviting && <InviteDialog organisation={organisation.id} onClose={() => setInviting(false)} />}
      {changing && (
        <MemberDialog
          organisation={organisation.id}
          member={changing}
          onClose={() => setChanging(undefined)}
        />
      )}
      {ending && (
        <EndDialog
          organisation={organisation.id}
          member={ending}
          isMe={ending.user === me}
          onClose={() => setEnding(undefined)}
        />
      )}
    </>
  )
}

function EndDialog({
  organisation,
  member,
  isMe,
  onClose,
}: {
  organisation: string
  member: MemberView
  isMe: boolean
  onClose: () => void
}) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const readAgain = useReadSessionAgain()
  const end = useMutation({
    mutationFn: () =>
      ask(`${organisationPath(organisation)}/members/${encodeURIComponent(member.id)}`, {
        method: 'DELETE',
      }),
    onSuccess: async () => {
      onClose()
      if (!isMe) return queries.invalidateQueries({ queryKey: ['organisation', organisation] })
      // Leaving ends the session that acted for it.
      const session = await readAgain()
      if (!session.person)
        await navigate({ to: '/signin', search: (p) => ({ lang: p.lang, returnTo: '/profile' }) })
    },
  })
  const { name } = splitName(member.name)
  return (
    <Confirm
      title={isMe ? t('organisations.members.leaveTitle') : t('organisations.members.endOne', { name })}
      action={t(isMe ? 'organisations.members.leave' : 'organisations.members.end')}
      doing={end}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      {t(isMe ? 'organisations.members.leaveWhy' : 'organisations.members.endWhy')}
    </Confirm>
  )
}

function usePeriod() {
  const { t } = useLanguage()
  const { day, lastDay } = useMoments()
  return ({ from, until, isInForce }: MemberView) => {
    if (until === null) return t('organisations.members.since', { day: day(from) })
    const days = { from: day(from), until: lastDay(until) }
    return isInForce ? t('organisations.members.period', days) : t('organisations.members.was', days)
  }
}
