import { useLanguage } from '../ui/use-language.ts'
import controls from './Controls.module.css'

/** « simulé »: on whatever rows did not happen. */
export function SimulatedMark() {
  const { t } = useLanguage()
  return (
    <span className={`${controls.badge} ${controls.simulated}`} title={t('datasets.simulatedWhy')}>
      {t('simulated.badge')}
    </span>
  )
}
