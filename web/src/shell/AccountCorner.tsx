import { Link, useLocation } from '@tanstack/react-router'
import { sectionsOf } from '../accounts/administration/sections.ts'
import { Named } from '../accounts/Named.tsx'
import { initialsOf } from '../accounts/names.ts'
import { useSession, useSignOut, useSwitch } from '../accounts/session.ts'
import { Flyout } from '../ui/Flyout.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import styles from './AccountCorner.module.css'

/** Who I am and for whom I act, with the way to what is mine; or the way in. */
export function AccountCorner() {
  const { t } = useLanguage()
  const isNarrow = useIsNarrow()
  const { href, pathname } = useLocation()
  const { data: session } = useSession()
  const change = useSwitch()
  const signOut = useSignOut()
  const person = session?.person
  if (!person)
    return pathname === '/signin' ? null : (
      <Link
        to="/signin"
        search={(previous) => ({ lang: previous.lang, returnTo: href })}
        className={isNarrow ? styles.iconIn : styles.in}
        aria-label={isNarrow ? t('accounts.signIn') : undefined}
        data-print="never"
      >
        {isNarrow ? <PersonMark /> : t('accounts.signIn')}
      </Link>
    )

  const { memberships, organisation } = session
  const acting = memberships.find((membership) => membership.organisation === organisation)
  return (
    <Flyout
      title={t('accounts.corner.title')}
      label={t('accounts.corner.open', { name: person.name })}
      className={styles.button}
      button={
        <span className={styles.round} aria-hidden="true">
          {initialsOf(person.name)}
        </span>
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
          {memberships.length > 0 && (
            <fieldset className={styles.acting} disabled={change.isPending}>
              <legend>{t('accounts.corner.for')}</legend>
              {memberships.map((membership) => (
                <button
                  key={membership.organisation}
                  type="button"
                  className={styles.choice}
                  aria-pressed={membership === acting}
                  onClick={() =>
                    membership === acting
                      ? close()
                      : change.mutate(membership.organisation, { onSuccess: close })
                  }
                >
                  <span className={styles.tick}>{membership === acting && <Tick />}</span>
                  <span className={styles.choiceName}>
                    <Named name={membership.organisationName} />
                    <small>{t(`organisations.role.${membership.role}`)}</small>
                  </span>
                </button>
              ))}
              <button
                type="button"
                className={styles.choice}
                aria-pressed={organisation === null}
                onClick={() => (organisation === null ? close() : change.mutate(null, { onSuccess: close }))}
              >
                <span className={styles.tick}>{organisation === null && <Tick />}</span>
                <span className={styles.choiceName}>{t('accounts.corner.myself')}</span>
              </button>
            </fieldset>
          )}
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
            {sectionsOf(person.platformRoles).length > 0 && (
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
        </div>
      )}
    </Flyout>
  )
}

function PersonMark() {
  return (
    <Drawing d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c.8-4 3.700-5.500 7.500-5.500s6.700 1.500 7.500 5.500" />
  )
}

const Tick = () => <Drawing d="M5 12.500l4.500 4.500L19 7" />

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
