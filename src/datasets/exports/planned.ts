/** An export as plain data, and what follows from it on whichever thread. Pure. */

import { wordsIn } from '../explore/dataset-body.ts'
import { exportLimit, Parameters } from '../explore/parameters.ts'
import { planQuery } from '../odsql/compile.ts'
import type { Plan } from '../odsql/plan.ts'
import { parseQuery, type QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import type { DatasetField } from '../schema.ts'
import type { ExportContext } from './format.ts'
import { projectTo } from './projection.ts'
import { distinctNames, type RowStream } from './rows.ts'

/** Fit to be sent to another thread. */
export interface ExportQuestion {
  /** What the file is called, without extension. */
  name: string
  title: string
  /** Address of what is exported. */
  address: string
  relation: Relation
  text: QueryText
  offset?: number | undefined
  /** Of the format, as they stand in an address. */
  parameters: string
  nowMs: number
}

export interface PlannedExport {
  plan: Plan
  context: ExportContext
  /** The stream of a plan's rows, without the rows. */
  describe(plan: Plan): Omit<RowStream, 'chunks'>
}

const wgs84 = 4326
const maxEpsg = 999_999

/** The same on every thread. Throws `odsql_error`, 400 for parameters. */
export function plannedExport(question: ExportQuestion): PlannedExport {
  const { name, title, address, relation, text, offset } = question
  const parameters = new Parameters(question.parameters)
  const now = new Date(question.nowMs)
  const parsed = parseQuery(text)
  const epsg = parameters.whole('epsg', 1, maxEpsg) ?? wgs84
  const limited = { ...parsed, limit: exportLimit(parameters), ...(offset && { offset }) }
  return {
    plan: planQuery(limited, relation, { now, order: offset ? 'total' : 'physical' }),
    context: { parameters, datasetId: name, title, address, epsg, project: projectTo(epsg), now },
    describe: (plan) => described(plan, relation.fields, parameters, parsed.lang),
  }
}

/** What the columns are called, and where the engine's rows have their cells. */
function described(
  { columns, query }: Plan,
  fields: readonly DatasetField[],
  parameters: Parameters,
  lang: string,
): Omit<RowStream, 'chunks'> {
  const useLabels = parameters.flag('use_labels', false)
  const labels = new Map(fields.map(({ name, label }) => [name, wordsIn(label, lang)]))
  const names = columns.map(({ label }) => (useLabels && labels.get(label)) || label)
  return { columns, names: distinctNames(names), cells: (query.select ?? []).map(({ as }) => as) }
}
