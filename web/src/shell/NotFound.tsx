import { Link } from '@tanstack/react-router'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Message.module.css'

export function NotFound() {
  const { t } = useLanguage()
  return (
    <div className={styles.page}>
      <h1>{t('notFound.title')}</h1>
      <p>{t('notFound.why')}</p>
      <Link to="/live" className={styles.action}>
        {t('notFound.action')}
      </Link>
    </div>
  )
}
