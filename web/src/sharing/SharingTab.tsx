import { useState } from 'react'
import type { Restriction } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import { Listed } from '../accounts/Listed.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useSession } from '../accounts/session.ts'
import { useDescribed } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import type { PartProps } from '../datasets/DatasetPage.tsx'
import sections from '../datasets/Sections.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type PolicyView, sharedPath, useChange, usePolicy } from './api.ts'
import { GrantDialog, type PolicySubject } from './GrantDialog.tsx'
import { GrantList } from './GrantList.tsx'
import { PolicyForm } from './PolicyForm.tsx'
import { RestrictionDialog } from './RestrictionDialog.tsx'
import { SeeAsPart } from './SeeAsPart.tsx'
import styles from './Sharing.module.css'
import { useParties } from './use-parties.ts'
import { useWords } from './use-words.ts'

/** Who gets what of a dataset, for the stewards of its owner. */
export function SharingTab({ dataset }: PartProps) {
  const id = dataset.dataset_id
  const policy = usePolicy(id)
  const described = useDescribed(id)
  const both = {
    isFetching: policy.isFetching || described.isFetching,
    refetch: policy.refetch as never,
    data: policy.data && described.data ? { view: policy.data, described: described.data } : undefined,
    error: policy.error ?? described.error,
  }
  return (
    <div className={sections.page}>
      <div className={sections.column}>
        <Listed query={both}>
          {({ view, described: { fields, eventTime } }) => (
            <Opened
              key={view.policy.version}
              view={view}
              subject={{ id, owner: view.policy.owner, fields, hasTime: eventTime !== undefined }}
            />
          )}
        </Listed>
      </div>
    </div>
  )
}

function Opened({ view, subject }: { view: PolicyView; subject: PolicySubject }) {
  const { t } = useLanguage()
  const parties = useParties()
  const [adding, setAdding] = useState<'grant' | 'restriction'>()
  const grants = view.grants
    .filter(({ id }) => !id.startsWith('preset:') && !id.startsWith('product:'))
    .sort(
      (a, b) =>
        Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || (a.createdAt < b.createdAt ? 1 : -1),
    )
  const restrictions = view.restrictions.filter(({ liftedAt }) => liftedAt === null)
  const give = (
    <button type="button" className={controls.primary} onClick={() => setAdding('grant')}>
      {t('sharing.grant.begin')}
    </button>
  )
  const restrict = (
    <button type="button" className={controls.button} onClick={() => setAdding('restriction')}>
      {t('sharing.restriction.begin')}
    </button>
  )
  return (
    <>
      <Section title={t('sharing.level.title')} about={t('sharing.level.about')}>
        <PolicyForm subject={subject} view={view} parties={parties} />
      </Section>
      <Section
        title={t('sharing.grant.title')}
        about={t('sharing.grant.about')}
        action={grants.length > 0 ? give : undefined}
      >
        {grants.length === 0 ? (
          <div className={page.empty}>
            <strong>{t('sharing.grant.none')}</strong>
            <p>{t('sharing.grant.noneWhy')}</p>
            {give}
          </div>
        ) : (
          <GrantList subject={subject} grants={grants} parties={parties} />
        )}
      </Section>
      <Section
        title={t('sharing.restriction.title')}
        about={t('sharing.restriction.about')}
        action={restrict}
      >
        {restrictions.length > 0 && (
          <RestrictionList subject={subject} restrictions={restrictions} nameOf={parties.nameOf} />
        )}
      </Section>
      <SeeAsPart subject={subject} parties={parties} />
      {adding === 'grant' && (
        <GrantDialog subject={subject} parties={parties} onClose={() => setAdding(undefined)} />
      )}
      {adding === 'restriction' && (
        <RestrictionDialog subject={subject} parties={parties} onClose={() => setAdding(undefined)} />
      )}
    </>
  )
}

function RestrictionList({
  subject,
  restrictions,
  nameOf,
}: {
  subject: PolicySubject
  restrictions: readonly Restriction[]
  nameOf: (organisation: string) => string
}) {
  const { t } = useLanguage()
  const words = useWords(subject.fields)
  const { data: session } = useSession()
  const [lifting, setLifting] = useState<string>()
  const lift = useChange(
    (id: string) =>
      ask<Restriction>(`${sharedPath(subject.id)}/restrictions/${encodeURIComponent(id)}`, {
        method: 'DELETE',
      }),
    ['policy', subject.id],
  )
  return (
    <ul className={page.list}>
      {restrictions.map(({ id, keep, deny, release, audience, bindsOwner, author, note }) => {
        const terms = [
          keep && t('sharing.says.keep', { what: words.filter(keep) }),
          deny.length > 0 && t('sharing.says.hidden', { fields: deny.map(words.fieldName).join(', ') }),
          ...release.map(words.release),
        ].filter((text): text is string => typeof text === 'string')
        return (
          <li key={id} className={page.item}>
            <div className={page.what}>
              <strong>
                {t(`sharing.restriction.audience.${audience}`)}
                {bindsOwner && <span className={controls.badge}>{t('sharing.restriction.ownerToo')}</span>}
              </strong>
              <ul className={styles.terms}>
                {terms.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
              <span className={page.sub}>
                {author === null
                  ? t('sharing.restriction.byPlatform')
                  : t('sharing.restriction.by', { name: nameOf(author) })}
                {note !== '' && ` · ${note}`}
              </span>
            </div>
            {author !== null && author === session?.organisation && (
              <button type="button" className={controls.button} onClick={() => setLifting(id)}>
                {t('sharing.restriction.lift')}
              </button>
            )}
          </li>
        )
      })}
      {lifting !== undefined && (
        <Confirm
          title={t('sharing.restriction.lift')}
          action={t('sharing.restriction.lift')}
          doing={lift}
          onConfirm={() => lift.mutate(lifting, { onSuccess: () => setLifting(undefined) })}
          onClose={() => setLifting(undefined)}
        >
          {t('sharing.restriction.liftWhy')}
        </Confirm>
      )}
    </ul>
  )
}
