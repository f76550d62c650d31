import { VisuallyHidden } from '@mantine/core'
import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { SessionView } from '../../../src/accounts/schema.ts'
import { sectionsOf } from '../accounts/administration/sections.ts'
import { Named } from '../accounts/Named.tsx'
import { initialsOf, splitName } from '../accounts/names.ts'
import { useSession, useSignOut, useSwitch } from '../accounts/session.ts'
import { Flyout } from '../ui/Flyout.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import styles from './AccountCorner.module.css'
import { LanguageControl } from './LanguageControl.tsx'
import { ThemeChoices } from './ThemeControl.tsx'

type Close = { close: () => void }

/** Who I am and for whom I act, with the way to what is mine; or the way in. On a phone also language and look. */
export function AccountCorner() {
  const { t } = useLanguage()
  const isNarrow = useIsNarrow()
  const { data: session } = useSession()
  const person = session?.person
  if (!person)
    return isNarrow ? (
      <Flyout
        title={t('accounts.corner.menu')}
        label={t('accounts.corner.menu')}
        className={styles.button}
        button={<PersonMark />}
        align="end"
      >
        {(close) => (
          <div className={styles.menu}>
            <div className={styles.entry}>
              <SignInLink onFollow={close} />
            </div>
            <Settings close={close} />
          </div>
        )}
      </Flyout>
    ) : (
      <SignInLink />
    )

  const acting = actingOf(session)
  return (
    <Flyout
      title={t('accounts.corner.title')}
      className={styles.button}
      button={
        <>
          <VisuallyHidden>
            {isNarrow
              ? t('accounts.corner.open', { name: splitName(person.name).name })
              : t('accounts.corner.mark')}
          </VisuallyHidden>
          {!isNarrow && (
            <span className={styles.me}>
              <span>{splitName(person.name).name}</span>
              <small>{acting ? splitName(acting.organisationName).name : person.email}</small>
            </span>
          )}
          <span className={styles.round} aria-hidden="true">
            {initialsOf(person.name)}
          </span>
        </>
      }
      align="end"
    >
      {(close) => (
        <div className={styles.menu}>
          <div className={styles.who}>
            <strong>
              <Named name={person.name} isSimulated={person.isDemo} />
            </strong>
            <span>{person.email}</span>
          </div>
          <Acting session={session} close={close} />
          <Ways session={session} close={close} />
          {isNarrow && <Settings close={close} />}
        </div>
      )}
    </Flyout>
  )
}

const actingOf = ({ memberships, organisation }: SessionView) =>
  memberships.find((membership) => membership.organisation === organisation)

/** Leads back to this very page; the door itself needs no way to it. */
function SignInLink({ onFollow }: { onFollow?: () => void }) {
  const { t } = useLanguage()
  const { href, pathname } = useLocation()
  const isEntrance = pathname.startsWith('/signin')
  return (
    <Link
      to="/signin"
      search={(previous) => ({ lang: previous.lang, ...(!isEntrance && { returnTo: href }) })}
      className={styles.in}
      data-print="never"
      onClick={onFollow}
    >
      {t('accounts.signIn')}
    </Link>
  )
}

/** The organisations I may act for; one at a time, or none. */
function Acting({ session, close }: { session: SessionView } & Close) {
  const { t } = useLanguage()
  const change = useSwitch()
  if (session.memberships.length === 0) return null
  const choose = (organisation: string | null) =>
    organisation === session.organisation ? close() : change.mutate(organisation, { onSuccess: close })
  return (
    <fieldset className={styles.acting} disabled={change.isPending}>
      <legend>{t('accounts.corner.for')}</legend>
      {session.memberships.map(({ organisation, organisationName, role }) => (
        <Choice
          key={organisation}
          isChosen={organisation === session.organisation}
          onChoose={() => choose(organisation)}
        >
          <Named name={organisationName} />
          <small>{t(`organisations.role.${role}`)}</small>
        </Choice>
      ))}
      <Choice isChosen={session.organisation === null} onChoose={() => choose(null)}>
        {t('accounts.corner.myself')}
      </Choice>
    </fieldset>
  )
}

function Choice({
  isChosen,
  onChoose,
  children,
}: {
  isChosen: boolean
  onChoose: () => void
  children: ReactNode
}) {
  return (
    <button type="button" className={styles.choice} aria-pressed={isChosen} onClick={onChoose}>
      <span className={styles.tick}>{isChosen && <Drawing d="M5 12.500l4.500 4.500L19 7" />}</span>
      <span className={styles.choiceName}>{children}</span>
    </button>
  )
}

function Ways({ session, close }: { session: SessionView } & Close) {
  const { t } = useLanguage()
  const signOut = useSignOut()
  const acting = actingOf(session)
  return (
    <div className={styles.ways}>
      <Link
        to="/profile"
        search={(previous) => ({ lang: previous.lang })}
        className={styles.way}
        onClick={close}
      >
        {t('accounts.profile.title')}
      </Link>
      {acting && (
        <Link
          to="/organisations/$id"
          params={{ id: acting.organisation }}
          search={(previous) => ({ lang: previous.lang })}
          className={styles.way}
          onClick={close}
        >
          {t('accounts.corner.mine')}
        </Link>
      )}
      {sectionsOf(session.person?.platformRoles ?? []).length > 0 && (
        <Link
          to="/administration"
          search={(previous) => ({ lang: previous.lang })}
          className={styles.way}
          onClick={close}
        >
          {t('accounts.admin.title')}
        </Link>
      )}
      <button
        type="button"
        className={styles.way}
        disabled={signOut.isPending}
        onClick={() => signOut.mutate(undefined, { onSuccess: close })}
      >
        {t('accounts.signOut')}
      </button>
    </div>
  )
}

/** What stands in the header where there is room for it. */
function Settings({ close }: Close) {
  return (
    <div className={styles.settings}>
      <LanguageControl />
      <ThemeChoices onChosen={close} />
    </div>
  )
}

const PersonMark = () => (
  <Drawing d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c.8-4 3.700-5.500 7.500-5.500s6.700 1.500 7.500 5.500" />
)

function Drawing({ d }: { d: string }) {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={d} />
    </svg>
  )
}
