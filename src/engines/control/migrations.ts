import { type Kysely, sql } from 'kysely'
import { conflict } from '../../errors.ts'
import { type ControlEngine, ControlSchema, type Statement } from './schema.ts'

export interface Migration {
  name: string
  /** Exactly one statement, and always the same one: what has run somewhere is never edited, only followed. */
  up(schema: ControlSchema): Statement
}

export interface SliceMigrations {
  slice: string
  migrations: readonly Migration[]
}

/**
 * The migrations of a slice, in the order they run. Slices run in the order they are given to `migrate`, so a slice
 * comes after those whose tables it refers to.
 */
export function defineMigrations(slice: string, migrations: readonly Migration[]): SliceMigrations {
  const names = new Set(migrations.map(({ name }) => name))
  if (names.size < migrations.length) throw new Error(`Two migrations of “${slice}” have the same name.`)
  return { slice, migrations }
}

type MigrationTables = {
  migration: { slice: string; position: number; name: string; applied_at: string }
}

/** Any number: it names our lock among the advisory locks of the database. */
const lockKey = 0x1acd04

/**
 * Runs what has not run yet, each migration in one transaction with its record. Nodes that start together wait for
 * each other. Answers the names of those that ran here. Throws `conflict` when the database has migrations that
 * this version does not know, before changing anything of that slice.
 */
export async function runMigrations(
  db: Kysely<unknown>,
  engine: ControlEngine,
  slices: readonly SliceMigrations[],
  now: () => Date,
): Promise<string[]> {
  const tables = db.withTables<MigrationTables>()
  const ran: string[] = []
  await locked(tables, engine, async (trx) => {
    const type = engine === 'sqlite' ? sql`integer` : sql`bigint`
    const builder = trx.schema
      .createTable('migration')
      .ifNotExists()
      .addColumn('slice', 'text', (column) => column.notNull())
      .addColumn('position', type, (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('migration_pk', ['slice', 'position'])
    await (engine === 'sqlite' ? builder.modifyEnd(sql`strict`) : builder).execute()
  })
  for (const { slice, migrations } of slices) {
    for (let position = 0; position <= migrations.length; position++) {
      await locked(tables, engine, async (trx) => {
        const recorded = await trx
          .selectFrom('migration')
          .select(['position', 'name'])
          .where('slice', '=', slice)
          .orderBy('position')
          .execute()
        refuseUnknown(slice, migrations, recorded)
        const migration = migrations[recorded.length]
        if (migration === undefined || recorded.length > position) return
        const schema = new ControlSchema(
          engine,
          trx as unknown as ConstructorParameters<typeof ControlSchema>[1],
        )
        await migration.up(schema).execute()
        await trx
          .insertInto('migration')
          .values({
            slice,
            position: recorded.length,
            name: migration.name,
            applied_at: now().toISOString(),
          })
          .execute()
        ran.push(`${slice}/${migration.name}`)
      })
    }
  }
  return ran
}

function refuseUnknown(
  slice: string,
  known: readonly Migration[],
  recorded: readonly { position: number; name: string }[],
): void {
  const unknown = recorded.find(({ name }, i) => known[i]?.name !== name)
  if (!unknown) return
  throw conflict(
    `The control database has the migration “${slice}/${unknown.name}”, which this version does not know.`,
    'Run the version of Lacydon that made it, or a newer one.',
  )
}

/** A transaction that waits for those of other nodes; on SQLite every writing transaction does. */
async function locked(
  db: Kysely<MigrationTables>,
  engine: ControlEngine,
  run: (trx: Kysely<MigrationTables>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (engine === 'postgresql') await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(trx)
    await run(trx)
  })
}
