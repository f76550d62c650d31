import type { Query } from '../query.ts'

/** Names of the tables a query reads, each once. */
export function tablesOf(query: Query): string[] {
  const names = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { kind, table } = node as { kind?: unknown; table?: unknown }
    if (kind === 'table' && typeof table === 'string') names.add(table)
    for (const child of Object.values(node)) visit(child)
  }
  visit(query)
  return [...names]
}
