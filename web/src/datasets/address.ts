import { isLanguage, type Language } from '../ui/language.ts'
import { parseViewport } from '../vessels/address.ts'
import { joinList, splitList } from './lists.ts'

export const tabs = [
  'table',
  'map',
  'chart',
  'info',
  'versions',
  'export',
  'api',
  'usage',
  'sharing',
] as const
export type Tab = (typeof tabs)[number]
export const chartForms = ['bar', 'line', 'number'] as const
export type ChartForm = (typeof chartForms)[number]
export const measures = ['count', 'sum', 'avg', 'min', 'max'] as const
export type Measure = (typeof measures)[number]
export const timeSteps = ['year', 'month', 'day', 'hour'] as const
export type TimeStep = (typeof timeSteps)[number]
export const codeLanguages = ['curl', 'python', 'r', 'javascript'] as const
export type CodeLanguage = (typeof codeLanguages)[number]

/** Everything the page of a dataset shows is in its address. */
export interface DatasetAddress {
  lang?: Language
  /** Absent: the table. */
  tab?: Tab
  /** Words searched in every text. */
  q?: string
  /** A condition in ODSQL. */
  where?: string
  /** Facet values, a list of `field:value`. */
  filter?: string
  /** INSEE code of the commune in which the rows lie. */
  commune?: string
  /** Field that orders the table, with `-` for descending. */
  sort?: string
  /** Columns left out of the table, a list. */
  hide?: string
  /** Version read, such as `v12`; absent: the current one. */
  at?: string
  map?: string
  /** Number of the row whose record is open, from 0. */
  row?: number
  /** First row of the part of a very long table that is walked; absent: its beginning. */
  from?: number
  /** New rows of a stream do not come into the table. */
  paused?: true
  chart?: ChartForm
  x?: string
  y?: string
  measure?: Measure
  step?: TimeStep
  /** The figures of the chart as a table. */
  figures?: true
  code?: CodeLanguage
  /** Version compared with the one before. */
  diff?: number
}

const text = (value: unknown, most: number): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value).trim() !== ''
    ? String(value).slice(0, most)
    : undefined
const oneOf = <T extends string>(value: unknown, known: readonly T[]): T | undefined =>
  known.find((item) => item === value)
function whole(value: unknown, least: number): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined
  const number = Number(value)
  return Number.isInteger(number) && number >= least ? number : undefined
}

/** An address turns 04070 into a number: the zero is put back. */
function communeCode(value: unknown): string | undefined {
  const code = text(value, 5)?.padStart(5, '0')
  return code && /^\d[\dAB]\d{3}$/.test(code) ? code : undefined
}

/** Reads an address; what cannot be understood is left out, never an error page. */
export function readDatasetAddress(raw: Record<string, unknown>): DatasetAddress {
  const at = text(raw.at, 40)
  const address: DatasetAddress = {
    lang: isLanguage(raw.lang) ? raw.lang : undefined,
    tab: raw.tab === 'table' ? undefined : oneOf(raw.tab, tabs),
    q: text(raw.q, 200),
    where: text(raw.where, 4000),
    filter: joinList(splitList(text(raw.filter, 4000)).filter((item) => item.includes(':'))),
    commune: communeCode(raw.commune),
    sort: text(raw.sort, 100),
    hide: joinList(splitList(text(raw.hide, 4000))),
    at: at && /^v\d{1,9}$/.test(at) ? at : undefined,
    map: parseViewport(text(raw.map, 60)) ? text(raw.map, 60) : undefined,
    row: whole(raw.row, 0),
    from: whole(raw.from, 1),
    paused: raw.paused === '1' || raw.paused === true ? true : undefined,
    chart: oneOf(raw.chart, chartForms),
    x: text(raw.x, 100),
    y: text(raw.y, 100),
    measure: oneOf(raw.measure, measures),
    step: oneOf(raw.step, timeSteps),
    figures: raw.figures === '1' || raw.figures === true ? true : undefined,
    code: oneOf(raw.code, codeLanguages),
    diff: whole(raw.diff, 1),
  }
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined))
}
