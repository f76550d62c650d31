import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Sheet.module.css'

type Height = 'low' | 'half' | 'full'
/** Height of the sheet when low; the same as in Sheet.module.css. */
export const lowSheetPx = 208
const halfShare = 0.58
const heights: Height[] = ['low', 'half', 'full']

interface SheetProps {
  /** Stays in sight at every height. */
  top: ReactNode
  isOpen: boolean
  /** Told how much of the map is covered; full covers as half, so that the map need not move. */
  onHeight: (px: number) => void
  children: ReactNode
}

/** A sheet at the bottom of small screens, in three heights: pulled by thumb, or by its button. */
export function Sheet({ top, isOpen, onHeight, children }: SheetProps) {
  const { t } = useLanguage()
  const [height, setHeight] = useState<Height>(isOpen ? 'half' : 'low')
  const startY = useRef<number>(undefined)
  useEffect(() => {
    onHeight(height === 'low' ? lowSheetPx : Math.round(window.innerHeight * halfShare))
  }, [height, onHeight])
  const move = (step: number) =>
    setHeight((now) => heights[Math.min(2, Math.max(0, heights.indexOf(now) + step))]!)
  return (
    <aside className={styles.sheet} data-height={height}>
      <button
        type="button"
        className={styles.handle}
        aria-expanded={height !== 'low'}
        aria-label={height === 'low' ? t('sheet.open') : t('sheet.close')}
        onClick={() => setHeight(height === 'low' ? 'half' : 'low')}
        onPointerDown={(event) => {
          startY.current = event.clientY
        }}
        onPointerUp={(event) => {
          const pulled = (startY.current ?? event.clientY) - event.clientY
          startY.current = undefined
          if (Math.abs(pulled) < 24) return
          event.preventDefault()
          move(pulled > 0 ? 1 : -1)
        }}
      >
        <span aria-hidden="true" />
      </button>
      <div className={styles.top}>{top}</div>
      <div className={styles.content}>{children}</div>
    </aside>
  )
}
