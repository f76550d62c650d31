import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import styles from '../FilterPanel.module.css'
import { useCommunes } from './use-communes.ts'

/** Cuts the rows by a commune; where no outlines are loaded it says which ones to load. */
export function CommunePicker({
  code,
  onPick,
}: {
  code: string | undefined
  onPick: (code: string | undefined) => void
}) {
  const { t } = useLanguage()
  const { communes, isAbsent } = useCommunes(true)
  if (isAbsent) return <p className={styles.hint}>{t('datasets.territory.absent')}</p>
  return (
    <label className={`${controls.label} ${styles.commune}`}>
      {t('datasets.territory.commune')}
      <select
        className={controls.select}
        value={code ?? ''}
        onChange={({ target }) => onPick(target.value || undefined)}
      >
        <option value="">{t('datasets.territory.all')}</option>
        {code && !communes.some((one) => one.code === code) && <option value={code}>{code}</option>}
        {communes.map((one) => (
          <option key={one.code} value={one.code}>
            {one.name} ({one.code})
          </option>
        ))}
      </select>
    </label>
  )
}
