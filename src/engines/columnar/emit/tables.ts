import type { Query } from '../query.ts'

export interface TableSource {
  table: string
  version: number | undefined
}

/** The tables a query reads, each version once. */
export function sourcesOf(query: Query): TableSource[] {
  const sources = new Map<string, TableSource>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { kind, table, version } = node as { kind?: unknown; table?: unknown; version?: number }
    if (kind === 'table' && typeof table === 'string') sources.set(`${table}\n${version}`, { table, version })
    for (const child of Object.values(node)) visit(child)
  }
  visit(query)
  return [...sources.values()]
}

/** Names of the tables a query reads, each once. */
export const tablesOf = (query: Query): string[] => [...new Set(sourcesOf(query).map(({ table }) => table))]
