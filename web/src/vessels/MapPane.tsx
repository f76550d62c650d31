import { useEffect, useRef, useState } from 'react'
import type { LiveMap } from '../map/live-map.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useIsMotionReduced } from '../ui/use-media.ts'
import { useShownScheme } from '../ui/use-shown-scheme.ts'
import type { Viewport } from './address.ts'
import styles from './LivePage.module.css'
import type { Box } from './rules.ts'

export interface MapPaneProps {
  viewport: Viewport | undefined
  bounds: Box | undefined
  bottomInsetPx: number
  onReady: (map: LiveMap | undefined) => void
  /** The map cannot be drawn here: no WebGL, or its files did not come. */
  onFail: () => void
  onView: (view: Box, viewport: Viewport, isResting: boolean) => void
  onSelect: (mmsi: number | undefined) => void
  onHover: (mmsi: number | undefined) => void
}

/** The map, loaded after the page; the list beside it says the same in words. */
export function MapPane(props: MapPaneProps) {
  const { t, language } = useLanguage()
  const container = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<LiveMap>()
  const [hasFailed, setFailed] = useState(false)
  const isMotionReduced = useIsMotionReduced()
  const scheme = useShownScheme()
  const latest = useRef(props)
  latest.current = props

  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is made once; what changes later is told to it
  useEffect(() => {
    const gone = new AbortController()
    void import('../map/live-map.ts')
      .then(({ LiveMap }) =>
        LiveMap.create(
          {
            container: container.current!,
            language,
            viewport: latest.current.viewport,
            bounds: latest.current.bounds,
            bottomInsetPx: latest.current.bottomInsetPx,
            isMotionReduced,
            events: {
              onView: (...view) => latest.current.onView(...view),
              onSelect: (mmsi) => latest.current.onSelect(mmsi),
              onHover: (mmsi) => latest.current.onHover(mmsi),
            },
            locale: {
              'NavigationControl.ZoomIn': t('map.zoomIn'),
              'NavigationControl.ZoomOut': t('map.zoomOut'),
              'AttributionControl.ToggleAttribution': t('map.attribution'),
              'Map.Title': t('map.label'),
              'ScaleControl.NauticalMiles': language === 'fr' ? 'M' : 'NM',
            },
          },
          gone.signal,
        ),
      )
      .then((live) => {
        if (!live) return
        setMap(live)
        latest.current.onReady(live)
      })
      .catch(() => {
        setFailed(true)
        latest.current.onFail()
      })
    return () => {
      gone.abort()
      latest.current.onReady(undefined)
    }
  }, [])

  useEffect(() => map?.setLanguage(language), [map, language])
  useEffect(() => map?.setBottomInset(props.bottomInsetPx), [map, props.bottomInsetPx])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens behind the palette follow the scheme
  useEffect(() => {
    // The attribute that switches the tokens is set in an effect of the provider, which runs after this one.
    const frame = requestAnimationFrame(() => map?.recolour())
    return () => cancelAnimationFrame(frame)
  }, [map, scheme])

  return (
    <div className={styles.map} data-map={map ? 'ready' : 'loading'}>
      <div ref={container} className={styles.canvas} />
      {hasFailed && (
        <p className={styles.mapFailed} role="alert">
          {t('map.failed')}
        </p>
      )}
    </div>
  )
}
