import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConsortiumView, OrganisationView } from '../../../src/organisations/schema.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import styles from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useSession } from '../accounts/session.ts'
import { useTitle } from '../accounts/use-title.ts'
import controls from '../datasets/Controls.module.css'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { kinds, useCharter, useConsortia, useOrganisations } from './api.ts'
import { ConsortiumDialog } from './ConsortiumDialog.tsx'
import { identifiersOf } from './identifiers.ts'
import { StatusBadge } from './StatusBadge.tsx'

/** `/organisations`: who shares data here, and who works with whom. */
export function OrganisationsPage() {
  const { t } = useLanguage()
  const { data: session } = useSession()
  const organisations = useOrganisations()
  const consortia = useConsortia()
  const charter = useCharter(undefined)
  const [isMaking, setMaking] = useState(false)
  useTitle(t('organisations.title'))
  const mayMake =
    session?.role === 'admin' || (session?.person?.platformRoles.includes('platform-admin') ?? false)
  const isPlatformAdmin = session?.person?.platformRoles.includes('platform-admin') ?? false
  const make = mayMake && (
    <button type="button" className={controls.button} onClick={() => setMaking(true)}>
      {t('organisations.consortia.make')}
    </button>
  )
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1 className={styles.title}>{t('organisations.title')}</h1>
          <p className={styles.lead}>{t('organisations.lead')}</p>
        </div>
        <Link to="/charter" search={(previous) => ({ lang: previous.lang })} className={controls.button}>
          {t('organisations.charter.ofPlatform')}
        </Link>
      </div>
      <div className={styles.stack}>
        <Listed query={organisations}>
          {(all) =>
            all.length === 0 ? (
              <div className={styles.empty}>
                <strong>{t('organisations.none')}</strong>
                <p>{t(isPlatformAdmin ? 'organisations.noneAdmin' : 'organisations.noneWhy')}</p>
                {isPlatformAdmin && (
                  <Link
                    to="/administration/$section"
                    params={{ section: 'organisations' }}
                    search={(previous) => ({ lang: previous.lang })}
                    className={controls.primary}
                  >
                    {t('organisations.make')}
                  </Link>
                )}
              </div>
            ) : (
              kinds
                .map((kind) => ({ kind, ofKind: all.filter((one) => one.kind === kind) }))
                .filter(({ ofKind }) => ofKind.length > 0)
                .map(({ kind, ofKind }) => (
                  <Section key={kind} title={t(`organisations.kinds.${kind}`)}>
                    <ul className={styles.list}>
                      {ofKind.map((one) => (
                        <OrganisationItem
                          key={one.id}
                          organisation={one}
                          isMine={one.id === session?.organisation}
                          hasCharter={charter.data !== undefined && charter.data.length > 0}
                        />
                      ))}
                    </ul>
                  </Section>
                ))
            )
          }
        </Listed>
        <Section
          title={t('organisations.consortia.title')}
          about={t('organisations.consortia.about')}
          action={consortia.data?.length ? make : undefined}
        >
          <Listed query={consortia}>
            {(all) =>
              all.length === 0 ? (
                <div className={styles.empty}>
                  <strong>{t('organisations.consortia.none')}</strong>
                  <p>{t('organisations.consortia.noneWhy')}</p>
                  {make}
                </div>
              ) : (
                <ul className={styles.list}>
                  {all.map((one) => (
                    <ConsortiumItem key={one.id} consortium={one} />
                  ))}
                </ul>
              )
            }
          </Listed>
        </Section>
      </div>
      {isMaking && (
        <ConsortiumDialog
          organisations={organisations.data ?? []}
          acting={session?.organisation ?? undefined}
          onClose={() => setMaking(false)}
        />
      )}
    </div>
  )
}

function OrganisationItem({
  organisation,
  isMine,
  hasCharter,
}: {
  organisation: OrganisationView
  isMine: boolean
  hasCharter: boolean
}) {
  const { t, language } = useLanguage()
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <strong>
          <Link
            to="/organisations/$id"
            params={{ id: organisation.id }}
            search={(previous) => ({ lang: previous.lang })}
          >
            <Named name={organisation.name} isSimulated={organisation.isExample} />
          </Link>
          {isMine && <span className={controls.badge}>{t('accounts.corner.acting')}</span>}
          <StatusBadge status={organisation.status} />
        </strong>
        <span className={styles.sub}>
          {identifiersOf(organisation)
            .map(({ label, value }) => `${label} ${value}`)
            .join(' · ') || t('organisations.noIdentifier')}
        </span>
      </div>
      {hasCharter && (
        <span className={styles.sub}>
          {organisation.charterVersion === null
            ? t('organisations.charter.unsigned')
            : t('organisations.charter.signedVersion', {
                version: formatNumber(organisation.charterVersion, language),
              })}
        </span>
      )}
    </li>
  )
}

function ConsortiumItem({ consortium }: { consortium: ConsortiumView }) {
  const { t, language } = useLanguage()
  const { day, lastDay } = useMoments()
  const inForce = consortium.members.filter(({ isInForce }) => isInForce).length
  return (
    <li className={styles.item}>
      <div className={styles.what}>
        <strong>
          <Link
            to="/consortia/$id"
            params={{ id: consortium.id }}
            search={(previous) => ({ lang: previous.lang })}
          >
            <Named name={consortium.name} />
          </Link>
        </strong>
        <span className={styles.sub}>
          {t('organisations.consortia.members', {
            count: consortium.members.length,
            inForce: formatNumber(inForce, language),
          })}
        </span>
      </div>
      <span className={styles.sub}>
        {consortium.until
          ? t('organisations.members.period', {
              from: day(consortium.from),
              until: lastDay(consortium.until),
            })
          : t('organisations.members.since', { day: day(consortium.from) })}
      </span>
    </li>
  )
}
