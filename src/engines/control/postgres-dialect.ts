import {
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import pg from 'pg'
import { PortableDriver } from './portable-driver.ts'
import { safeInteger } from './values.ts'

/** Type numbers of PostgreSQL (pg_type.dat) and how their text is read, so that rows equal those of SQLite. */
const readers = new Map<number, (text: string) => unknown>([
  [16, (text) => (text === 't' ? 1 : 0)],
  [20, safeInteger],
  [21, Number],
  [23, Number],
  [700, Number],
  [701, Number],
  [1700, Number],
  [17, (text) => Buffer.from(text.slice(2), 'hex')],
])
const asText = (text: string) => text

/** A pool whose rows equal those of SQLite. `onError` hears of connections that break while nobody uses them. */
export function postgresPool(url: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    application_name: 'lacydon',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
    types: {
      getTypeParser: (oid: number) => readers.get(oid) ?? asText,
    } as unknown as pg.CustomTypesConfig,
  })
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', onError)
  return pool
}

/** Kysely dialect for PostgreSQL on the pool given, which it ends. */
export function postgresDialect(pool: pg.Pool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PortableDriver(new PostgresDriver({ pool }) as Driver),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}
