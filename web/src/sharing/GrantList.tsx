import { useState } from 'react'
import type { Agreement, Grant } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import { useMoments } from '../accounts/moments.ts'
import page from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { agreementStanding } from './agreement-standing.ts'
import { agreementPath, sharedPath, useAgreements, useChange, useTemplates } from './api.ts'
import { readFates } from './fields.ts'
import { GrantDialog, type PolicySubject } from './GrantDialog.tsx'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'
import { useWords } from './use-words.ts'

/** The grants of a dataset in words, those in force first; each can be changed and revoked. */
export function GrantList({
  subject,
  grants,
  parties,
}: {
  subject: PolicySubject
  grants: readonly Grant[]
  parties: Parties
}) {
  const [changing, setChanging] = useState<Grant>()
  const [revoking, setRevoking] = useState<Grant>()
  return (
    <>
      <ul className={page.list}>
        {grants.map((grant) => (
          <GrantItem
            key={grant.id}
            grant={grant}
            subject={subject}
            parties={parties}
            onChange={() => setChanging(grant)}
            onRevoke={() => setRevoking(grant)}
          />
        ))}
      </ul>
      {changing && (
        <GrantDialog
          subject={subject}
          parties={parties}
          grant={changing}
          onClose={() => setChanging(undefined)}
        />
      )}
      {revoking && (
        <Revoke subject={subject} grant={revoking} parties={parties} onClose={() => setRevoking(undefined)} />
      )}
    </>
  )
}

function GrantItem({
  grant,
  subject,
  parties,
  onChange,
  onRevoke,
}: {
  grant: Grant
  subject: PolicySubject
  parties: Parties
  onChange: () => void
  onRevoke: () => void
}) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const words = useWords(subject.fields)
  const { data: templates = [] } = useTemplates()
  const { data: agreements = [] } = useAgreements(grant.agreementTemplate !== null)
  const template = templates.find(({ id }) => id === grant.agreementTemplate)
  const now = new Date().toISOString()
  const state =
    grant.revokedAt !== null
      ? 'revoked'
      : grant.until !== null && grant.until <= now
        ? 'expired'
        : grant.from !== null && grant.from > now
          ? 'waiting'
          : 'inForce'
  const hidden = Object.entries(readFates(subject.fields, grant)).filter(([, fate]) => fate.as === 'hidden')
  const name = parties.granteeName(grant.grantee)
  const terms = [
    grant.rowFilter && t('sharing.says.rows', { what: words.filter(grant.rowFilter) }),
    grant.spatial && t('sharing.says.area', { field: words.fieldName(grant.spatial.column) }),
    hidden.length > 0 &&
      t('sharing.says.hidden', { fields: hidden.map(([one]) => words.fieldName(one)).join(', ') }),
    ...grant.release.filter(({ rule }) => rule !== 'drop').map(words.release),
    grant.maxAgeS !== null && t('sharing.says.maxAge', { duration: words.duration(grant.maxAgeS) }),
    ...(grant.quota ? words.quota(grant.quota) : []),
  ].filter((text): text is string => typeof text === 'string')
  const isOpen = state === 'inForce' || state === 'waiting'
  return (
    <li className={page.item} data-off={isOpen ? undefined : ''}>
      <div className={page.what}>
        <strong>
          {name}
          <span className={`${controls.badge} ${state === 'inForce' ? page.good : ''}`}>
            {state === 'waiting'
              ? t('sharing.grant.startsOn', { day: day(grant.from!) })
              : state === 'revoked'
                ? t('sharing.grant.revokedOn', { day: day(grant.revokedAt!) })
                : state === 'expired'
                  ? t('sharing.grant.endedOn', { day: day(grant.until!) })
                  : grant.until
                    ? t('sharing.grant.untilDay', { day: day(grant.until) })
                    : t('sharing.grant.inForce')}
          </span>
        </strong>
        <span className={page.sub}>
          {grant.actions.map((action) => t(`sharing.action.${action}`)).join(' · ')}
        </span>
        {terms.length > 0 ? (
          <ul className={styles.terms}>
            {terms.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        ) : (
          <span className={page.sub}>{t('sharing.says.everything')}</span>
        )}
        {template && (
          <GrantAgreement
            grant={grant}
            subject={subject}
            title={template.title[language]}
            agreements={agreements.filter(
              (one) => one.dataset === grant.dataset && one.template === template.id,
            )}
          />
        )}
        {grant.note !== '' && (
          <span className={page.sub}>{t('sharing.grant.noted', { note: grant.note })}</span>
        )}
      </div>
      {isOpen && (
        <div className={styles.itemActions}>
          <button
            type="button"
            className={controls.button}
            aria-label={t('sharing.grant.changeOne', { name })}
            onClick={onChange}
          >
            {t('sharing.grant.changeShort')}
          </button>
          <button
            type="button"
            className={controls.danger}
            aria-label={t('sharing.grant.revokeOne', { name })}
            onClick={onRevoke}
          >
            {t('sharing.grant.revoke')}
          </button>
        </div>
      )}
    </li>
  )
}

/** Where the agreement stands that a grant waits for, and the way to offer it. */
function GrantAgreement({
  grant,
  subject,
  title,
  agreements,
}: {
  grant: Grant
  subject: PolicySubject
  title: string
  agreements: readonly Agreement[]
}) {
  const { t } = useLanguage()
  const organisation = 'organisation' in grant.grantee ? grant.grantee.organisation : undefined
  const own = agreements.filter((one) => one.organisation === organisation)
  const current = own.find(({ state }) => state !== 'TERMINATED')
  const offer = useChange(
    () =>
      ask<Agreement>(agreementPath(), {
        method: 'POST',
        body: { dataset: subject.id, template: grant.agreementTemplate, organisation },
      }),
    ['agreements'],
  )
  return (
    <span className={styles.agreementLine}>
      {t('sharing.says.agreement', { title })}
      {current && (
        <span className={controls.badge}>
          {t(`sharing.agreement.standing.${agreementStanding(current, new Date().toISOString())}`)}
        </span>
      )}
      {organisation !== undefined && !current && grant.revokedAt === null && (
        <button
          type="button"
          className={controls.quiet}
          disabled={offer.isPending}
          onClick={() => offer.mutate(undefined)}
        >
          {t('sharing.agreement.offer')}
        </button>
      )}
      <Refused error={offer.error} />
    </span>
  )
}

function Revoke({
  subject,
  grant,
  parties,
  onClose,
}: {
  subject: PolicySubject
  grant: Grant
  parties: Parties
  onClose: () => void
}) {
  const { t } = useLanguage()
  const name = parties.granteeName(grant.grantee)
  const revoke = useChange(
    () =>
      ask<Grant>(`${sharedPath(subject.id)}/grants/${encodeURIComponent(grant.id)}`, { method: 'DELETE' }),
    ['policy', subject.id],
  )
  return (
    <Confirm
      title={t('sharing.grant.revokeOne', { name })}
      action={t('sharing.grant.revoke')}
      doing={revoke}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t('sharing.grant.revokeWhy')}
    </Confirm>
  )
}
