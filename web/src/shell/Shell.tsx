import { Link, Outlet, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useSession } from '../accounts/session.ts'
import { Icon } from '../ui/Icon.tsx'
import { chooseLanguage, speak } from '../ui/language.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import { AccountCorner } from './AccountCorner.tsx'
import { Brand } from './Brand.tsx'
import { LanguageControl } from './LanguageControl.tsx'
import { navigation } from './navigation.ts'
import { SearchBox } from './SearchBox.tsx'
import styles from './Shell.module.css'
import { ThemeControl } from './ThemeControl.tsx'

/** Brand, navigation, search and controls around every page. */
export function Shell() {
  const { t } = useLanguage()
  const { lang } = useSearch({ from: '__root__' })
  const isNarrow = useIsNarrow()
  const { data: session } = useSession()
  const chosen = lang ?? session?.person?.locale
  const [isSearching, setSearching] = useState(false)

  useEffect(() => {
    void speak(chooseLanguage(chosen, navigator.languages))
  }, [chosen])

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t('shell.skip')}
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.brand} aria-label={t('shell.home')}>
          <Brand />
          <span>Lacydon</span>
        </Link>
        <nav className={styles.nav} aria-label={t('shell.navigation')}>
          {navigation.map(({ to, label }) => (
            <Link key={to} to={to} className={styles.link} activeOptions={{ includeSearch: false }}>
              {t(label)}
            </Link>
          ))}
        </nav>
        <div className={styles.spacer} />
        {isNarrow && !isSearching ? (
          <button
            type="button"
            className={styles.icon}
            aria-label={t('search.open')}
            onClick={() => setSearching(true)}
          >
            <Icon name="search" />
          </button>
        ) : (
          <div className={isNarrow ? styles.searchOver : styles.search}>
            <SearchBox isFocused={isNarrow} onDone={() => setSearching(false)} />
            {isNarrow && (
              <button
                type="button"
                className={styles.icon}
                aria-label={t('search.close')}
                onClick={() => setSearching(false)}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
        )}
        {!isNarrow && (
          <>
            <ThemeControl />
            <LanguageControl />
          </>
        )}
        <AccountCorner />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}
