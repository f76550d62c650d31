import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { LiveVessel } from '../../../src/vessels/schema.ts'
import { formatAge, formatKnots, formatMetres } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { type LiveAddress, parseSort, sortKeys } from './address.ts'
import { isDistress, lengthOf, sortVessels } from './rules.ts'
import { TypeDot } from './TypeDot.tsx'
import styles from './VesselList.module.css'

export interface VesselListProps {
  shown: readonly LiveVessel[]
  now: number
  address: LiveAddress
  change: (patch: Partial<LiveAddress>, replace?: boolean) => void
  select: (mmsi: number | undefined) => void
  hovered: number | undefined
  onHover: (mmsi: number | undefined) => void
}

const rowPx = 52
/** The vessel left by “back”, so that the keyboard comes back to it. */
let lastOpened: number | undefined

/** Exactly what the map shows, in words: one list box, arrows move, Enter opens. */
export function VesselList({ shown, now, address, change, select, hovered, onHover }: VesselListProps) {
  const { t, language } = useLanguage()
  const sort = parseSort(address.sort) ?? { key: 'name' as const, descending: false }
  const { key, descending } = sort
  const rows = useMemo(
    () => sortVessels(shown, { key, descending }, language),
    [shown, key, descending, language],
  )
  const [activeMmsi, setActiveMmsi] = useState(lastOpened)
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    initialRect: { width: 360, height: 480 },
  })
  const at = Math.max(
    0,
    rows.findIndex((vessel) => vessel.mmsi === activeMmsi),
  )
  const active = rows[at]
  const drawn = virtual.getVirtualItems()
  const isActiveDrawn = drawn.some(({ index }) => index === at)

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the list comes back
  useEffect(() => {
    if (lastOpened === undefined || !rows.some((vessel) => vessel.mmsi === lastOpened)) return
    virtual.scrollToIndex(at, { align: 'center' })
    scroller.current?.focus({ preventScroll: true })
    lastOpened = undefined
  }, [])

  const moveTo = (index: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (!next) return
    setActiveMmsi(next.mmsi)
    onHover(next.mmsi)
    virtual.scrollToIndex(rows.indexOf(next))
  }
  const open = (vessel: LiveVessel | undefined) => {
    if (!vessel) return
    lastOpened = vessel.mmsi
    select(vessel.mmsi)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }
    const step = steps[event.key]
    if (step !== undefined) moveTo(at + step)
    else if (event.key === 'Home') moveTo(0)
    else if (event.key === 'End') moveTo(rows.length - 1)
    else if (event.key === 'Enter' || event.key === ' ') open(active)
    else return
    event.preventDefault()
  }

  return (
    <div className={styles.list}>
      <div className={styles.tools}>
        <label htmlFor="list-sort">{t('list.sort')}</label>
        <select
          id="list-sort"
          className={styles.select}
          value={key}
          onChange={(event) =>
            change({ sort: event.target.value === 'name' ? undefined : `-${event.target.value}` }, true)
          }
        >
          {sortKeys.map((option) => (
            <option key={option} value={option}>
              {t(`list.by.${option}`)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className={styles.direction}
          aria-label={t(descending ? 'list.ascending' : 'list.descending')}
          onClick={() => change({ sort: descending ? key : `-${key}` }, true)}
        >
          <Icon name={descending ? 'down' : 'up'} size={16} />
        </button>
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>{t('list.none')}</p>
      ) : (
        <div
          ref={scroller}
          className={styles.scroller}
          role="listbox"
          tabIndex={0}
          aria-label={t('list.label')}
          aria-activedescendant={isActiveDrawn ? `vessel-${active?.mmsi}` : undefined}
          onKeyDown={onKeyDown}
          onBlur={() => onHover(undefined)}
        >
          <div className={styles.space} ref={heightOf(virtual.getTotalSize())} role="presentation">
            {drawn.map((item) => {
              const vessel = rows[item.index]!
              return (
                <Row
                  key={vessel.mmsi}
                  vessel={vessel}
                  now={now}
                  position={item.index + 1}
                  size={rows.length}
                  offsetPx={item.start}
                  isActive={vessel === active}
                  isHovered={vessel.mmsi === hovered}
                  onOpen={() => open(vessel)}
                  onHover={onHover}
                />
              )
            })}
          </div>
        </div>
      )}
    </div>
  )
}

/** Set by script: the policy of the pages refuses style attributes in markup. */
const heightOf = (px: number) => (element: HTMLElement | null) => {
  if (element) element.style.height = `${px}px`
}

interface RowProps {
  vessel: LiveVessel
  now: number
  position: number
  size: number
  offsetPx: number
  isActive: boolean
  isHovered: boolean
  onOpen: () => void
  onHover: (mmsi: number | undefined) => void
}

function Row({ vessel, now, position, size, offsetPx, isActive, isHovered, onOpen, onHover }: RowProps) {
  const { t, language } = useLanguage()
  const lengthM = lengthOf(vessel)
  const type = vessel.kind === 'ship' ? t(`types.${vessel.category}`) : t(`kinds.${vessel.kind}`)
  const ageS = (now - Date.parse(vessel.positionAt)) / 1000
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list box
    <div
      id={`vessel-${vessel.mmsi}`}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      aria-setsize={size}
      aria-posinset={position}
      className={styles.row}
      data-hovered={isHovered ? '' : undefined}
      data-distress={isDistress(vessel) ? '' : undefined}
      ref={(element) => {
        if (element) element.style.transform = `translateY(${offsetPx}px)`
      }}
      onClick={onOpen}
      onPointerEnter={() => onHover(vessel.mmsi)}
      onPointerLeave={() => onHover(undefined)}
    >
      <TypeDot category={vessel.category} />
      <span className={styles.name}>{vessel.name ?? vessel.mmsi}</span>
      <span className={styles.speed}>
        {vessel.state === 'under-way' && vessel.sogKn !== null
          ? formatKnots(vessel.sogKn, language)
          : t(`statesShort.${vessel.state}`)}
      </span>
      <span className={styles.detail}>
        {type}
        {lengthM !== null && ` · ${formatMetres(lengthM, language)}`}
        {vessel.destination && ` · → ${vessel.destination}`}
      </span>
      <span className={styles.age} data-stale={vessel.stale ? '' : undefined}>
        {formatAge(ageS, language)}
      </span>
    </div>
  )
}
