/** The secret of this instance: record identities and cursors are keyed by it. */
import { randomBytes } from 'node:crypto'
import type { ControlDb } from '../../engines/control/control.ts'
import { defineMigrations } from '../../engines/control/migrations.ts'

type ExploreTables = { explore_secret: { id: string; secret: string } }

export const exploreMigrations = defineMigrations('explore', [
  {
    name: 'secret',
    up: (schema) =>
      schema.table('explore_secret', { id: { kind: 'text', primary: true }, secret: { kind: 'text' } }),
  },
])

/** Made on the first start, the same ever after and on every node. */
export async function instanceSecret(control: ControlDb): Promise<string> {
  const read = async () => {
    const rows = await control.db
      .withTables<ExploreTables>()
      .selectFrom('explore_secret')
      .select('secret')
      .where('id', '=', 'record')
      .execute()
    return rows[0]?.secret
  }
  const known = await read()
  if (known) return known
  await control.db
    .withTables<ExploreTables>()
    .insertInto('explore_secret')
    .values({ id: 'record', secret: randomBytes(32).toString('hex') })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await read())!
}
