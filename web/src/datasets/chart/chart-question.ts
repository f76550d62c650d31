import type { ChartForm, DatasetAddress, Measure, TimeStep } from '../address.ts'
import type { Question } from '../api.ts'
import { type DataRecord, type Field, isNumber, isTime } from '../explore-answers.ts'
import { nameText } from '../odsql-text.ts'

/** What a chart shows, complete: every choice that the address leaves open is made. */
export interface ChartPlan {
  form: ChartForm
  x: Field | undefined
  measure: Measure
  /** What is measured; undefined for a count of rows. */
  y: Field | undefined
  step: TimeStep
}

const isGroup = ({ type }: Field): boolean => type === 'text' || type === 'boolean' || type === 'int'

export const groupFields = (fields: readonly Field[]): Field[] =>
  fields.filter((field) => isTime(field) || isGroup(field))
export const measuredFields = (fields: readonly Field[]): Field[] => fields.filter(isNumber)

/** The chart an address asks for, with the best guess where it does not say. */
export function chartPlan(
  address: Pick<DatasetAddress, 'chart' | 'x' | 'y' | 'measure' | 'step'>,
  fields: readonly Field[],
): ChartPlan {
  const groups = groupFields(fields)
  const asked = groups.find(({ name }) => name === address.x)
  const wanted = address.chart
  const first =
    wanted === 'line'
      ? groups.find(isTime)
      : (groups.find(({ annotations, type }) => annotations.facet && type === 'text') ??
        groups.find(({ type, annotations }) => type === 'text' && !annotations.id) ??
        groups[0])
  const x = asked ?? first ?? groups[0]
  const form = wanted ?? (x && isTime(x) ? 'line' : 'bar')
  const y = measuredFields(fields).find(({ name }) => name === address.y)
  const measure = y ? (address.measure === 'count' ? 'avg' : (address.measure ?? 'avg')) : 'count'
  return { form, x, y, measure, step: address.step ?? 'day' }
}

export const mostGroups = { bar: 20, line: 2000, number: 1 }

const patterns: Record<TimeStep, string> = {
  year: 'yyyy',
  month: 'yyyy-MM',
  day: 'yyyy-MM-dd',
  hour: 'yyyy-MM-dd HH',
}

const measureText = ({ measure, y }: ChartPlan): string =>
  y ? `${measure}(${nameText(y.name)})` : 'count(*)'

/** The question that gives the figures: groups as `x`, their measure as `y`. */
export function chartQuestion(plan: ChartPlan): Question {
  const { form, x, step } = plan
  const select = `${measureText(plan)} as y, count(*) as n`
  if (form === 'number' || !x) return { select }
  const key = isTime(x) ? `date_format(${nameText(x.name)}, '${patterns[step]}')` : nameText(x.name)
  const isOrdered = form === 'line' || isTime(x)
  return {
    select,
    group_by: `${key} as x`,
    order_by: isOrdered ? 'x' : 'y desc',
    limit: isOrdered ? mostGroups.line : mostGroups.bar,
  }
}

export interface Figure {
  /** The group as text; null where rows have no value. */
  x: string | number | null
  y: number
  /** Rows behind it. */
  n: number
}

/** Groups with a measure; those where there is nothing to measure are left out. */
export const figuresOf = (results: readonly DataRecord[]): Figure[] =>
  results.flatMap(({ x, y, n }) =>
    typeof y === 'number' && Number.isFinite(y)
      ? [
          {
            x:
              typeof x === 'string' || typeof x === 'number'
                ? x
                : x === null || x === undefined
                  ? null
                  : String(x),
            y,
            n: Number(n),
          },
        ]
      : [],
  )

/** What the figures say: the greatest, its share where shares make sense, or the way a line goes. */
export type Finding =
  | { kind: 'none' }
  | { kind: 'number'; value: number }
  | { kind: 'largest'; figure: Figure; share: number | undefined }
  | { kind: 'trend'; from: Figure; to: Figure; peak: Figure }

export function findingOf(plan: ChartPlan, figures: readonly Figure[], total: number | undefined): Finding {
  const [first] = figures
  const last = figures[figures.length - 1]
  if (!first || !last) return { kind: 'none' }
  if (plan.form === 'number') return { kind: 'number', value: first.y }
  const peak = figures.reduce((best, figure) => (figure.y > best.y ? figure : best))
  if (plan.form === 'line' || (plan.x && isTime(plan.x)))
    return { kind: 'trend', from: first, to: last, peak }
  const isShare = plan.measure === 'count' && total !== undefined && total > 0
  return { kind: 'largest', figure: peak, share: isShare ? peak.y / total : undefined }
}

/** The instant, UTC, of a group of time: `2026`, `2026-03`, `2026-03-01`, `2026-03-01 14`. */
export function groupInstant(text: string): number {
  const [day = '', hour] = text.split(' ')
  const [year = '', month = '01', date = '01'] = day.split('-')
  return Date.parse(`${year.padStart(4, '0')}-${month}-${date}T${hour ?? '00'}:00:00Z`)
}
