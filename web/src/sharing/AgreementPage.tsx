import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Agreement, AgreementTemplate } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import form from '../accounts/form/Form.module.css'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import page from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import { Section } from '../accounts/Section.tsx'
import type { PersonSession } from '../accounts/SignedIn.tsx'
import { useCatalogue } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import sections from '../datasets/Sections.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { agreementStanding, nextSteps } from './agreement-standing.ts'
import { agreementPath, useAgreements, useChange, useHistory, useTemplates } from './api.ts'
import styles from './Sharing.module.css'
import { maySign, SharingFrame } from './SharingPages.tsx'
import { readTerms } from './terms.ts'
import { useParties } from './use-parties.ts'

/** `/agreements/{id}`: the text, its terms, who accepted what and when, and what can be done now. */
export function AgreementPage() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/agreements/$id' })
  return (
    <SharingFrame title={t('sharing.agreement.title')} lead={t('sharing.agreement.lead')}>
      {(session) => <Found id={id} session={session} />}
    </SharingFrame>
  )
}

function Found({ id, session }: { id: string; session: PersonSession }) {
  const { t } = useLanguage()
  const agreements = useAgreements()
  const templates = useTemplates()
  const both = {
    isFetching: agreements.isFetching,
    refetch: agreements.refetch as never,
    data:
      agreements.data && templates.data
        ? { agreements: agreements.data, templates: templates.data }
        : undefined,
    error: agreements.error ?? templates.error,
  }
  return (
    <Listed query={both}>
      {({ agreements, templates }) => {
        const agreement = agreements.find((one) => one.id === id)
        const template = templates.find((one) => one.id === agreement?.template)
        return agreement && template ? (
          <Opened agreement={agreement} template={template} session={session} />
        ) : (
          <div className={page.empty} role="alert">
            <strong>{t('sharing.agreement.missing')}</strong>
            <p>{t('sharing.agreement.missingWhy')}</p>
            <Link
              to="/agreements"
              search={(previous) => ({ lang: previous.lang })}
              className={controls.button}
            >
              {t('sharing.agreements.title')}
            </Link>
          </div>
        )
      }}
    </Listed>
  )
}

function Opened({
  agreement,
  template,
  session,
}: {
  agreement: Agreement
  template: AgreementTemplate
  session: PersonSession
}) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const parties = useParties()
  const { data: catalogue = [] } = useCatalogue()
  const standing = agreementStanding(agreement, new Date().toISOString())
  const facts: [string, React.ReactNode][] = [
    [
      t('sharing.agreement.data'),
      <Link key="d" to="/datasets/$id" params={{ id: agreement.dataset }} search={(p) => ({ lang: p.lang })}>
        {catalogue.find(({ dataset_id }) => dataset_id === agreement.dataset)?.title ?? agreement.dataset}
      </Link>,
    ],
    [
      t('sharing.agreement.provider'),
      template.owner && <Named key="p" name={parties.nameOf(template.owner)} />,
    ],
    [t('sharing.agreement.consumer'), <Named key="c" name={parties.nameOf(agreement.organisation)} />],
    [
      t('sharing.agreement.accepted'),
      agreement.acceptedAt ? day(agreement.acceptedAt) : t('sharing.agreement.notYet'),
    ],
    [
      t('sharing.agreement.ends'),
      agreement.expiresAt ? day(agreement.expiresAt) : t('sharing.requests.noEnd'),
    ],
  ]
  const isSuperseded = template.version !== agreement.templateVersion
  return (
    <>
      <section className={page.section}>
        <div className={page.sectionHead}>
          <h2>
            {template.title[language]}{' '}
            <span className={`${controls.badge} ${standing === 'inForce' ? page.good : page.caution}`}>
              {t(`sharing.agreement.standing.${standing}`)}
            </span>
          </h2>
          <span className={page.sub}>
            {t('sharing.agreement.version', { version: agreement.templateVersion })}
          </span>
        </div>
        <dl className={sections.facts}>
          {facts.map(([name, value]) => (
            <FactPair key={name} name={name} value={value} />
          ))}
        </dl>
        {isSuperseded && (
          <p className={controls.note}>{t('sharing.agreement.newer', { version: template.version })}</p>
        )}
      </section>
      <Section title={t('sharing.agreement.text')}>
        <div className={page.card}>
          <p className={styles.agreementText}>{template.text[language]}</p>
          <Terms odrl={template.odrl} />
          <p className={styles.hash}>
            {t('sharing.agreement.hash')} <code>{template.sha256}</code>
          </p>
          <Actions agreement={agreement} template={template} session={session} />
        </div>
      </Section>
      <History id={agreement.id} />
    </>
  )
}

