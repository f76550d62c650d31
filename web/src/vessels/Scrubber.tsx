import { useEffect, useRef, useState } from 'react'
import type { LiveOverview } from '../../../src/vessels/schema.ts'
import { formatAge, formatDateTime, formatNumber, formatTime, formatTimeWithSeconds } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import { useNow } from '../ui/use-now.ts'
import type { LiveAddress } from './address.ts'
import { useActivity } from './api.ts'
import { Histogram } from './Histogram.tsx'
import { axisTicks, type Speed, scrubStep, speeds, windowOf } from './replay.ts'
import styles from './Scrubber.module.css'
import type { Scene } from './use-scene.ts'

export interface ScrubberProps {
  scene: Scene
  overview: LiveOverview
  change: (patch: Partial<LiveAddress>, replace?: boolean) => void
}

const hour = 3_600_000
const ranges = [1, 6, 24, 168] as const
const buckets = 120
const settleMs = 150

/** One control for time: the activity behind, the past to the left, live at the right end. */
export function Scrubber({ scene, overview, change }: ScrubberProps) {
  const { t, language } = useLanguage()
  const wallMs = useNow(1000)
  const isNarrow = useIsNarrow()
  const [rangeH, setRangeH] = useState<(typeof ranges)[number]>(24)
  const [speed, setSpeed] = useState<Speed>(60)
  const [dragMs, setDragMs] = useState<number>()
  const [hoverShare, setHoverShare] = useState<number>()
  const wantsPlay = useRef(false)
  const { isReplay, replay, player } = scene
  const isHistory = overview.mode === 'history'
  const nowMs = isHistory ? Date.parse(overview.nowAt) : wallMs + scene.feed.skewMs
  const atMs = dragMs ?? (isReplay ? player.displayedMs() : nowMs)
  const { fromMs, toMs } = windowOf(atMs, nowMs, rangeH * hour, overview.firstAt)
  const { data: activity } = useActivity(fromMs, toMs, buckets, overview.firstAt !== null)
  const isPlaying = replay.speed !== undefined

  // The address follows the replay, coarsely: it is for sharing, not for every frame.
  const { atMs: frameMs } = replay
  useEffect(() => {
    if (isPlaying) change({ at: new Date(frameMs).toISOString() }, true)
  }, [isPlaying, frameMs, change])
  useEffect(() => {
    if (isReplay && !isPlaying && frameMs >= nowMs - 2000 && frameMs > 0 && !isHistory)
      change({ at: undefined }, true)
  }, [isReplay, isPlaying, frameMs, nowMs, isHistory, change])

  // “Replay” asked while live plays as soon as the first moment is there.
  const isReady = isReplay && replay.frame !== undefined
  useEffect(() => {
    if (!isReady || !wantsPlay.current) return
    wantsPlay.current = false
    player.play(speed, nowMs)
  }, [isReady, player, speed, nowMs])

  const goLive = () => change({ at: undefined })
  const timer = useRef(0)
  const goTo = (ms: number, isSettled: boolean) => {
    clearTimeout(timer.current)
    if (ms >= nowMs - 1000) {
      setDragMs(isSettled ? undefined : nowMs)
      if (isSettled) goLive()
      return
    }
    if (isPlaying) player.pause()
    setDragMs(ms)
    timer.current = window.setTimeout(
      () => {
        change({ at: new Date(Math.round(ms / 1000) * 1000).toISOString() }, isReplay)
        if (isSettled) setDragMs(undefined)
      },
      isSettled ? 0 : settleMs,
    )
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = scrubStep(event.key, event.shiftKey)
    if (step !== undefined) goTo(Math.max(fromMs, atMs + step), true)
    else if (event.key === 'Home') goTo(fromMs, true)
    else if (event.key === 'End') goLive()
    else if (event.key === ' ') togglePlay()
    else return
    event.preventDefault()
  }
  const togglePlay = () => {
    if (isPlaying) player.pause()
    else if (isReplay) player.play(speed, nowMs)
    else {
      wantsPlay.current = true
      const firstMs = overview.firstAt === null ? fromMs : Date.parse(overview.firstAt)
      const startMs = Math.max(fromMs, firstMs, isHistory ? fromMs : nowMs - hour / 4)
      change({ at: new Date(startMs).toISOString() })
    }
  }
  const pointerShare = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
  }
  const pointerMs = (event: React.PointerEvent) => fromMs + pointerShare(event) * (toMs - fromMs)
  const shownTime = isReplay ? formatTimeWithSeconds(atMs, language) : formatTime(atMs, language)

  return (
    <section className={styles.scrubber} aria-label={t('time.label')} data-print="never">
      <button
        type="button"
        className={styles.play}
        aria-label={isPlaying ? t('time.pause') : isReplay ? t('time.play') : t('time.replay')}
        onClick={togglePlay}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} size={18} />
      </button>
      <div className={styles.centre}>
        <div
          className={styles.slider}
          role="slider"
          tabIndex={0}
          aria-label={t('time.slider')}
          aria-valuemin={fromMs}
          aria-valuemax={toMs}
          aria-valuenow={Math.round(Math.min(toMs, Math.max(fromMs, atMs)))}
          aria-valuetext={isReplay ? formatDateTime(atMs, language, nowMs) : t('time.live')}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            goTo(pointerMs(event), false)
          }}
          onPointerLeave={() => setHoverShare(undefined)}
          onPointerMove={(event) => {
            setHoverShare(pointerShare(event))
            if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(pointerMs(event), false)
          }}
          onPointerUp={(event) => goTo(pointerMs(event), true)}
        >
          {hoverShare !== undefined && (
            <span
              className={styles.hover}
              ref={(element) => {
                if (element) element.style.left = `${hoverShare * 100}%`
              }}
            >
              {formatDateTime(fromMs + hoverShare * (toMs - fromMs), language, nowMs)}
            </span>
          )}
          <Histogram counts={activity?.counts ?? []} share={(atMs - fromMs) / (toMs - fromMs)} />
        </div>
        <Axis fromMs={fromMs} toMs={toMs} most={isNarrow ? 4 : 8} nowMs={nowMs} />
      </div>
      <div className={styles.side}>
        <select
          className={styles.select}
          aria-label={t('time.range')}
          value={rangeH}
          onChange={(event) => setRangeH(Number(event.target.value) as (typeof ranges)[number])}
        >
          {ranges.map((hours) => (
            <option key={hours} value={hours}>
              {t(`time.ranges.${hours}`)}
            </option>
          ))}
        </select>
        {isReplay && (
          <select
            className={styles.select}
            aria-label={t('time.speed')}
            value={speed}
            onChange={(event) => {
              const next = Number(event.target.value) as Speed
              setSpeed(next)
              if (isPlaying) player.play(next, nowMs)
            }}
          >
            {speeds.map((times) => (
              <option key={times} value={times}>
                ×{formatNumber(times, language)}
              </option>
            ))}
          </select>
        )}
      </div>
      <div className={styles.status}>
        {isReplay ? (
          <>
            <span className={styles.at}>
              {formatDateTime(atMs, language, nowMs).replace(formatTime(atMs, language), '')}
              <strong>{shownTime}</strong>
            </span>
            <button type="button" className={styles.live} onClick={goLive}>
              {isHistory ? t('time.toEnd') : t('time.toLive')}
            </button>
          </>
        ) : isHistory ? (
          <span className={styles.at}>
            {t('time.recording')} <strong>{formatDateTime(nowMs, language, wallMs)}</strong>
          </span>
        ) : (
          <LiveAge scene={scene} nowMs={nowMs} />
        )}
      </div>
    </section>
  )
}

