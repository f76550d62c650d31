import { closeSync, openSync } from 'node:fs'
import {
  CompiledQuery as Compiled,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import Database from 'libsql'
import { overloaded } from '../../errors.ts'
import { PortableDriver } from './portable-driver.ts'
import { safeInteger } from './values.ts'

/** Longest wait for the one connection. Passing it mostly means that `db` was used inside a transaction of itself. */
const acquireWithinMs = 30_000

const pragmas = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'busy_timeout = 5000',
  // As in PostgreSQL, where LIKE tells capitals from small letters.
  'case_sensitive_like = ON',
  'trusted_schema = OFF',
  'journal_size_limit = 67108864',
]

/** Kysely dialect for a SQLite file through libsql. The file is made, readable by its owner alone, when missing. */
export function libsqlDialect(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new PortableDriver(new LibsqlDriver(file)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class LibsqlDriver implements Driver {
  readonly #file: string
  #database: Database.Database | undefined
  #connection: LibsqlConnection | undefined
  #isTaken = false
  readonly #waiting: (() => void)[] = []

  constructor(file: string) {
    this.#file = file
  }

  async init(): Promise<void> {
    closeSync(openSync(this.#file, 'a', 0o600))
    this.#database = new Database(this.#file)
    for (const pragma of pragmas) this.#database.exec(`PRAGMA ${pragma}`)
    // Whole numbers arrive as bigint, so that one past 2^53 is noticed instead of rounded.
    this.#database.defaultSafeIntegers(true)
    this.#connection = new LibsqlConnection(this.#database)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isTaken) await this.#wait()
    this.#isTaken = true
    return this.#connection!
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    // IMMEDIATE takes the write lock now: a later upgrade from reading to writing could only fail.
    const mode = settings.accessMode === 'read only' ? 'deferred' : 'immediate'
    await connection.executeQuery(Compiled.raw(`begin ${mode}`))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('rollback'))
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Compiled.raw(`savepoint ${quoted(name)}`))
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Compiled.raw(`rollback to ${quoted(name)}`))
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(Compiled.raw(`release ${quoted(name)}`))
  }

  async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#isTaken = false
  }

  async destroy(): Promise<void> {
    this.#database?.close()
    this.#database = undefined
  }

  /** First come, first served. */
  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1)
        reject(overloaded('The control database was not free for 30 s.', 5))
      }, acquireWithinMs)
      this.#waiting.push(take)
    })
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

class LibsqlConnection implements DatabaseConnection {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    this.#database = database
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#database.prepare(sql)
    const binds = parameters.map(nativeBind)
    if (statement.reader) {
      const rows = statement.all(binds) as Record<string, unknown>[]
      for (const row of rows) readRow(row)
      const isWrite = !/^\s*(select|with|pragma|explain)\b/i.test(sql)
      return { rows: rows as R[], numAffectedRows: isWrite ? BigInt(rows.length) : undefined }
    }
    const { changes } = statement.run(binds)
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  // biome-ignore lint/correctness/useYield: never called, the driver around it refuses
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Not served.')
  }
}

/** libsql binds every number as REAL, and a STRICT text column would keep 3 as "3.0". */
function nativeBind(value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
}

function readRow(row: Record<string, unknown>): void {
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'bigint') row[name] = safeInteger(value)
    else if (value instanceof ArrayBuffer) row[name] = Buffer.from(value)
  }
}
