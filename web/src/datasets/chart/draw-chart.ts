import {
  areaY,
  axisX,
  axisY,
  barX,
  gridX,
  gridY,
  lineY,
  plot,
  pointer,
  ruleX,
  ruleY,
  text,
  tip,
} from '@observablehq/plot'
import { type Figure, groupInstant } from './chart-question.ts'

export interface DrawOptions {
  figures: readonly Figure[]
  form: 'bar' | 'line'
  /** Groups are times (texts that `groupInstant` reads). */
  isTime: boolean
  widthPx: number
  /** How a group and a measure are written. */
  nameOf: (x: Figure['x']) => string
  valueText: (y: number) => string
  /** A value at an axis, without more digits than it has. */
  tickText: (y: number) => string
  timeText: (ms: number) => string
}

const maxNamePx = 190
const perSign = 6.8

/** Bars from zero with their value beside, or a line with its area; an SVG element that uses the tokens. */
export function drawChart(options: DrawOptions): SVGSVGElement | HTMLElement {
  const drawing = options.form === 'bar' && !options.isTime ? drawBars(options) : drawLine(options)
  // The whole has one name; those that the library gives to its groups are allowed on no such element.
  for (const part of drawing.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label')
  return drawing
}

/** Whole figures have whole ticks. */
const tickCount = (figures: readonly Figure[], most: number): number =>
  figures.every(({ y }) => Number.isInteger(y))
    ? Math.max(1, Math.min(most, Math.max(...figures.map(({ y }) => Math.abs(y)))))
    : most

const style = {
  fontFamily: 'var(--face)',
  fontSize: '12px',
  background: 'none',
  color: 'var(--ink-2)',
  overflow: 'visible',
}

function drawBars({ figures, widthPx, nameOf, valueText, tickText }: DrawOptions) {
  const rows = figures.map((figure, i) => ({ ...figure, key: i }))
  const longest = Math.max(...rows.map(({ x }) => nameOf(x).length), 4)
  const marginLeft = Math.min(maxNamePx, widthPx * 0.4, longest * perSign + 16)
  const mostSigns = Math.floor((marginLeft - 12) / perSign)
  const cut = (name: string) => (name.length > mostSigns ? `${name.slice(0, mostSigns - 1)}…` : name)
  const valuePx = Math.max(...rows.map(({ y }) => valueText(y).length)) * perSign + 14
  return plot({
    width: widthPx,
    height: rows.length * 30 + 44,
    marginLeft,
    marginRight: valuePx,
    marginTop: 24,
    marginBottom: 8,
    style,
    x: { axis: null, zero: true },
    y: { domain: rows.map(({ key }) => key), padding: 0.28, label: null },
    marks: [
      gridX({ ticks: tickCount(figures, 4), stroke: 'var(--line)', strokeOpacity: 1 }),
      axisX({
        anchor: 'top',
        ticks: tickCount(figures, 4),
        tickSize: 0,
        label: null,
        tickFormat: (y: number) => tickText(y),
      }),
      axisY({
        tickSize: 0,
        fill: 'var(--ink)',
        tickFormat: (key: number) => cut(nameOf(rows[key]?.x ?? null)),
      }),
      barX(rows, { x: 'y', y: 'key', fill: 'var(--blue)', rx: 2 }),
      text(rows, {
        x: (row: Figure) => Math.max(0, row.y),
        y: 'key',
        text: (row: Figure) => valueText(row.y),
        dx: 6,
        textAnchor: 'start',
        fill: 'var(--ink)',
        fontVariant: 'tabular-nums',
      }),
      ruleX([0], { stroke: 'var(--ink-2)' }),
    ],
  })
}

function drawLine({ figures, widthPx, isTime, nameOf, valueText, tickText, timeText }: DrawOptions) {
  const points = figures.map((figure, i) => ({
    ...figure,
    at: isTime && figure.x !== null ? new Date(groupInstant(String(figure.x))) : i,
  }))
  const peak = points.reduce((best, point) => (point.y > best.y ? point : best))
  const valuePx = Math.max(...points.map(({ y }) => valueText(y).length), 3) * perSign + 16
  const title = (point: Figure) =>
    `${isTime && point.x !== null ? timeText(groupInstant(String(point.x))) : nameOf(point.x)}\n${valueText(point.y)}`
  return plot({
    width: widthPx,
    height: Math.max(260, Math.min(420, widthPx * 0.45)),
    marginLeft: valuePx,
    marginRight: 24,
    marginTop: 24,
    marginBottom: 34,
    style,
    x: isTime ? { type: 'utc', label: null } : { label: null },
    y: { zero: true, nice: true },
    marks: [
      gridY({ ticks: tickCount(figures, 5), stroke: 'var(--line)', strokeOpacity: 1 }),
      axisY({
        ticks: tickCount(figures, 5),
        tickSize: 0,
        label: null,
        tickFormat: (y: number) => tickText(y),
      }),
      axisX({
        tickSize: 0,
        ticks: Math.max(2, Math.round(widthPx / 130)),
        tickFormat: isTime
          ? (at: Date) => timeText(at.getTime())
          : (i: number) => (Number.isInteger(i) ? nameOf(points[i]?.x ?? null) : ''),
      }),
      areaY(points, { x: 'at', y: 'y', fill: 'var(--blue)', fillOpacity: 0.1 }),
      lineY(points, { x: 'at', y: 'y', stroke: 'var(--blue)', strokeWidth: 2 }),
      ruleY([0], { stroke: 'var(--ink-2)' }),
      text([peak], {
        x: 'at',
        y: 'y',
        text: (point: Figure) => valueText(point.y),
        dy: -10,
        fill: 'var(--ink)',
        fontWeight: 600,
      }),
      tip(points, pointer({ x: 'at', y: 'y', title, fill: 'var(--card)', stroke: 'var(--line)' })),
    ],
  })
}