/** Live, and how old the last news is. */
function LiveAge({ scene, nowMs }: { scene: Scene; nowMs: number }) {
  const { t, language } = useLanguage()
  const { connection, lastReceivedAtMs } = scene.feed
  const ageS = lastReceivedAtMs === null ? undefined : (nowMs - lastReceivedAtMs) / 1000
  const state = connection === 'lost' ? 'lost' : ageS === undefined || ageS > 60 ? 'old' : 'live'
  return (
    <span className={styles.age} data-state={state}>
      <span className={styles.light} aria-hidden="true" />
      {t(`time.${state}`)}
      {ageS !== undefined && <span className={styles.ago}>{formatAge(ageS, language)}</span>}
    </span>
  )
}

function Axis({ fromMs, toMs, most, nowMs }: { fromMs: number; toMs: number; most: number; nowMs: number }) {
  const { language } = useLanguage()
  return (
    <div className={styles.axis} aria-hidden="true">
      {axisTicks(fromMs, toMs, most).map((ms) => {
        const share = (ms - fromMs) / (toMs - fromMs)
        if (share < 0.02 || share > 0.97) return null
        const date = new Date(ms)
        const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
        return (
          <span
            key={ms}
            ref={(element) => {
              if (element) element.style.left = `${share * 100}%`
            }}
          >
            {isMidnight
              ? formatDateTime(ms, language, nowMs).replace(/\s\S+$/u, '')
              : formatTime(ms, language)}
          </span>
        )
      })}
    </div>
  )
}
