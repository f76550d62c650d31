import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { LiveOverview, LiveVessel } from '../../../src/vessels/schema.ts'
import type { MovingVessel } from '../map/vessel-layer.ts'
import { fetchVessels } from './api.ts'
import { type FeedState, VesselFeed } from './feed.ts'
import { driftBetween, frameStepMs } from './replay.ts'
import { ReplayPlayer, type ReplayState } from './replay-player.ts'
import { type Box, degreesPerSecond, maxReckoningS } from './rules.ts'

/** What the live page shows at this moment, whether it comes from the stream or from the past. */
export interface Scene {
  isReplay: boolean
  vessels: ReadonlyMap<number, LiveVessel>
  total: number
  isLoading: boolean
  hasFailed: boolean
  feed: FeedState
  replay: ReplayState
  player: ReplayPlayer
  /** Instant on the screen, ms. */
  clock: () => number
  moving: (vessels: readonly LiveVessel[]) => MovingVessel[]
}

/** Connects the stream or the past to the view; `atMs` undefined = live. */
export function useScene(
  view: Box | undefined,
  atMs: number | undefined,
  overview: LiveOverview | undefined,
): Scene {
  const [feedSource] = useState(() => new VesselFeed())
  const [player] = useState(
    () =>
      new ReplayPlayer({
        fetch: fetchVessels,
        now: () => Date.now(),
        setTimer: (run, ms) => window.setTimeout(run, ms),
        clearTimer: (timer) => window.clearTimeout(timer),
      }),
  )
  const feed = useSyncExternalStore(feedSource.subscribe, feedSource.getState)
  const replay = useSyncExternalStore(player.subscribe, player.getState)
  const isReplay = atMs !== undefined
  const shownBox = useRef<Box>(undefined)

  useEffect(() => {
    if (!view) return
    if (atMs === undefined) {
      player.stop()
      feedSource.watch(view)
      return
    }
    feedSource.stop()
    const isNewBox = shownBox.current !== view
    shownBox.current = view
    // While it plays, the address follows the player, not the other way.
    const { speed } = player.getState()
    if (speed && !isNewBox) return
    if (speed) player.watch(view)
    else if (isNewBox || player.getState().atMs !== atMs || !player.getState().frame) player.show(view, atMs)
  }, [view, atMs, feedSource, player])

  useEffect(
    () => () => {
      feedSource.stop()
      player.stop()
    },
    [feedSource, player],
  )

  const historyEnd = overview?.mode === 'history' ? Date.parse(overview.nowAt) : undefined
  const skewMs = feed.skewMs
  const clock = useMemo(() => {
    if (isReplay) return () => player.displayedMs()
    if (historyEnd !== undefined) return () => historyEnd
    return () => Date.now() + skewMs
  }, [isReplay, player, historyEnd, skewMs])

  const { frame, next, speed } = replay
  const moving = useMemo(() => {
    if (isReplay)
      return (vessels: readonly LiveVessel[]): MovingVessel[] =>
        vessels.map((vessel) => ({
          vessel,
          velocity:
            speed && frame && next
              ? driftBetween(vessel, next.vessels.get(vessel.mmsi), (next.atMs - frame.atMs) / 1000)
              : { lon: 0, lat: 0 },
          fromMs: frame?.atMs ?? 0,
          forS: speed ? frameStepMs(speed) / 1000 : 0,
        }))
    const still = historyEnd !== undefined
    return (vessels: readonly LiveVessel[]): MovingVessel[] =>
      vessels.map((vessel) => ({
        vessel,
        velocity: still ? { lon: 0, lat: 0 } : degreesPerSecond(vessel),
        fromMs: Date.parse(vessel.positionAt),
        forS: maxReckoningS,
      }))
  }, [isReplay, frame, next, speed, historyEnd])

  return {
    isReplay,
    vessels: isReplay ? (frame?.vessels ?? noVessels) : feed.vessels,
    total: isReplay ? (frame?.total ?? 0) : feed.total,
    isLoading: isReplay
      ? !frame && replay.isLoading
      : feed.connection === 'connecting' && feed.vessels.size === 0,
    hasFailed: isReplay && replay.hasFailed,
    feed,
    replay,
    player,
    clock,
    moving,
  }
}

const noVessels: ReadonlyMap<number, LiveVessel> = new Map()
