import type { LiveOverview, SourceState } from '../../../src/vessels/schema.ts'
import { formatAge, formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useNow } from '../ui/use-now.ts'
import { SimulatedBadge } from './SimulatedBadge.tsx'
import styles from './Sources.module.css'

/** Each receiver: whether it is heard, how much, and what it sent that could not be read. */
export function Sources({ overview, skewMs }: { overview: LiveOverview; skewMs: number }) {
  const { t } = useLanguage()
  if (overview.sources.length === 0) return <p className={styles.none}>{t('source.none')}</p>
  return (
    <ul className={styles.sources}>
      {overview.sources.map((source) => (
        <Source key={source.id} source={source} skewMs={skewMs} />
      ))}
    </ul>
  )
}

function Source({ source, skewMs }: { source: SourceState; skewMs: number }) {
  const { t, language } = useLanguage()
  const now = useNow(1000) + skewMs
  const count = (value: number) => formatNumber(value, language)
  const rejects = Object.entries(source.rejects).filter(([, lines]) => lines > 0)
  return (
    <li className={styles.source}>
      <h3 className={styles.name}>
        {source.id}
        {source.simulated && <SimulatedBadge />}
      </h3>
      <p className={styles.state} data-state={source.state}>
        <span className={styles.light} aria-hidden="true" />
        {t(`source.states.${source.state}`)}
        {source.lastReceivedAt &&
          ` · ${formatAge((now - Date.parse(source.lastReceivedAt)) / 1000, language)}`}
      </p>
      {source.message && <p className={styles.message}>{source.message}</p>}
      <p className={styles.address}>{source.address}</p>
      <dl className={styles.figures}>
        <div>
          <dt>{t('source.rate')}</dt>
          <dd>{count(Math.round(source.messagesPerMinute))}</dd>
        </div>
        <div>
          <dt>{t('source.messages')}</dt>
          <dd>{count(source.messages)}</dd>
        </div>
        <div>
          <dt>{t('source.duplicates')}</dt>
          <dd>{count(source.duplicates)}</dd>
        </div>
      </dl>
      {rejects.length > 0 && (
        <details className={styles.rejects}>
          <summary>
            {t('source.rejects', { shown: count(rejects.reduce((sum, [, lines]) => sum + lines, 0)) })}
          </summary>
          <dl>
            {rejects.map(([reason, lines]) => (
              <div key={reason}>
                <dt>
                  {t(`rejects.${reason as 'checksum'}`, { defaultValue: reason })} · {count(lines)}
                </dt>
                <dd>
                  <code>{source.rejectSamples[reason] ?? ''}</code>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {source.stations.length > 0 && (
        <details className={styles.rejects}>
          <summary>{t('source.stations', { count: source.stations.length })}</summary>
          <dl>
            {source.stations.map((station) => (
              <div key={station.station}>
                <dt>{station.station}</dt>
                <dd>
                  {count(station.messages)} ·{' '}
                  {formatAge((now - Date.parse(station.lastReceivedAt)) / 1000, language)}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  )
}
