import { formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import styles from './CataloguePage.module.css'

/** The datasets picked, as one archive with dictionary, licences and checksums. */
export function PackBar({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  const { t, language } = useLanguage()
  return (
    <section className={styles.pack} aria-label={t('datasets.pack.label')}>
      <p>{t('datasets.pack.count', { count: ids.length, shown: formatNumber(ids.length, language) })}</p>
      <button type="button" className={controls.quiet} onClick={onClear}>
        {t('datasets.pack.clear')}
      </button>
      <a
        className={controls.primary}
        href={`/api/v1/packs?datasets=${ids.map(encodeURIComponent).join(',')}`}
        download
      >
        <Icon name="download" size={16} />
        {t('datasets.pack.download')}
      </a>
    </section>
  )
}
