import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Agreement } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Refused } from '../accounts/Refused.tsx'
import { useSession } from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import type { Dataset } from '../datasets/explore-answers.ts'
import { useLanguage } from '../ui/use-language.ts'
import type { RowsDenied } from './access.ts'
import { agreementStanding } from './agreement-standing.ts'
import { agreementPath, useAgreements, useChange, useRequests } from './api.ts'
import { RequestDialog } from './RequestDialog.tsx'
import styles from './Sharing.module.css'
import { maySign } from './SharingPages.tsx'

/** In place of rows that are not shared with the reader: why, and what can be done about it. */
export function AccessPart({
  dataset,
  denied: { reason, template },
}: {
  dataset: Dataset
  denied: RowsDenied
}) {
  const { t } = useLanguage()
  const { data: session } = useSession()
  const { href } = useLocation()
  const [isAsking, setAsking] = useState(false)
  const id = dataset.dataset_id
  const isSignedIn = session?.person != null
  const isMember = session?.organisation != null
  const requests = useRequests(isMember)
  const open = requests.data?.find(
    (one) =>
      one.dataset === id &&
      one.organisation === session?.organisation &&
      (one.state === 'submitted' || one.state === 'questions' || one.state === 'draft'),
  )
  const hasSay = isMember && session && maySign(session)
  return (
    <div className={styles.access}>
      <div className={styles.accessCard}>
        <h2>{t(`sharing.access.${reason}.title`)}</h2>
        <p>{t(`sharing.access.${reason}.why`)}</p>
        <p className={styles.quiet}>{t('sharing.access.record', { count: dataset.fields.length })}</p>
        <div className={styles.accessActions}>
          {!isSignedIn ? (
            <Link
              to="/signin"
              search={(previous) => ({ lang: previous.lang, returnTo: href })}
              className={controls.primary}
            >
              {t('accounts.signIn')}
            </Link>
          ) : reason === 'agreement_required' ? (
            <ReadAgreement dataset={id} template={template} mayAccept={Boolean(hasSay)} />
          ) : open ? (
            <Link to="/requests" search={(previous) => ({ lang: previous.lang })} className={controls.button}>
              {t('sharing.access.seeRequest', { state: t(`sharing.requests.state.${open.state}`) })}
            </Link>
          ) : !isMember ? (
            <p className={controls.note}>{t('sharing.noOrganisation.why')}</p>
          ) : reason === 'suspended' ? null : hasSay ? (
            <button type="button" className={controls.primary} onClick={() => setAsking(true)}>
              {t('sharing.access.ask')}
            </button>
          ) : (
            <p className={controls.note}>{t('sharing.access.stewardAsks')}</p>
          )}
        </div>
      </div>
      {isAsking && (
        <RequestDialog dataset={id} title={dataset.metas.default.title} onClose={() => setAsking(false)} />
      )}
    </div>
  )
}

/** Leads to the agreement that is offered, or opens one where the terms may simply be accepted. */
function ReadAgreement({
  dataset,
  template,
  mayAccept,
}: {
  dataset: string
  template: string | null
  mayAccept: boolean
}) {
  const { t } = useLanguage()
  const { data: session } = useSession()
  const navigate = useNavigate()
  const agreements = useAgreements()
  const now = new Date().toISOString()
  const offered = agreements.data?.find(
    (one) =>
      one.dataset === dataset &&
      one.organisation === session?.organisation &&
      ['asked', 'offered', 'accepted', 'closing'].includes(agreementStanding(one, now)),
  )
  const open = useChange(
    () =>
      ask<Agreement>(agreementPath(), {
        method: 'POST',
        body: { dataset, template, organisation: session?.organisation },
      }),
    ['agreements'],
  )
  if (offered)
    return (
      <Link
        to="/agreements/$id"
        params={{ id: offered.id }}
        search={(previous) => ({ lang: previous.lang })}
        className={controls.primary}
      >
        {t('sharing.agreement.read')}
      </Link>
    )
  if (!mayAccept) return <p className={controls.note}>{t('sharing.access.stewardAccepts')}</p>
  return (
    <>
      <button
        type="button"
        className={controls.primary}
        disabled={!template || open.isPending}
        onClick={() =>
          open.mutate(undefined, {
            onSuccess: ({ id }) => navigate({ to: '/agreements/$id', params: { id } }),
          })
        }
      >
        {t('sharing.agreement.read')}
      </button>
      <Refused error={open.error} />
    </>
  )
}
