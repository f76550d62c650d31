import { Link, useLocation } from '@tanstack/react-router'
import { languages } from '../ui/language.ts'
import { useLanguage } from '../ui/use-language.ts'
import styles from './LanguageControl.module.css'

const names = { fr: 'Français', en: 'English' }

/** FR · EN: the same page in the other language, as an address. */
export function LanguageControl() {
  const { t, language } = useLanguage()
  const { pathname } = useLocation()
  return (
    <nav className={styles.group} data-print="never" aria-label={t('shell.language')}>
      {languages.map((code) => (
        <Link
          key={code}
          to={pathname as '/live'}
          search={(previous) => ({ ...previous, lang: code })}
          replace
          className={styles.item}
          aria-current={code === language ? 'true' : undefined}
          aria-label={`${code.toUpperCase()} – ${names[code]}`}
          lang={code}
          hrefLang={code}
        >
          {code.toUpperCase()}
        </Link>
      ))}
    </nav>
  )
}
