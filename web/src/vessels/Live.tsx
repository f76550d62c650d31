import { VisuallyHidden } from '@mantine/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { LiveOverview } from '../../../src/vessels/schema.ts'
import type { LiveMap } from '../map/live-map.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import { formatViewport, parseViewport, type Viewport } from './address.ts'
import { FilterBar } from './FilterBar.tsx'
import styles from './LivePage.module.css'
import { MapPane } from './MapPane.tsx'
import { Notices } from './Notices.tsx'
import { Panel } from './Panel.tsx'
import { type Box, filtersOf, isDistress, lengthOf, passes, shownVessels } from './rules.ts'
import { Scrubber } from './Scrubber.tsx'
import { lowSheetPx } from './Sheet.tsx'
import { useLiveAddress } from './use-address.ts'
import { useMapPaths } from './use-map-paths.ts'
import { useScene } from './use-scene.ts'

/** Height that the scrubber takes over the map, margins included. */
const scrubberPx = 104

export function Live({ overview }: { overview: LiveOverview }) {
  const { t } = useLanguage()
  const [address, change] = useLiveAddress()
  const [map, setMap] = useState<LiveMap>()
  const [view, setView] = useState<Box>()
  const [hovered, setHovered] = useState<number>()
  const isNarrow = useIsNarrow()
  const [sheetPx, setSheetPx] = useState(lowSheetPx)
  const atMs = address.at === undefined ? undefined : Date.parse(address.at)
  const scene = useScene(view, atMs, overview)

  const filters = useMemo(
    () => filtersOf({ type: address.type, state: address.state, size: address.size, name: address.name }),
    [address.type, address.state, address.size, address.name],
  )
  const shown = useMemo(
    () => (view ? shownVessels(scene.vessels.values(), view, filters) : []),
    [scene.vessels, view, filters],
  )

  const select = useCallback(
    (vessel: number | undefined) => change({ vessel, track: undefined, panel: undefined }),
    [change],
  )
  const selected = address.vessel
  const onSelect = useCallback(
    (mmsi: number | undefined) => {
      if (mmsi !== selected) select(mmsi)
    },
    [select, selected],
  )

  const viewWritten = useRef(address.map)
  const onView = useCallback(
    (box: Box, viewport: Viewport, isResting: boolean) => {
      if (!isResting) return
      setView(box)
      const text = formatViewport(viewport)
      if (text === viewWritten.current) return
      viewWritten.current = text
      change({ map: text }, true)
    },
    [change],
  )
  useEffect(() => {
    const viewport = parseViewport(address.map)
    if (!map || !viewport || address.map === viewWritten.current) return
    viewWritten.current = address.map
    map.moveTo(viewport, true)
  }, [map, address.map])

  const drawn = useMemo(() => {
    const order = (vessel: Parameters<typeof lengthOf>[0]) =>
      isDistress(vessel) ? 1e6 : vessel.mmsi === selected ? 1e5 : -(lengthOf(vessel) ?? 0)
    return [...scene.vessels.values()]
      .filter((vessel) => passes(vessel, filters))
      .sort((a, b) => order(a) - order(b))
  }, [scene.vessels, filters, selected])
  useEffect(() => map?.setVessels(scene.moving(drawn), scene.clock), [map, drawn, scene.moving, scene.clock])
  useEffect(() => map?.setSelected(selected), [map, selected])
  useEffect(() => map?.setHovered(hovered), [map, hovered])
  const track = useMapPaths(map, scene, shown, view, address, overview)

  return (
    <div className={styles.page}>
      <VisuallyHidden component="h1">{t('nav.live')}</VisuallyHidden>
      <div className={styles.stage}>
        <MapPane
          viewport={parseViewport(address.map)}
          bounds={(overview.bounds ?? undefined) as Box | undefined}
          bottomInsetPx={isNarrow ? sheetPx : scrubberPx}
          onReady={setMap}
          onFail={() => setView((overview.bounds as Box | null) ?? [-180, -90, 180, 90])}
          onView={onView}
          onSelect={onSelect}
          onHover={setHovered}
        />
        <FilterBar vessels={scene.vessels} view={view} filters={filters} address={address} change={change} />
        <Notices
          scene={scene}
          overview={overview}
          shownCount={shown.length}
          address={address}
          change={change}
          onGoToFeed={() => overview.bounds && map?.fit(overview.bounds as Box)}
        />
        {!isNarrow && <Scrubber scene={scene} overview={overview} change={change} />}
      </div>
      <Panel
        scene={scene}
        overview={overview}
        shown={shown}
        view={view}
        address={address}
        change={change}
        select={select}
        hovered={hovered}
        onHover={setHovered}
        map={map}
        track={track}
        isSheet={isNarrow}
        onSheetHeight={setSheetPx}
      />
    </div>
  )
}
