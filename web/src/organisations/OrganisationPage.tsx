import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { OrganisationView } from '../../../src/organisations/schema.ts'
import { Denied } from '../accounts/ask.ts'
import { Listed } from '../accounts/Listed.tsx'
import { Named } from '../accounts/Named.tsx'
import { splitName } from '../accounts/names.ts'
import styles from '../accounts/Page.module.css'
import { useSession } from '../accounts/session.ts'
import { useTitle } from '../accounts/use-title.ts'
import controls from '../datasets/Controls.module.css'
import message from '../shell/Message.module.css'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { type OrganisationTab, organisationTabs } from './address.ts'
import { useCharter, useOrganisation } from './api.ts'
import { ContributionsTab } from './ContributionsTab.tsx'
import { identifiersOf } from './identifiers.ts'
import { KeysTab } from './KeysTab.tsx'
import { MembersTab } from './MembersTab.tsx'
import own from './Organisations.module.css'
import { SettingsTab } from './SettingsTab.tsx'
import { StatusBadge } from './StatusBadge.tsx'
import { type Standing, standingOf } from './standing.ts'

const parts = {
  contributions: ContributionsTab,
  members: MembersTab,
  keys: KeysTab,
  settings: SettingsTab,
}

/** What every tab of the page of an organisation gets. */
export interface OrganisationPartProps {
  organisation: OrganisationView
  standing: Standing
}

/** `/organisations/{id}`: what an organisation brings, and for its own people who acts for it. */
export function OrganisationPage() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/organisations/$id' })
  const query = useOrganisation(id)
  useTitle(query.data ? splitName(query.data.name).name : t('organisations.title'))
  if (query.error instanceof Denied && query.error.status === 404)
    return (
      <div className={message.page} role="alert">
        <h1>{t('organisations.missing')}</h1>
        <p>{t('organisations.missingWhy', { id })}</p>
        <Link to="/organisations" search={(previous) => ({ lang: previous.lang })} className={message.action}>
          {t('organisations.toAll')}
        </Link>
      </div>
    )
  return (
    <div className={styles.page}>
      <Listed query={query}>{(organisation) => <Opened key={id} organisation={organisation} />}</Listed>
    </div>
  )
}

function Opened({ organisation }: { organisation: OrganisationView }) {
  const { t, language } = useLanguage()
  const { data: session } = useSession()
  const { tab: asked } = useSearch({ from: '/organisations/$id' })
  const navigate = useNavigate({ from: '/organisations/$id' })
  const standing = standingOf(session, organisation.id)
  const { data: charter } = useCharter(undefined)
  const tabs = organisationTabs.filter((tab) => isOffered(tab, standing))
  const tab = tabs.find((name) => name === asked) ?? 'contributions'
  const Part = parts[tab]
  const identifiers = identifiersOf(organisation)
  return (
    <>
      <nav className={own.back}>
        <Link to="/organisations" search={(previous) => ({ lang: previous.lang })}>
          {t('organisations.title')}
        </Link>
      </nav>
      <h1 className={styles.title}>
        <Named name={organisation.name} isSimulated={organisation.isExample} />
        <StatusBadge status={organisation.status} />
      </h1>
      <dl className={own.facts}>
        <div>
          <dt>{t('organisations.kind')}</dt>
          <dd>{t(`organisations.kindOne.${organisation.kind}`)}</dd>
        </div>
        {identifiers.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {charter !== undefined && charter.length > 0 && (
          <div>
            <dt>
              <Link to="/charter" search={(previous) => ({ lang: previous.lang })} className={own.way}>
                {t('organisations.charter.ofPlatform')}
              </Link>
            </dt>
            <dd>
              {organisation.charterVersion === null
                ? t('organisations.charter.unsigned')
                : t('organisations.charter.signedVersion', {
                    version: formatNumber(organisation.charterVersion, language),
                  })}
            </dd>
          </div>
        )}
      </dl>
      {session?.person && !standing.isMember && hasMembership(session.memberships, organisation.id) && (
        <p className={controls.note}>{t('organisations.notActing')}</p>
      )}
      {tabs.length > 1 && (
        <div className={own.tabs} role="tablist" aria-label={t('organisations.parts')}>
          {tabs.map((name) => (
            <button
              key={name}
              id={`tab-${name}`}
              type="button"
              role="tab"
              className={own.tab}
              aria-selected={name === tab}
              aria-controls="organisation-part"
              tabIndex={name === tab ? 0 : -1}
              onClick={() => void navigate({ search: (p) => ({ lang: p.lang, tab: name }), replace: true })}
              onKeyDown={(event) => {
                const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
                if (step === 0) return
                event.preventDefault()
                const next = tabs[(tabs.indexOf(name) + step + tabs.length) % tabs.length]
                document.getElementById(`tab-${next}`)?.focus()
                void navigate({ search: (p) => ({ lang: p.lang, tab: next }), replace: true })
              }}
            >
              {t(`organisations.tab.${name}`)}
            </button>
          ))}
        </div>
      )}
      <div
        id="organisation-part"
        className={own.part}
        {...(tabs.length > 1 && { role: 'tabpanel', 'aria-labelledby': `tab-${tab}` })}
      >
        <Part organisation={organisation} standing={standing} />
      </div>
    </>
  )
}

const hasMembership = (memberships: readonly { organisation: string }[], id: string) =>
  memberships.some(({ organisation }) => organisation === id)

function isOffered(tab: OrganisationTab, { isMember, isAdmin, isPlatformAdmin }: Standing): boolean {
  if (tab === 'contributions') return true
  if (tab === 'members') return isMember || isPlatformAdmin
  return isAdmin || isPlatformAdmin
}