function FactPair({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

/** Every term with who watches over it: the platform, or nobody but those who agreed. */
function Terms({ odrl }: { odrl: Record<string, unknown> }) {
  const { t } = useLanguage()
  return (
    <div>
      <h3 className={styles.small}>{t('sharing.term.title')}</h3>
      <ul className={styles.odrl}>
        {readTerms(odrl).map(({ kind, name, value, isEnforced, isProhibited }) => (
          <li key={`${kind} ${name} ${value}`}>
            <span>
              {isProhibited && `${t('sharing.term.not')} `}
              {t(`sharing.term.${name as 'use'}`)}
              {value !== '' && ` ${value}`}
            </span>
            {kind !== 'action' && (
              <span className={`${controls.badge} ${isEnforced ? page.good : ''}`}>
                {t(isEnforced ? 'sharing.term.enforced' : 'sharing.term.declared')}
              </span>
            )}
          </li>
        ))}
        <li>
          <span>{t('sharing.term.grants')}</span>
          <span className={`${controls.badge} ${page.good}`}>{t('sharing.term.enforced')}</span>
        </li>
      </ul>
    </div>
  )
}

type Doing = 'end' | 'suspended' | 'active' | 'revoked'

function Actions({
  agreement,
  template,
  session,
}: {
  agreement: Agreement
  template: AgreementTemplate
  session: PersonSession
}) {
  const { t } = useLanguage()
  const [asked, setAsked] = useState<Doing>()
  const touched = [
    ['agreements'],
    ['policy', agreement.dataset],
    ['records', agreement.dataset],
    ['access', agreement.dataset],
  ] as const
  const accept = useChange(
    () =>
      ask<Agreement>(agreementPath(agreement.id, 'accept'), {
        method: 'POST',
        body: { sha256: template.sha256 },
      }),
    ...touched,
  )
  const step = useChange(
    (to: string) => ask<Agreement>(agreementPath(agreement.id, 'steps'), { method: 'POST', body: { to } }),
    ...touched,
  )
  const put = useChange(
    (validity: string) =>
      ask<Agreement>(agreementPath(agreement.id, 'validity'), { method: 'PUT', body: { validity } }),
    ...touched,
  )
  if (!maySign(session)) return <p className={controls.note}>{t('sharing.access.stewardAccepts')}</p>
  const isMine = agreement.organisation === session.organisation
  const standing = agreementStanding(agreement, new Date().toISOString())
  const steps = nextSteps(agreement.state, isMine ? 'consumer' : 'provider')
  const doing = asked === 'end' ? step : put
  return (
    <>
      <Refused error={accept.error ?? step.error ?? put.error} />
      <div className={form.actions}>
        {isMine && agreement.state === 'OFFERED' && (
          <button
            type="button"
            className={controls.primary}
            disabled={accept.isPending}
            onClick={() => accept.mutate(undefined)}
          >
            {t('sharing.agreement.accept')}
          </button>
        )}
        {steps
          .filter((to) => to !== 'TERMINATED')
          .map((to) => (
            <button
              key={to}
              type="button"
              className={controls.primary}
              disabled={step.isPending}
              onClick={() => step.mutate(to)}
            >
              {t(`sharing.agreement.do.${to}`)}
            </button>
          ))}
        {!isMine && standing === 'inForce' && (
          <button type="button" className={controls.button} onClick={() => setAsked('suspended')}>
            {t('sharing.agreement.suspend')}
          </button>
        )}
        {!isMine && standing === 'suspended' && (
          <button type="button" className={controls.primary} onClick={() => setAsked('active')}>
            {t('sharing.agreement.resume')}
          </button>
        )}
        {(standing === 'inForce' || standing === 'suspended') && (
          <button type="button" className={controls.danger} onClick={() => setAsked('revoked')}>
            {t('sharing.agreement.end')}
          </button>
        )}
        {steps.includes('TERMINATED') && (
          <button type="button" className={controls.danger} onClick={() => setAsked('end')}>
            {t(isMine ? 'sharing.agreement.decline' : 'sharing.agreement.withdraw')}
          </button>
        )}
      </div>
      {asked && (
        <Confirm
          title={t(`sharing.agreement.confirm.${asked}`)}
          action={t(`sharing.agreement.confirm.${asked}`)}
          doing={doing}
          onConfirm={() =>
            doing.mutate(asked === 'end' ? 'TERMINATED' : asked, { onSuccess: () => setAsked(undefined) })
          }
          onClose={() => setAsked(undefined)}
        >
          {t(`sharing.agreement.confirmWhy.${asked}`)}
        </Confirm>
      )}
    </>
  )
}

const knownSteps = [
  'REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'AGREED',
  'VERIFIED',
  'FINALIZED',
  'TERMINATED',
  'active',
  'suspended',
  'revoked',
] as const

/** Every step by its name in the Dataspace Protocol, and in plain words. */
function History({ id }: { id: string }) {
  const { t } = useLanguage()
  const { time } = useMoments()
  const history = useHistory(id)
  return (
    <Section title={t('sharing.agreement.history')} about={t('sharing.agreement.historyAbout')}>
      <Listed query={history}>
        {(steps) => (
          <ol className={styles.history}>
            {steps.map(({ at, step }, i) => {
              const known = knownSteps.find((name) => name === step)
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: steps are only added at the end
                <li key={i}>
                  <time dateTime={at}>{time(at)}</time>
                  <span>{known ? t(`sharing.step.${known}`) : step}</span>
                  <code>{step}</code>
                </li>
              )
            })}
          </ol>
        )}
      </Listed>
    </Section>
  )
}
