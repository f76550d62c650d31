import { useMemo } from 'react'
import type { LiveOverview, LiveVessel, Track } from '../../../src/vessels/schema.ts'
import type { LiveMap } from '../map/live-map.ts'
import { placeOfView } from '../map/place.ts'
import { nameOf, places } from '../map/places.ts'
import { formatDateTime, formatNumber, formatTime, zoneName } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useNow } from '../ui/use-now.ts'
import type { LiveAddress } from './address.ts'
import styles from './Panel.module.css'
import { type Box, countByState } from './rules.ts'
import { Scrubber } from './Scrubber.tsx'
import { Sheet } from './Sheet.tsx'
import { SimulatedBadge } from './SimulatedBadge.tsx'
import { Sources } from './Sources.tsx'
import { StateMark } from './StateMark.tsx'
import type { Scene } from './use-scene.ts'
import { VesselList } from './VesselList.tsx'
import { VesselPanel } from './VesselPanel.tsx'

export interface PanelProps {
  scene: Scene
  overview: LiveOverview
  shown: readonly LiveVessel[]
  view: Box | undefined
  address: LiveAddress
  change: (patch: Partial<LiveAddress>, replace?: boolean) => void
  select: (mmsi: number | undefined) => void
  hovered: number | undefined
  onHover: (mmsi: number | undefined) => void
  map: LiveMap | undefined
  track: Track | undefined
  isSheet: boolean
  onSheetHeight: (px: number) => void
}

/** Beside the map: what is here, the list, the sources, or one vessel. At 390 px the same in a sheet. */
export function Panel(props: PanelProps) {
  const { address, isSheet, scene, overview, change } = props
  const content = address.vessel ? (
    <VesselPanel key={address.vessel} {...props} mmsi={address.vessel} />
  ) : (
    <Around {...props} />
  )
  if (!isSheet) return <aside className={styles.panel}>{content}</aside>
  return (
    <Sheet
      key={address.vessel ? 'vessel' : 'around'}
      isOpen={address.vessel !== undefined}
      onHeight={props.onSheetHeight}
      top={<Scrubber scene={scene} overview={overview} change={change} />}
    >
      {content}
    </Sheet>
  )
}

function Around(props: PanelProps) {
  const { t, language } = useLanguage()
  const { scene, overview, shown, view, address, change } = props
  const wallNow = useNow(1000)
  const now = scene.isReplay ? scene.replay.atMs : scene.clock()
  const place = useMemo(() => view && placeOfView(places, view), [view])
  const counts = useMemo(() => countByState(shown), [shown])
  const isSimulated = overview.simulated
  const when =
    scene.isReplay || overview.mode === 'history'
      ? formatDateTime(now, language, wallNow)
      : formatTime(now, language)
  const rate =
    scene.feed.vessels.size > 0 && !scene.isReplay ? scene.feed.messagesPerMinute : overview.messagesPerMinute
  const tab = address.panel ?? 'list'
  const liveSources = overview.sources.filter((source) => source.state === 'live').length

  return (
    <>
      <div className={styles.head}>
        <h2 className={styles.title}>
          {place ? `${nameOf(place, language)}, ` : ''}
          <span className={styles.when}>{when}</span>
        </h2>
        <p className={styles.sub}>
          {overview.mode === 'history'
            ? t('panel.recording')
            : `${t('panel.sources', { count: liveSources })} · ${t('panel.rate', {
                rate: formatNumber(Math.round(rate), language),
              })}`}
          {` · ${zoneName(now, language)}`}
          {isSimulated && <SimulatedBadge />}
        </p>
        <dl className={styles.counts}>
          {(['under-way', 'moored', 'anchored'] as const).map((state) => (
            <div key={state}>
              <dt>
                <StateMark state={state} />
                {t(`counts.${state}`)}
              </dt>
              <dd>{formatNumber(counts[state], language)}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div className={styles.tabs} role="tablist" aria-label={t('panel.tabs')}>
        {(['list', 'sources'] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls={`tabpanel-${name}`}
            tabIndex={tab === name ? 0 : -1}
            className={styles.tab}
            onClick={() => change({ panel: name === 'sources' ? 'sources' : undefined })}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
              const other = name === 'list' ? 'sources' : 'list'
              change({ panel: other === 'sources' ? 'sources' : undefined })
              document.getElementById(`tab-${other}`)?.focus()
            }}
          >
            {name === 'list'
              ? t('panel.list', { shown: formatNumber(shown.length, language), count: shown.length })
              : t('panel.sourcesTab')}
          </button>
        ))}
      </div>
      <div className={styles.body} role="tabpanel" id={`tabpanel-${tab}`} aria-labelledby={`tab-${tab}`}>
        {tab === 'list' ? (
          <VesselList {...props} now={now} />
        ) : (
          <Sources overview={overview} skewMs={scene.feed.skewMs} />
        )}
      </div>
    </>
  )
}
