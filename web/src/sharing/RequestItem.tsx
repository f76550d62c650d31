import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { DataRequest } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import form from '../accounts/form/Form.module.css'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import page from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import type { PersonSession } from '../accounts/SignedIn.tsx'
import { useDescribed } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { requestPath, useChange } from './api.ts'
import { GrantDialog } from './GrantDialog.tsx'
import { dayAfter } from './grant-draft.ts'
import styles from './Sharing.module.css'
import { maySign } from './SharingPages.tsx'
import type { Parties } from './use-parties.ts'

type Step = 'submitted' | 'questions' | 'approved' | 'refused'

/** One request: what for, what was said about it, and what can be done by whose turn it is. */
export function RequestItem({
  request,
  session,
  parties,
}: {
  request: DataRequest
  session: PersonSession
  parties: Parties
}) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const isMine = request.organisation === session.organisation
  const { data: described } = useDescribed(request.dataset ?? undefined)
  const isWaiting = request.state === 'submitted' || request.state === 'questions'
  const isExpired = isWaiting && Date.parse(request.expiresAt) <= Date.now()
  const title = described
    ? described.title[language] || described.title.fr
    : (request.dataset ?? request.subject)
  const tone = request.state === 'approved' ? page.good : request.state === 'refused' ? '' : page.caution
  return (
    <li className={styles.request}>
      <div className={page.what}>
        <strong>
          {request.dataset === null ? (
            title
          ) : (
            <Link
              to="/datasets/$id"
              params={{ id: request.dataset }}
              search={(previous) => ({ lang: previous.lang })}
            >
              {title}
            </Link>
          )}
          <span className={`${controls.badge} ${tone}`}>
            {isExpired ? t('sharing.requests.expired') : t(`sharing.requests.state.${request.state}`)}
          </span>
        </strong>
        {!isMine && (
          <span>
            <Named name={parties.nameOf(request.organisation)} />
          </span>
        )}
        <p className={styles.purpose}>{request.purpose}</p>
        <span className={page.sub}>
          {[
            request.actions.map((action) => t(`sharing.action.${action}`)).join(', '),
            request.durationDays === null
              ? t('sharing.requests.noEnd')
              : t('sharing.requests.days', { count: request.durationDays }),
            ...(isWaiting && !isExpired
              ? [t('sharing.requests.answerBy', { day: day(request.expiresAt) })]
              : []),
          ].join(' · ')}
        </span>
      </div>
      {request.exchange.length > 0 && (
        <ol className={styles.exchange}>
          {request.exchange.map(({ at, side, text }) => (
            <li key={at} data-mine={(side === 'consumer') === isMine ? '' : undefined}>
              <span className={page.sub}>
                {t(side === 'consumer' ? 'sharing.requests.asker' : 'sharing.requests.owner')} · {day(at)}
              </span>
              <p>{text}</p>
            </li>
          ))}
        </ol>
      )}
      {request.state === 'approved' && request.agreement !== null && (
        <div>
          <Link
            to="/agreements/$id"
            params={{ id: request.agreement }}
            search={(previous) => ({ lang: previous.lang })}
            className={isMine ? controls.primary : controls.button}
          >
            {t(isMine ? 'sharing.agreement.read' : 'sharing.agreement.open')}
          </Link>
        </div>
      )}
      {!isExpired &&
        maySign(session) &&
        (isMine ? request.state === 'draft' || request.state === 'questions' : isWaiting) && (
          <Answer request={request} isMine={isMine} parties={parties} owner={session.organisation} />
        )}
    </li>
  )
}

function Answer({
  request,
  isMine,
  parties,
  owner,
}: {
  request: DataRequest
  isMine: boolean
  parties: Parties
  owner: string | null
}) {
  const { t } = useLanguage()
  const [text, setText] = useState('')
  const [isGranting, setGranting] = useState(false)
  const { data: described } = useDescribed(request.dataset ?? undefined)
  const step = useChange(
    ({ to, grant }: { to: Step; grant?: string }) =>
      ask<DataRequest>(requestPath(request.id), {
        method: 'POST',
        body: { to, text, ...(grant && { grant }) },
      }),
    ['requests'],
    ['agreements'],
  )
  const take = (to: Step) => step.mutate({ to }, { onSuccess: () => setText('') })
  const isSilent = text.trim() === ''
  return (
    <div className={styles.answer}>
      <label className={form.field}>
        <span className={form.label}>
          {t(
            isMine
              ? request.state === 'draft'
                ? 'sharing.requests.more'
                : 'sharing.requests.yourAnswer'
              : 'sharing.requests.yourWord',
          )}
        </span>
        <textarea
          className={form.area}
          maxLength={5000}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <Refused error={step.error} />
      <div className={form.actions}>
        {isMine ? (
          <button
            type="button"
            className={controls.primary}
            disabled={step.isPending || (request.state === 'questions' && isSilent)}
            onClick={() => take('submitted')}
          >
            {t(request.state === 'draft' ? 'sharing.requests.send' : 'sharing.requests.answer')}
          </button>
        ) : (
          <>
            <button
              type="button"
              className={controls.primary}
              disabled={step.isPending}
              onClick={() => setGranting(true)}
            >
              {t('sharing.requests.approve')}
            </button>
            {request.state === 'submitted' && (
              <button
                type="button"
                className={controls.button}
                disabled={step.isPending || isSilent}
                onClick={() => take('questions')}
              >
                {t('sharing.requests.askBack')}
              </button>
            )}
            <button
              type="button"
              className={controls.danger}
              disabled={step.isPending || isSilent}
              onClick={() => take('refused')}
            >
              {t('sharing.requests.refuse')}
            </button>
            {isSilent && <span className={styles.quiet}>{t('sharing.requests.sayWhy')}</span>}
          </>
        )}
      </div>
      {isGranting && described && (
        <GrantDialog
          subject={{
            id: described.id,
            owner,
            fields: described.fields,
            hasTime: described.eventTime !== undefined,
          }}
          parties={parties}
          given={{
            grantee: { kind: 'organisation', organisation: request.organisation },
            actions: request.actions,
            ...(request.durationDays !== null && { untilDay: dayAfter(request.durationDays, Date.now()) }),
          }}
          intro={t('sharing.requests.approveWhat', { name: parties.nameOf(request.organisation) })}
          onDone={(grant) => step.mutateAsync({ to: 'approved', grant: grant.id })}
          onClose={() => setGranting(false)}
        />
      )}
    </div>
  )
}
