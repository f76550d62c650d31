import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import sections from '../Sections.module.css'
import styles from './QualitySection.module.css'
import { useQuality } from './use-quality.ts'

/** The score of a dataset and what it is made of: each part with what it reaches, the weakest to be mended first. */
export function QualitySection({ id }: { id: string }) {
  const { t, language } = useLanguage()
  const { data } = useQuality(id)
  if (!data) return null
  const percent = (share: number) => `${formatNumber(Math.round(share * 100), language)}\u00a0%`
  return (
    <section className={sections.section}>
      <h2>{t('datasets.quality.title', { score: data.score })}</h2>
      <dl className={styles.parts}>
        {data.parts.map(({ name, share }) => (
          <div key={name} className={styles.part}>
            <dt>{t(`datasets.quality.part.${name}`)}</dt>
            <dd>
              <span className={styles.track} aria-hidden="true">
                <span
                  className={styles.bar}
                  data-weak={(share !== null && share < 0.5) || undefined}
                  style={{ width: `${Math.round((share ?? 0) * 100)}%` }}
                />
              </span>
              <span className={styles.share}>
                {share === null ? t('datasets.quality.unknown') : percent(share)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <p className={sections.dim}>{t('datasets.quality.how')}</p>
    </section>
  )
}
