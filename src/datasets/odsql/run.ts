import type { Ask, Plan } from './plan.ts'

export interface Answer {
  totalCount: number
  results: Record<string, unknown>[]
}

/** Runs a plan: the page and the exact count side by side. Throws what `ask` throws. */
export async function runPlan(plan: Plan, ask: Ask): Promise<Answer> {
  const ready = plan.prepare ? await plan.prepare(ask) : plan
  const [rows, total] = await Promise.all([ask(ready.query), ask(ready.total)])
  return {
    totalCount: Number(total[0]?.n ?? 0),
    results: rows.map((row) =>
      Object.fromEntries(ready.columns.map((column) => [column.label, column.read(row)])),
    ),
  }
}
