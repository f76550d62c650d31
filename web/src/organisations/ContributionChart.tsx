import type { Contribution } from '../../../src/organisations/schema.ts'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useIsNarrow } from '../ui/use-media.ts'
import { scaleTop } from './contribution-figures.ts'
import { useMonthName } from './month-name.ts'
import styles from './Organisations.module.css'

const height = 180
const floor = height - 26
const ceiling = 22

/** Rows at the end of each month, as bars from zero; the running month stands out. */
export function ContributionChart({ months: all, label }: { months: Contribution['months']; label: string }) {
  const { language } = useLanguage()
  const isNarrow = useIsNarrow()
  const monthName = useMonthName()
  const months = all.slice(isNarrow ? -12 : -36)
  const width = isNarrow ? 340 : 1000
  const slot = Math.min(width / months.length, isNarrow ? 56 : 88)
  const top = scaleTop(Math.max(...months.map(({ rows }) => rows)))
  const yOf = (rows: number) => floor - ((floor - ceiling) * rows) / top
  const every = Math.ceil((isNarrow ? 62 : 74) / slot)
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {[top, top / 2, 0].map((rows) => (
        <g key={rows}>
          <line className={styles.axis} x1={0} x2={width} y1={yOf(rows)} y2={yOf(rows)} />
          {rows > 0 && (
            <text className={styles.label} x={width} y={yOf(rows) - 5} textAnchor="end">
              {formatNumber(rows, language, Number.isInteger(rows) ? 0 : 1)}
            </text>
          )}
        </g>
      ))}
      {months.map(({ month, rows }, i) => {
        const x = i * slot + slot * 0.14
        const isLast = i === months.length - 1
        return (
          <g key={month}>
            <rect
              className={styles.bar}
              data-now={isLast ? '' : undefined}
              x={x}
              y={yOf(rows)}
              width={slot * 0.72}
              height={Math.max(floor - yOf(rows), rows > 0 ? 1 : 0)}
              rx={2}
            />
            {isLast && (
              <text
                className={styles.label}
                data-value=""
                x={x + slot * 0.36}
                y={yOf(rows) - 6}
                textAnchor={i === 0 ? 'start' : 'middle'}
                dx={i === 0 ? -slot * 0.36 : 0}
              >
                {formatNumber(rows, language)}
              </text>
            )}
            {(months.length - 1 - i) % every === 0 && (
              <text
                className={styles.label}
                x={i === 0 ? x : x + slot * 0.36}
                y={height - 8}
                textAnchor={i === 0 ? 'start' : 'middle'}
              >
                {monthName(month)}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}
