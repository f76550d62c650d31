import { Link } from '@tanstack/react-router'
import { formatAge, formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { useNow } from '../../ui/use-now.ts'
import controls from '../Controls.module.css'
import type { CatalogueEntry } from '../explore-answers.ts'
import { useNames } from '../names.ts'
import { SimulatedMark } from '../SimulatedMark.tsx'
import styles from './ResultList.module.css'

export interface ResultListProps {
  entries: readonly CatalogueEntry[]
  isLoading: boolean
  picked: readonly string[]
  onPick: (id: string) => void
}

/** Datasets found: what each is, how large, how fresh, whose. */
export function ResultList({ entries, isLoading, picked, onPick }: ResultListProps) {
  const { t, language } = useLanguage()
  const names = useNames()
  const now = useNow(30_000)
  if (isLoading)
    return (
      <div className={styles.list} aria-hidden="true">
        {[0, 1, 2, 3].map((i) => (
          <div key={i} className={styles.bone} />
        ))}
      </div>
    )
  return (
    <ul className={styles.list}>
      {entries.map((entry) => {
        const { dataset_id: id, title, description, records_count: rows, features } = entry
        const about = [
          entry.publisher,
          entry.license && names.licence(entry.license),
          entry.score !== undefined && t('datasets.quality.short', { score: entry.score }),
        ]
          .filter(Boolean)
          .join(' · ')
        return (
          <li key={id} className={styles.item}>
            <input
              type="checkbox"
              className={styles.pick}
              aria-label={t('datasets.catalogue.pick', { title })}
              checked={picked.includes(id)}
              onChange={() => onPick(id)}
            />
            <div className={styles.text}>
              <h2 className={styles.title}>
                <Link
                  to="/datasets/$id"
                  params={{ id }}
                  search={(previous) => ({ lang: previous.lang })}
                  className={styles.link}
                >
                  {title}
                </Link>
                {entry.simulated && <SimulatedMark />}
              </h2>
              {description && <p className={styles.description}>{description}</p>}
              <p className={styles.tags}>
                {[...(entry.theme ?? []).map(names.theme), ...(features ?? []).map(names.feature)].map(
                  (word) => (
                    <span key={word} className={controls.badge}>
                      {word}
                    </span>
                  ),
                )}
                <span className={styles.about}>{about}</span>
              </p>
            </div>
            <p className={styles.figures}>
              <strong>{formatNumber(rows, language)}</strong>
              <span>{t('datasets.rows', { count: rows })}</span>
              {rows === 0 ? (
                <span className={styles.age}>{t('datasets.noRowYet')}</span>
              ) : (
                <time
                  dateTime={entry.modified}
                  className={styles.age}
                  data-live={entry.kind === 'stream' || undefined}
                >
                  {t(entry.kind === 'stream' ? 'datasets.receivedAge' : 'datasets.modifiedAge', {
                    age: formatAge((now - Date.parse(entry.modified)) / 1000, language),
                  })}
                </time>
              )}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
