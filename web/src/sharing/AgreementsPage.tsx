import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Agreement, AgreementTemplate } from '../../../src/sharing/schema.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import type { PersonSession } from '../accounts/SignedIn.tsx'
import { useCatalogue } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { agreementStanding } from './agreement-standing.ts'
import { useAgreements, useTemplates } from './api.ts'
import { maySign, SharingFrame } from './SharingPages.tsx'
import { TemplateDialog } from './TemplateDialog.tsx'
import { type Parties, useParties } from './use-parties.ts'

/** `/agreements`: what was agreed with whom, until when; and the terms one offers. */
export function AgreementsPage() {
  const { t } = useLanguage()
  return (
    <SharingFrame title={t('sharing.agreements.title')} lead={t('sharing.agreements.lead')}>
      {(session) => <Agreements session={session} />}
    </SharingFrame>
  )
}

function Agreements({ session }: { session: PersonSession }) {
  const { t } = useLanguage()
  const agreements = useAgreements()
  const templates = useTemplates()
  const parties = useParties()
  const [writing, setWriting] = useState<AgreementTemplate | 'new'>()
  const own = templates.data?.filter(({ owner }) => owner !== null && owner === session.organisation) ?? []
  const write = maySign(session) && (
    <button type="button" className={controls.button} onClick={() => setWriting('new')}>
      {t('sharing.templates.write')}
    </button>
  )
  return (
    <>
      <Section title={t('sharing.agreements.yours')}>
        <Listed query={agreements}>
          {(all) =>
            all.length === 0 ? (
              <div className={page.empty}>
                <strong>{t('sharing.agreements.none')}</strong>
                <p>{t('sharing.agreements.noneWhy')}</p>
                <Link
                  to="/datasets"
                  search={(previous) => ({ lang: previous.lang })}
                  className={controls.primary}
                >
                  {t('sharing.toCatalogue')}
                </Link>
              </div>
            ) : (
              <ul className={page.list}>
                {all.map((agreement) => (
                  <AgreementItem
                    key={agreement.id}
                    agreement={agreement}
                    template={templates.data?.find(({ id }) => id === agreement.template)}
                    parties={parties}
                    isMine={agreement.organisation === session.organisation}
                  />
                ))}
              </ul>
            )
          }
        </Listed>
      </Section>
      <Section
        title={t('sharing.templates.title')}
        about={t('sharing.templates.about')}
        action={own.length > 0 ? write : undefined}
      >
        {own.length === 0 ? (
          <div className={page.empty}>
            <strong>{t('sharing.templates.none')}</strong>
            <p>{t('sharing.templates.noneWhy')}</p>
            {write}
          </div>
        ) : (
          <ul className={page.list}>
            {own.map((template) => (
              <TemplateItem key={template.id} template={template} onNext={() => setWriting(template)} />
            ))}
          </ul>
        )}
      </Section>
      {writing && (
        <TemplateDialog
          template={writing === 'new' ? undefined : writing}
          onClose={() => setWriting(undefined)}
        />
      )}
    </>
  )
}

function AgreementItem({
  agreement,
  template,
  parties,
  isMine,
}: {
  agreement: Agreement
  template: AgreementTemplate | undefined
  parties: Parties
  isMine: boolean
}) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const { data: catalogue = [] } = useCatalogue()
  const standing = agreementStanding(agreement, new Date().toISOString())
  const title =
    catalogue.find(({ dataset_id }) => dataset_id === agreement.dataset)?.title ?? agreement.dataset
  const waits = isMine ? standing === 'offered' : standing === 'asked' || standing === 'accepted'
  return (
    <li className={page.item}>
      <div className={page.what}>
        <strong>
          <Link
            to="/agreements/$id"
            params={{ id: agreement.id }}
            search={(previous) => ({ lang: previous.lang })}
          >
            {title}
          </Link>
          <span
            className={`${controls.badge} ${standing === 'inForce' ? page.good : waits ? page.caution : ''}`}
          >
            {t(`sharing.agreement.standing.${standing}`)}
          </span>
        </strong>
        <span>
          {t(isMine ? 'sharing.agreements.forUs' : 'sharing.agreements.with')}{' '}
          {!isMine && <Named name={parties.nameOf(agreement.organisation)} />}
        </span>
        <span className={page.sub}>
          {[
            template?.title[language],
            t('sharing.agreement.version', { version: agreement.templateVersion }),
            ...(agreement.acceptedAt
              ? [t('sharing.agreement.acceptedOn', { day: day(agreement.acceptedAt) })]
              : []),
            ...(agreement.expiresAt ? [t('sharing.agreement.until', { day: day(agreement.expiresAt) })] : []),
          ].join(' · ')}
        </span>
      </div>
      <Link
        to="/agreements/$id"
        params={{ id: agreement.id }}
        search={(previous) => ({ lang: previous.lang })}
        className={waits ? controls.primary : controls.button}
        aria-label={t('sharing.agreement.openOne', { title })}
      >
        {t(waits && isMine ? 'sharing.agreement.readShort' : 'sharing.agreement.open')}
      </Link>
    </li>
  )
}

function TemplateItem({ template, onNext }: { template: AgreementTemplate; onNext: () => void }) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  return (
    <li className={page.item}>
      <div className={page.what}>
        <strong>{template.title[language]}</strong>
        <span className={page.sub}>
          {[
            t('sharing.agreement.version', { version: template.version }),
            t('sharing.templates.publishedOn', { day: day(template.publishedAt) }),
            template.termDays === null
              ? t('sharing.requests.noEnd')
              : t('sharing.requests.days', { count: template.termDays }),
            t(template.clickThrough ? 'sharing.templates.click' : 'sharing.templates.countersigned'),
          ].join(' · ')}
        </span>
      </div>
      <button type="button" className={controls.button} onClick={onNext}>
        {t('sharing.templates.next')}
      </button>
    </li>
  )
}
