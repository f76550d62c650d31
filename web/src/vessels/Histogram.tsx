import { useEffect, useRef } from 'react'
import { useShownScheme } from '../ui/use-shown-scheme.ts'
import styles from './Scrubber.module.css'

/** Activity as bars; what lies before the cursor is darker, the cursor a line. Decorative: the slider speaks. */
export function Histogram({ counts, share }: { counts: readonly number[]; share: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useShownScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens read below
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => {
      const { clientWidth, clientHeight } = element
      const ratio = window.devicePixelRatio || 1
      element.width = clientWidth * ratio
      element.height = clientHeight * ratio
      const pen = element.getContext('2d')!
      const style = getComputedStyle(element)
      const [bar, past, ink] = ['--bar', '--bar-past', '--coral'].map((name) => style.getPropertyValue(name))
      pen.scale(ratio, ratio)
      const highest = Math.max(1, ...counts)
      const width = clientWidth / Math.max(1, counts.length)
      const cursorX = Math.min(1, Math.max(0, share)) * clientWidth
      counts.forEach((count, i) => {
        const height = count === 0 ? 1 : Math.max(2, (count / highest) * (clientHeight - 4))
        pen.fillStyle = ((i + 0.5) * width <= cursorX ? past : bar) ?? ''
        pen.beginPath()
        pen.roundRect(
          i * width + 0.75,
          clientHeight - height,
          Math.max(1, width - 1.5),
          height,
          [1.5, 1.5, 0, 0],
        )
        pen.fill()
      })
      pen.fillStyle = ink ?? ''
      pen.fillRect(Math.min(clientWidth - 2, cursorX - 1), 0, 2, clientHeight)
      pen.beginPath()
      pen.arc(Math.min(clientWidth - 5, Math.max(5, cursorX)), 5, 5, 0, 2 * Math.PI)
      pen.fill()
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [counts, share, scheme])
  return <canvas ref={canvas} className={styles.bars} />
}
