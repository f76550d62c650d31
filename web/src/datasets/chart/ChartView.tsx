import { useEffect, useRef, useState } from 'react'
import styles from './ChartMaker.module.css'
import { type DrawOptions, drawChart } from './draw-chart.ts'

/** The drawing, as wide as its place; those who do not see it have the title and the table. */
export function ChartView({ label, options }: { label: string; options: Omit<DrawOptions, 'widthPx'> }) {
  const place = useRef<HTMLDivElement>(null)
  const [widthPx, setWidthPx] = useState(0)
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidthPx(Math.floor(entry?.contentRect.width ?? 0)))
    if (place.current) watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    if (!place.current || widthPx < 50) return
    place.current.replaceChildren(drawChart({ ...options, widthPx }))
  }, [options, widthPx])
  return (
    <div ref={place} role="img" aria-label={label} className={styles.drawing} data-chart={options.form} />
  )
}
