/** Prepared statements of each connection: parsing and planning cost more than a small query itself. */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'

const maxKept = 64
/** Longer texts are rarely asked again word for word. */
const maxKeptLength = 32_768

const kept = new WeakMap<DuckDBConnection, Map<string, DuckDBPreparedStatement>>()

/**
 * The statement of a text, ready to be bound; literals are parameters, so that few texts are many queries. `check` sees
 * a text before it is prepared. `mayKeep`: nothing it reads ever changes. A plan relies on the least and largest values
 * that its tables had when it was made: over rows that came later it answers wrongly without a word (1.5.6 gave `r` for
 * `incomplete`, and no row where all had been below a condition). `isKept` false: the caller ends it (`destroySync`).
 */
export async function preparedFor(
  connection: DuckDBConnection,
  sql: string,
  check: (sql: string) => void,
  mayKeep: boolean,
): Promise<{ statement: DuckDBPreparedStatement; isKept: boolean }> {
  let statements = kept.get(connection)
  if (!statements) {
    statements = new Map()
    kept.set(connection, statements)
  }
  const known = statements.get(sql)
  if (known) {
    statements.delete(sql)
    statements.set(sql, known)
    return { statement: known, isKept: true }
  }
  check(sql)
  const statement = await connection.prepare(sql)
  if (!mayKeep || sql.length > maxKeptLength) return { statement, isKept: false }
  statements.set(sql, statement)
  if (statements.size > maxKept) {
    const [oldest, unused] = statements.entries().next().value as [string, DuckDBPreparedStatement]
    statements.delete(oldest)
    unused.destroySync()
  }
  return { statement, isKept: true }
}

/** Ends the statements of a connection, before it is closed. */
export function forgetStatements(connection: DuckDBConnection): void {
  for (const statement of kept.get(connection)?.values() ?? []) statement.destroySync()
  kept.delete(connection)
}
