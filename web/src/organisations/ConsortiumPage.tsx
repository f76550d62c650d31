import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConsortiumView } from '../../../src/organisations/schema.ts'
import { ask, Denied } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import { splitName } from '../accounts/names.ts'
import styles from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useSession } from '../accounts/session.ts'
import { useTitle } from '../accounts/use-title.ts'
import controls from '../datasets/Controls.module.css'
import message from '../shell/Message.module.css'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { AddMemberDialog } from './AddMemberDialog.tsx'
import { consortiumPath, useConsortium, useOrganisations } from './api.ts'
import { CharterSection } from './CharterSection.tsx'
import own from './Organisations.module.css'
import { standingOf } from './standing.ts'

type Member = ConsortiumView['members'][number]

/** `/consortia/{id}`: who works together until when, and the charter they signed. */
export function ConsortiumPage() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/consortia/$id' })
  const query = useConsortium(id)
  useTitle(query.data ? splitName(query.data.name).name : t('organisations.consortia.title'))
  if (query.error instanceof Denied && query.error.status === 404)
    return (
      <div className={message.page} role="alert">
        <h1>{t('organisations.consortia.missing')}</h1>
        <p>{t('organisations.missingWhy', { id })}</p>
        <Link to="/organisations" search={(previous) => ({ lang: previous.lang })} className={message.action}>
          {t('organisations.toAll')}
        </Link>
      </div>
    )
  return (
    <div className={styles.page}>
      <Listed query={query}>{(consortium) => <Opened key={id} consortium={consortium} />}</Listed>
    </div>
  )
}

function Opened({ consortium }: { consortium: ConsortiumView }) {
  const { t } = useLanguage()
  const { day, lastDay } = useMoments()
  const { data: session } = useSession()
  const organisations = useOrganisations()
  const [isAdding, setAdding] = useState(false)
  const [ending, setEnding] = useState<Member>()
  const { isAdmin, isPlatformAdmin } = standingOf(session, consortium.organisation)
  const mayManage = isAdmin || isPlatformAdmin
  const acting = session?.role === 'admin' ? session.organisation : null
  const mine = consortium.members.find(({ organisation }) => organisation === session?.organisation)
  const coordinator = organisations.data?.find(({ id }) => id === consortium.organisation)
  return (
    <>
      <nav className={own.back}>
        <Link to="/organisations" search={(previous) => ({ lang: previous.lang })}>
          {t('organisations.title')}
        </Link>
      </nav>
      <h1 className={styles.title}>
        <Named name={consortium.name} />
      </h1>
      <dl className={own.facts}>
        <div>
          <dt>{t('organisations.consortia.coordinator')}</dt>
          <dd>
            <Link
              to="/organisations/$id"
              params={{ id: consortium.organisation }}
              search={(previous) => ({ lang: previous.lang })}
              className={own.plain}
            >
              {coordinator ? splitName(coordinator.name).name : consortium.organisation}
            </Link>
          </dd>
        </div>
        <div>
          <dt>{t('organisations.consortia.period')}</dt>
          <dd>
            {consortium.until
              ? t('organisations.members.period', {
                  from: day(consortium.from),
                  until: lastDay(consortium.until),
                })
              : t('organisations.members.since', { day: day(consortium.from) })}
          </dd>
        </div>
      </dl>
      <div className={styles.stack}>
        <Section
          title={t('organisations.consortia.membersTitle')}
          about={t(
            consortium.charterVersion === null
              ? 'organisations.consortia.noSignature'
              : 'organisations.consortia.bySignature',
          )}
          action={
            mayManage && (
              <button type="button" className={controls.button} onClick={() => setAdding(true)}>
                {t('organisations.consortia.add')}
              </button>
            )
          }
        >
          {consortium.members.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('organisations.consortia.empty')}</strong>
              <p>{t('organisations.consortia.emptyWhy')}</p>
            </div>
          ) : (
            <ul className={styles.list}>
              {consortium.members.map((member) => (
                <MemberItem
                  key={`${member.organisation} ${member.from}`}
                  member={member}
                  charterVersion={consortium.charterVersion}
                  onEnd={
                    member.until === null && (mayManage || member.organisation === acting)
                      ? () => setEnding(member)
                      : undefined
                  }
                />
              ))}
            </ul>
          )}
        </Section>
        <CharterSection
          consortium={consortium.id}
          maySign={acting !== null && mine !== undefined}
          mayPublish={mayManage}
        />
      </div>
      {isAdding && (
        <AddMemberDialog
          consortium={consortium}
          organisations={organisations.data ?? []}
          onClose={() => setAdding(false)}
        />
      )}
      {ending && (
        <EndMember consortium={consortium.id} member={ending} onClose={() => setEnding(undefined)} />
      )}
    </>
  )
}

function MemberItem({
  member,
  charterVersion,
  onEnd,
}: {
  member: Member
  charterVersion: number | null
  onEnd: (() => void) | undefined
}) {
  const { t, language } = useLanguage()
  const { day, lastDay } = useMoments()
  return (
    <li className={styles.item} data-off={member.isInForce ? undefined : ''}>
      <div className={styles.what}>
        <strong>
          <Link
            to="/organisations/$id"
            params={{ id: member.organisation }}
            search={(previous) => ({ lang: previous.lang })}
          >
            <Named name={member.organisationName} />
          </Link>
          {charterVersion !== null && (
            <span className={`${controls.badge} ${member.isInForce ? styles.good : styles.caution}`}>
              {member.signedVersion === null
                ? t('organisations.charter.toSign')
                : t('organisations.charter.signedVersion', {
                    version: formatNumber(member.signedVersion, language),
                  })}
            </span>
          )}
        </strong>
        <span className={styles.sub}>
          {member.until === null
            ? t('organisations.members.since', { day: day(member.from) })
            : t('organisations.members.period', { from: day(member.from), until: lastDay(member.until) })}
        </span>
      </div>
      {onEnd && (
        <button
          type="button"
          className={controls.button}
          aria-label={t('organisations.consortia.endOne', { name: splitName(member.organisationName).name })}
          onClick={onEnd}
        >
          {t('organisations.consortia.end')}
        </button>
      )}
    </li>
  )
}

function EndMember({
  consortium,
  member,
  onClose,
}: {
  consortium: string
  member: Member
  onClose: () => void
}) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: () =>
      ask<ConsortiumView>(
        `${consortiumPath(consortium)}/members/${encodeURIComponent(member.organisation)}`,
        { method: 'DELETE' },
      ),
    onSuccess: (changed) => {
      queries.setQueryData(['consortium', consortium], changed)
      onClose()
    },
  })
  return (
    <Confirm
      title={t('organisations.consortia.endOne', { name: splitName(member.organisationName).name })}
      action={t('organisations.consortia.end')}
      doing={end}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      {t('organisations.consortia.endWhy')}
    </Confirm>
  )
}
