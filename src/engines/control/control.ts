import { Kysely, sql, type Transaction } from 'kysely'
import type pg from 'pg'
import { invalidSetting, overloaded, unavailable } from '../../errors.ts'
import { isLostRace } from './failures.ts'
import { libsqlDialect } from './libsql-dialect.ts'
import { runMigrations, type SliceMigrations } from './migrations.ts'
import { postgresDialect, postgresPool } from './postgres-dialect.ts'
import type { ControlEngine } from './schema.ts'

export interface ControlHealth {
  engine: ControlEngine
  ok: boolean
  version: string
  /** Empty when ok; otherwise what is wrong. */
  message: string
}

/** Accounts, catalogue, grants, community, programme, jobs: small tables that change in transactions. */
export interface ControlDb {
  readonly engine: ControlEngine
  /** Say your tables: `control.db.withTables<AccountTables>()`. */
  readonly db: Kysely<unknown>
  /** Runs the migrations that have not run yet and answers their names. */
  migrate(slices: readonly SliceMigrations[]): Promise<string[]>
  /**
   * One transaction that sees and changes the tables as if it were alone. It may be run again when it lost against
   * another one, so `run` has no effect but on the database, and waits for nothing else.
   */
  transaction<Tables, T>(run: (trx: Transaction<Tables>) => Promise<T>): Promise<T>
  health(): Promise<ControlHealth>
  close(): Promise<void>
}

export interface ControlOptions {
  /** `postgres://…` */
  url?: string
  /** Path of the SQLite file, when there is no url. */
  file?: string
  log: { warn(details: Record<string, unknown>, message: string): void }
  now?: () => Date
}

const attempts = 20
const oldestPostgres = 130_000

/**
 * Opens the control store: PostgreSQL when `url` is given, else a SQLite file. Throws `unavailable` with one sentence
 * when it does not answer, `invalid_setting` when it cannot serve.
 */
export async function openControl(options: ControlOptions): Promise<ControlDb> {
  const engine: ControlEngine = options.url ? 'postgresql' : 'sqlite'
  if (!options.url && !options.file) throw new Error('openControl needs a url or a file.')
  const pool: pg.Pool | undefined = options.url
    ? postgresPool(options.url, (error) =>
        options.log.warn({ error: error.message }, 'an idle connection to PostgreSQL broke'),
      )
    : undefined
  const db = new Kysely<unknown>({ dialect: pool ? postgresDialect(pool) : libsqlDialect(options.file!) })
  let version: string
  try {
    version = await checkServer(db, engine)
  } catch (error) {
    await db.destroy().catch(() => {})
    if ((error as { code?: string }).code === 'invalid_setting') throw error
    const where = engine === 'sqlite' ? options.file : addressOf(options.url!)
    throw unavailable(
      `The control database ${where} does not open: ${(error as Error).message}`,
      engine === 'sqlite' ? 'See that its disk has space and the file is ours.' : 'See DATABASE_URL.',
    )
  }

  return {
    engine,
    db,
    migrate: (slices) => runMigrations(db, engine, slices, options.now ?? (() => new Date())),

    async transaction(run) {
      const builder = db.transaction()
      const isolated = engine === 'postgresql' ? builder.setIsolationLevel('serializable') : builder
      for (let attempt = 1; ; attempt++) {
        try {
          return await isolated.execute((trx) => run(trx as never))
        } catch (error) {
          if (!isLostRace(error)) throw error
          if (attempt === attempts) throw overloaded('The control database is busy.', 1)
          // A random pause of growing length, or the same transactions would meet again.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt))
        }
      }
    },

    async health() {
      try {
        await sql`select 1`.execute(db)
        return { engine, ok: true, version, message: '' }
      } catch (error) {
        return { engine, ok: false, version, message: (error as Error).message }
      }
    },

    close: () => db.destroy(),
  }
}

async function checkServer(db: Kysely<unknown>, engine: ControlEngine): Promise<string> {
  if (engine === 'sqlite') {
    const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db)
    return rows[0]!.version
  }
  const { rows } = await sql<{ version: string; number: string; encoding: string }>`
    select current_setting('server_version') as version, current_setting('server_version_num') as number,
      current_setting('server_encoding') as encoding`.execute(db)
  const { version, number, encoding } = rows[0]!
  if (Number(number) < oldestPostgres) {
    throw invalidSetting('DATABASE_URL', `PostgreSQL ${version}`, 'the address of PostgreSQL 13 or newer')
  }
  if (encoding !== 'UTF8') {
    throw invalidSetting('DATABASE_URL', `a database in ${encoding}`, 'the address of one in UTF8')
  }
  return version
}

/** Host and database, without user and password. */
function addressOf(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'of DATABASE_URL'
}
