import type { Ask, Plan } from './plan.ts'

export interface Answer {
  totalCount: number
  results: Record<string, unknown>[]
}

/**
 * Runs a plan: the page, then the exact count of rows or groups unless the page shows it by its end. Throws what `ask`
 * throws.
 */
export async function runPlan(plan: Plan, ask: Ask): Promise<Answer> {
  const ready = plan.prepare ? await plan.prepare(ask) : plan
  const rows = await ask(ready.query)
  return {
    totalCount: countFromPage(ready, rows.length) ?? Number((await ask(ready.total))[0]?.n ?? 0),
    results: rows.map((row) =>
      Object.fromEntries(ready.columns.map((column) => [column.label, column.read(row)])),
    ),
  }
}

function countFromPage({ query: { limit, offset = 0 } }: Plan, found: number): number | undefined {
  const isLast = limit === undefined || found < limit
  return isLast && (found > 0 || offset === 0) ? offset + found : undefined
}
