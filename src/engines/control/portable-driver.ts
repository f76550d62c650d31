import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely'
import { LacydonError } from '../../errors.ts'
import { controlError } from './failures.ts'
import { boundValue, holdsSeveralStatements } from './values.ts'

/**
 * A driver around an engine's own that makes both behave the same: values are mapped before they are bound, errors
 * are ours, one statement a call, and an error inside a transaction ends it (SQLite alone would go on).
 */
export class PortableDriver implements Driver {
  readonly #inner: Driver
  readonly #connections = new WeakMap<DatabaseConnection, PortableConnection>()

  constructor(inner: Driver) {
    this.#inner = inner
  }

  async init(): Promise<void> {
    await this.#inner.init()
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      const inner = await this.#inner.acquireConnection()
      let connection = this.#connections.get(inner)
      if (!connection) {
        connection = new PortableConnection(inner)
        this.#connections.set(inner, connection)
      }
      return connection
    } catch (error) {
      throw controlError(error)
    }
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const own = portable(connection)
    try {
      await this.#inner.beginTransaction(own.inner, settings)
    } catch (error) {
      throw controlError(error)
    }
    own.begin()
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const own = portable(connection)
    // PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK.
    own.refuseAfterFailure()
    try {
      await this.#inner.commitTransaction(own.inner)
    } catch (error) {
      throw own.fail(error)
    }
    own.end()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const own = portable(connection)
    own.end()
    await this.#inner.rollbackTransaction(own.inner).catch((error) => {
      // SQLite has rolled back by itself after some errors; a lost connection has too.
      if (!/no transaction is active/i.test(String(error))) throw controlError(error)
    })
  }

  async savepoint(
    ...[connection, name, compile]: Parameters<NonNullable<Driver['savepoint']>>
  ): Promise<void> {
    const own = portable(connection)
    own.refuseAfterFailure()
    await this.#inner.savepoint!(own.inner, name, compile)
  }

  async rollbackToSavepoint(
    ...[connection, name, compile]: Parameters<NonNullable<Driver['rollbackToSavepoint']>>
  ): Promise<void> {
    const own = portable(connection)
    await this.#inner.rollbackToSavepoint!(own.inner, name, compile)
    own.begin()
  }

  async releaseSavepoint(
    ...[connection, name, compile]: Parameters<NonNullable<Driver['releaseSavepoint']>>
  ): Promise<void> {
    const own = portable(connection)
    own.refuseAfterFailure()
    await this.#inner.releaseSavepoint!(own.inner, name, compile)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await this.#inner.releaseConnection(portable(connection).inner)
  }

  async destroy(): Promise<void> {
    await this.#inner.destroy()
  }
}

function portable(connection: DatabaseConnection): PortableConnection {
  return connection as PortableConnection
}

class PortableConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection
  #inTransaction = false
  /** What ended the transaction that is still open. */
  #failure: unknown

  constructor(inner: DatabaseConnection) {
    this.inner = inner
  }

  begin(): void {
    this.#inTransaction = true
    this.#failure = undefined
  }

  end(): void {
    this.#inTransaction = false
    this.#failure = undefined
  }

  /** Our error for one of the engine; inside a transaction it also ends that. */
  fail(error: unknown): unknown {
    const ours = controlError(error)
    if (this.#inTransaction) this.#failure = ours
    return ours
  }

  refuseAfterFailure(): void {
    if (this.#failure === undefined) return
    throw new LacydonError('conflict', 409, 'This transaction ended with an error: nothing of it is kept.', {
      cause: this.#failure instanceof LacydonError ? this.#failure.cause : this.#failure,
    })
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.refuseAfterFailure()
    try {
      if (holdsSeveralStatements(query.sql)) throw new Error('One SQL statement at a time.')
      return await this.inner.executeQuery<R>({ ...query, parameters: query.parameters.map(boundValue) })
    } catch (error) {
      throw this.fail(error)
    }
  }

  // biome-ignore lint/correctness/useYield: control tables are read in pages, on both engines
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The control store does not stream: read in pages.')
  }
}
