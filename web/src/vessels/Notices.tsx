import type { LiveOverview } from '../../../src/vessels/schema.ts'
import { formatDuration, formatNumber } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useNow } from '../ui/use-now.ts'
import type { LiveAddress } from './address.ts'
import styles from './Notices.module.css'
import type { Scene } from './use-scene.ts'

export interface NoticesProps {
  scene: Scene
  overview: LiveOverview
  shownCount: number
  address: LiveAddress
  change: (patch: Partial<LiveAddress>, replace?: boolean) => void
  /** Moves the map to where most vessels are. */
  onGoToFeed: () => void
}

/** A feed silent for longer than this is said to be. */
const silentS = 60

/** The one thing the reader should know about what the map shows, with what can be done; nothing when all is well. */
export function Notices({ scene, overview, shownCount, address, change, onGoToFeed }: NoticesProps) {
  const { t, language } = useLanguage()
  const now = useNow(5000) + scene.feed.skewMs
  const isLive = !scene.isReplay && overview.mode === 'live'
  const heardMs =
    scene.feed.lastReceivedAtMs ?? (overview.lastReceivedAt ? Date.parse(overview.lastReceivedAt) : null)
  const silenceS = heardMs === null ? 0 : (now - heardMs) / 1000
  const isFiltered = Boolean(address.type || address.state || address.size || address.name)
  const openSources = () => change({ panel: 'sources', vessel: undefined, track: undefined })
  const distress = [...scene.vessels.values()].filter((vessel) =>
    ['sart', 'man-overboard', 'epirb'].includes(vessel.kind),
  )

  const notice = (():
    | { text: string; tone: string; action?: { label: string; run: () => void } }
    | undefined => {
    if (!scene.isReplay && scene.feed.connection === 'lost') return { text: t('notice.lost'), tone: 'bad' }
    if (scene.hasFailed) return { text: t('notice.pastFailed'), tone: 'bad' }
    if (overview.mode === 'empty' && !scene.isReplay)
      return {
        text: t('notice.empty'),
        tone: 'calm',
        action: { label: t('notice.seeSources'), run: openSources },
      }
    if (isLive && silenceS > silentS)
      return {
        text: t('notice.silent', { duration: formatDuration(silenceS, language) }),
        tone: 'bad',
        action: { label: t('notice.seeSources'), run: openSources },
      }
    if (scene.isLoading) return { text: t('notice.loading'), tone: 'calm' }
    if (shownCount === 0 && isFiltered)
      return {
        text: t('notice.filtered'),
        tone: 'calm',
        action: {
          label: t('filter.reset'),
          run: () => change({ type: undefined, state: undefined, size: undefined, name: undefined }, true),
        },
      }
    if (shownCount === 0 && scene.isReplay && scene.vessels.size === 0)
      return { text: t('notice.pastEmpty'), tone: 'calm' }
    if (shownCount === 0)
      return {
        text: t('notice.nobody'),
        tone: 'calm',
        action: overview.bounds ? { label: t('notice.goThere'), run: onGoToFeed } : undefined,
      }
    if (scene.total > scene.vessels.size && scene.vessels.size > 0)
      return {
        text: t('notice.partial', {
          shown: formatNumber(scene.vessels.size, language),
          total: formatNumber(scene.total, language),
        }),
        tone: 'calm',
      }
    return undefined
  })()

  return (
    <div className={styles.stack}>
      {distress.map((vessel) => (
        <button
          key={vessel.mmsi}
          type="button"
          className={styles.notice}
          data-tone="distress"
          onClick={() => change({ vessel: vessel.mmsi, panel: undefined })}
        >
          <Icon name="warning" size={17} />
          {t(`kinds.${vessel.kind}`)} · {vessel.mmsi}
        </button>
      ))}
      <div role="status">
        {notice && (
          <div className={styles.notice} data-tone={notice.tone}>
            {notice.tone === 'bad' && <Icon name="warning" size={17} />}
            <span>{notice.text}</span>
            {notice.action && (
              <button type="button" className={styles.action} onClick={notice.action.run}>
                {notice.action.label}
              </button>
            )}
          </div>
        )}
      </div>
    </div>
  )
}
