import { scaleTop } from '../organisations/contribution-figures.ts'
import { formatDay, formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import styles from './Journal.module.css'
import type { DayOfUse } from './usage-figures.ts'

const height = 190
const floor = height - 26
const ceiling = 20

/** Accesses of each day as bars from zero, with what was refused on top of them. */
export function UsageChart({ days, label }: { days: readonly DayOfUse[]; label: string }) {
  const { t, language } = useLanguage()
  const isNarrow = useIsNarrow()
  const width = isNarrow ? 340 : 900
  const slot = width / days.length
  const top = scaleTop(Math.max(1, ...days.map(({ accesses, refusals }) => accesses + refusals)))
  const yOf = (count: number) => floor - ((floor - ceiling) * count) / top
  const every = isNarrow ? 10 : 5
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {[top, top / 2, 0].map((count) => (
        <g key={count}>
          <line className={styles.axis} x1={0} x2={width} y1={yOf(count)} y2={yOf(count)} />
          {count > 0 && (
            <text className={styles.label} x={0} y={yOf(count) - 5}>
              {formatNumber(count, language, Number.isInteger(count) ? 0 : 1)}
            </text>
          )}
        </g>
      ))}
      {days.map(({ date, accesses, refusals }, i) => {
        const x = i * slot + slot * 0.15
        const text = t('journal.usage.day', {
          day: formatDay(Date.parse(date), language, 'UTC'),
          uses: formatNumber(accesses, language),
          refusals: formatNumber(refusals, language),
        })
        return (
          <g key={date}>
            <title>{text}</title>
            <rect
              className={styles.bar}
              x={x}
              y={yOf(accesses)}
              width={slot * 0.7}
              height={Math.max(floor - yOf(accesses), accesses > 0 ? 1 : 0)}
              rx={1.5}
            />
            {refusals > 0 && (
              <rect
                className={styles.refused}
                x={x}
                y={yOf(accesses + refusals)}
                width={slot * 0.7}
                height={Math.max(yOf(accesses) - yOf(accesses + refusals) - 1, 1)}
                rx={1.5}
              />
            )}
            {(days.length - 1 - i) % every === 0 && (
              <text
                className={styles.label}
                x={i === days.length - 1 ? width : x + slot * 0.35}
                y={height - 8}
                textAnchor={i === days.length - 1 ? 'end' : 'middle'}
              >
                {formatDay(Date.parse(date), language, 'UTC').replace(/[\s,]*\d{4}$/, '')}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}
