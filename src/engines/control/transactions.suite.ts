import type { Insertable, Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { ControlTarget } from './control.suite.ts'
import type { ControlDb } from './control.ts'
import { defineMigrations } from './migrations.ts'
import type { ControlSchema } from './schema.ts'
import { migrations, noteTable, type Tables } from './suite-tables.ts'

/** What the control store promises of transactions and migrations; `now` gives the store that is open. */
export function transactionSuite(
  now: () => { target: ControlTarget; control: ControlDb; db: Kysely<Tables> },
): void {
  const add = (values: Partial<Insertable<Tables['organisation']>> & { id: string }) =>
    now()
      .db.insertInto('organisation')
      .values({ name: values.id, ...values } as Insertable<Tables['organisation']>)
      .execute()

  describe('transactions', () => {
    test('keep all or nothing', async () => {
      const failing = now().control.transaction<Tables, void>(async (trx) => {
        await trx
          .insertInto('organisation')
          .values({ id: 'a', name: 'a' } as never)
          .execute()
        throw new Error('on purpose')
      })
      await expect(failing).rejects.toThrow('on purpose')
      expect(await now().db.selectFrom('organisation').selectAll().execute()).toEqual([])
    })

    test('end with their first error, even when it is caught', async () => {
      await add({ id: 'a' })
      const attempt = now()
        .db.transaction()
        .execute(async (trx) => {
          await trx
            .insertInto('organisation')
            .values({ id: 'b', name: 'b' } as never)
            .execute()
          await trx
            .insertInto('organisation')
            .values({ id: 'a', name: 'a2' } as never)
            .execute()
            .catch(() => {})
          await trx
            .insertInto('organisation')
            .values({ id: 'c', name: 'c' } as never)
            .execute()
        })
      await expect(attempt).rejects.toThrow('nothing of it is kept')
      const silent = now()
        .db.transaction()
        .execute(async (trx) => {
          await trx
            .insertInto('organisation')
            .values({ id: 'a', name: 'a2' } as never)
            .execute()
            .catch(() => {})
        })
      await expect(silent).rejects.toThrow('nothing of it is kept')
      expect(await now().db.selectFrom('organisation').select('id').execute()).toEqual([{ id: 'a' }])
      await add({ id: 'd' })
    })

    test('go on after an error behind a savepoint', async () => {
      const trx = await now().db.startTransaction().execute()
      await trx
        .insertInto('organisation')
        .values({ id: 'a', name: 'a' } as never)
        .execute()
      const saved = await trx.savepoint('before').execute()
      await saved
        .insertInto('organisation')
        .values({ id: 'a', name: 'again' } as never)
        .execute()
        .catch(() => {})
      const back = await saved.rollbackToSavepoint('before').execute()
      await back
        .insertInto('organisation')
        .values({ id: 'b', name: 'b' } as never)
        .execute()
      await back.commit().execute()
      expect(await now().db.selectFrom('organisation').select('id').orderBy('id').execute()).toHaveLength(2)
    })

    test('that read and then write lose no update', async () => {
      await add({ id: 'a', budget_cents: 0 })
      const increments = Array.from({ length: 30 }, () =>
        now().control.transaction<Tables, void>(async (trx) => {
          const { budget_cents } = await trx
            .selectFrom('organisation')
            .select('budget_cents')
            .where('id', '=', 'a')
            .executeTakeFirstOrThrow()
          await trx
            .updateTable('organisation')
            .set({ budget_cents: Number(budget_cents) + 1 })
            .where('id', '=', 'a')
            .execute()
        }),
      )
      const results = await Promise.allSettled(increments)
      const done = results.filter(({ status }) => status === 'fulfilled').length
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'overloaded' })
      }
      expect(done).toBeGreaterThan(0)
      const total = await now().db.selectFrom('organisation').select('budget_cents').executeTakeFirst()
      expect(total).toEqual({ budget_cents: done })
    })

    test('1,000 writers at once all succeed', async () => {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => add({ id: `w${i}` })))
      const { n } = await now()
        .db.selectFrom('organisation')
        .select(now().db.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      expect(n).toBe(1000)
    })
  })

  describe('migrations', () => {
    test('run once; later ones follow; unknown ones are refused', async () => {
      expect(await now().control.migrate([migrations])).toEqual([])
      const first = { name: 'first', up: (schema: ControlSchema) => noteTable(schema, 'suite_note') }
      const second = { name: 'second', up: (schema: ControlSchema) => noteTable(schema, 'suite_note_2') }
      expect(await now().control.migrate([defineMigrations('notes', [first])])).toEqual(['notes/first'])
      expect(await now().control.migrate([defineMigrations('notes', [first, second])])).toEqual([
        'notes/second',
      ])
      await expect(now().control.migrate([defineMigrations('notes', [first])])).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('notes/second'),
      })
      await expect(now().control.migrate([defineMigrations('notes', [second, first])])).rejects.toThrow(
        'notes/first',
      )
    })

    test('that fail leave nothing behind and may be run again', async () => {
      const broken = defineMigrations('broken', [
        { name: 'good', up: (schema) => noteTable(schema, 'broken_note') },
        { name: 'bad', up: (schema) => schema.index('no_such_table', ['x']) },
      ])
      await expect(now().control.migrate([broken])).rejects.toThrow()
      const repaired = defineMigrations('broken', [
        broken.migrations[0]!,
        { name: 'bad', up: (schema) => schema.index('broken_note', ['text']) },
      ])
      expect(await now().control.migrate([repaired])).toEqual(['broken/bad'])
    })

    test('two nodes that start at once run each migration once', async (context) => {
      if (!now().target.isShared) return context.skip('one node owns a SQLite file')
      const other = await now().target.open()
      const many = defineMigrations(
        'race',
        Array.from({ length: 8 }, (_, i) => ({
          name: `n${i}`,
          up: (schema) => noteTable(schema, `race_${i}`),
        })),
      )
      const ran = await Promise.all([now().control.migrate([many]), other.migrate([many])])
      expect(ran.flat().sort()).toEqual(many.migrations.map(({ name }) => `race/${name}`))
      await other.close()
    })
  })
}
