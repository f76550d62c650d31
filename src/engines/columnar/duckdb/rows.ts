import type { DuckDBConnection } from '@duckdb/node-api'

/** Small answers only: every value becomes an object. */
export async function rows(
  connection: DuckDBConnection,
  sql: string,
  values: (string | bigint | null)[] = [],
): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql, values)).getRowObjects()
}
