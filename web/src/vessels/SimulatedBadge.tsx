import { useLanguage } from '../ui/use-language.ts'
import styles from './Panel.module.css'

/** « simulé »: on whatever did not happen. */
export function SimulatedBadge() {
  const { t } = useLanguage()
  return (
    <span className={styles.simulated} title={t('simulated.why')}>
      {t('simulated.badge')}
    </span>
  )
}
