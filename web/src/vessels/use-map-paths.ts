import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { LiveOverview, LiveVessel, Track } from '../../../src/vessels/schema.ts'
import type { LiveMap } from '../map/live-map.ts'
import { formatTime } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import type { LiveAddress } from './address.ts'
import { fetchTrails, useTrack } from './api.ts'
import type { Box } from './rules.ts'
import { trackFeatures } from './track-file.ts'
import { TrailBook } from './trails.ts'
import type { Scene } from './use-scene.ts'

const trailMinutes = 20
/** Lines are redrawn at most this often; beyond many vessels, less. */
const redrawMs = (vessels: number) => (vessels > 1500 ? 10_000 : 2000)

/** Draws trails and the track asked for; answers the track, so that the panel can offer it as a file. */
export function useMapPaths(
  map: LiveMap | undefined,
  scene: Scene,
  shown: readonly LiveVessel[],
  view: Box | undefined,
  address: LiveAddress,
  overview: LiveOverview,
): Track | undefined {
  const { language } = useLanguage()
  const book = useMemo(() => new TrailBook(trailMinutes * 60_000), [])
  const drawnAt = useRef(0)
  const historyEnd = overview.mode === 'history' ? Date.parse(overview.nowAt) : undefined
  // Trails of the past follow by whole minutes while the replay runs.
  const pastMs = scene.isReplay ? Math.floor(scene.replay.atMs / 60_000) * 60_000 : undefined

  const { data: trails } = useQuery({
    queryKey: ['trails', view, pastMs ?? 'live'],
    queryFn: ({ signal }) => fetchTrails(view!, trailMinutes, pastMs, signal),
    enabled: view !== undefined && view[2] - view[0] < 20,
    refetchInterval: scene.isReplay ? false : 60_000,
    retry: false,
  })
  useEffect(() => {
    if (!trails) return
    book.replace(trails)
    drawnAt.current = 0
  }, [trails, book])

  useEffect(() => {
    if (!map) return
    if (!scene.isReplay) book.extend(scene.vessels.values())
    if (Date.now() - drawnAt.current < redrawMs(shown.length)) return
    drawnAt.current = Date.now()
    map.setFeatures('trails', book.features(shown, scene.clock()))
  }, [map, book, shown, scene.vessels, scene.isReplay, scene.clock])

  const isTracked = address.track === true && address.vessel !== undefined
  const endMs = pastMs ?? historyEnd ?? Math.floor(Date.now() / 60_000) * 60_000
  const { data: track } = useTrack(
    isTracked ? address.vessel : undefined,
    endMs,
    !scene.isReplay && !historyEnd,
  )
  const category = (address.vessel && scene.vessels.get(address.vessel)?.category) || 'other'
  useEffect(() => {
    map?.setFeatures(
      'track',
      isTracked && track ? trackFeatures(track, category, (ms) => formatTime(ms, language)) : undefined,
    )
  }, [map, isTracked, track, category, language])
  return isTracked ? track : undefined
}
