import { type Insertable, type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ControlDb } from './control.ts'
import { fold, likeContaining } from './fold.ts'
import { migrations, type Tables } from './suite-tables.ts'
import { transactionSuite } from './transactions.suite.ts'

export interface ControlTarget {
  /** Opens the same store again and again: a second handle, or the next start. */
  open(): Promise<ControlDb>
  /** Ends the engine as a crash would and brings it back, where there is one apart from us. */
  crash?(): Promise<void>
  stop(): Promise<void>
  /** True when two nodes may have the store open at once. */
  isShared: boolean
}

/** Every promise of the control store, to be run on each engine. */
export function controlSuite(start: () => Promise<ControlTarget>): void {
  let target: ControlTarget
  let control: ControlDb
  let db: Kysely<Tables>

  beforeAll(async () => {
    target = await start()
    control = await target.open()
    db = control.db.withTables<Tables>()
    await control.migrate([migrations])
  }, 60_000)
  afterAll(async () => {
    await control?.close()
    await target?.stop()
  })
  beforeEach(async () => {
    await db.deleteFrom('organisation').execute()
  })

  const add = (values: Partial<Insertable<Tables['organisation']>> & { id: string }) =>
    db
      .insertInto('organisation')
      .values({ name: values.id, ...values } as Insertable<Tables['organisation']>)
      .execute()
  const get = (id: string) =>
    db.selectFrom('organisation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

  describe('values', () => {
    test('come back as they went in', async () => {
      await add({
        id: 'a',
        name: 'Capitainerie de l’Étang 🚢 %_\'";--',
        founded_at: new Date(Date.UTC(2026, 10, 24, 12)),
        budget_cents: 9_007_199_254_740_991,
        ratio: -0.1,
        is_open: true,
        settings: '{"a":[1,null]}',
        logo: Buffer.from([0, 1, 254, 255]),
      })
      expect(await get('a')).toEqual({
        id: 'a',
        name: 'Capitainerie de l’Étang 🚢 %_\'";--',
        fold: '',
        founded_at: '2026-11-24T12:00:00.000Z',
        budget_cents: 9_007_199_254_740_991,
        ratio: -0.1,
        is_open: 1,
        settings: '{"a":[1,null]}',
        logo: Buffer.from([0, 1, 254, 255]),
      })
    })

    test('null, false, zero, negative numbers, the empty text and a bigint', async () => {
      await add({ id: 'a', name: '', founded_at: null, budget_cents: -5n, ratio: 3, is_open: false })
      expect(await get('a')).toMatchObject({
        name: '',
        founded_at: null,
        budget_cents: -5,
        ratio: 3,
        is_open: 0,
        logo: null,
      })
    })

    test.each([
      ['undefined', undefined],
      ['NaN', Number.NaN],
      ['Infinity', Number.POSITIVE_INFINITY],
      ['a number past 2^53', 2 ** 53],
      ['a bigint past 2^53', 2n ** 53n],
      ['an invalid date', new Date(Number.NaN)],
      ['an object', {}],
      ['a symbol', Symbol('x')],
      ['U+0000', 'a\0b'],
      ['a lone surrogate', 'a\ud800'],
    ])('%s is refused before it reaches the engine', async (_name, value) => {
      await expect(sql`select ${value} as x`.execute(db)).rejects.toMatchObject({ code: 'invalid_input' })
    })

    test('booleans, dates and buffers alone in a statement do no harm', async () => {
      for (const value of [true, false, new Date(0), Buffer.from('x')]) {
        await db
          .selectFrom('organisation')
          .selectAll()
          .where('name', '=', value as never)
          .execute()
          .catch(() => {})
      }
      await add({ id: 'a', is_open: true })
      expect(await db.selectFrom('organisation').select('id').where('is_open', '=', true).execute()).toEqual([
        { id: 'a' },
      ])
    })

    test('a number in a text column is its plain text', async () => {
      await add({ id: 'a', name: 3 as never })
      expect((await get('a')).name).toBe('3')
    })

    test('a text or a fraction in a column of whole numbers is refused', async () => {
      await expect(add({ id: 'a', budget_cents: 'abc' as never })).rejects.toMatchObject({
        code: 'invalid_input',
      })
      await expect(add({ id: 'a', budget_cents: 1.5 })).rejects.toMatchObject({ code: 'invalid_input' })
      expect(await db.selectFrom('organisation').select('id').execute()).toEqual([])
    })

    test('a whole number past 2^53 in the store is an error, never rounded', async () => {
      await expect(sql`select 9007199254740993 as x`.execute(db)).rejects.toThrow('9007199254740993')
    })

    test('count, sum, average and truth are numbers', async () => {
      await add({ id: 'a', budget_cents: 1, ratio: 0.5 })
      await add({ id: 'b', budget_cents: 2 })
      const { count, sum, avg } = db.fn
      const row = await db
        .selectFrom('organisation')
        .select([
          count('id').as('n'),
          sql`cast(${sum('budget_cents')} as bigint)`.as('total'),
          avg('budget_cents').as('mean'),
          sum('ratio').as('ratio'),
        ])
        .executeTakeFirst()
      expect(row).toEqual({ n: 2, total: 3, mean: 1.5, ratio: 0.5 })
      const { rows } = await sql`select 1 = 1 as yes, 1 = 2 as no, 7 / 2 as half`.execute(db)
      expect(rows).toEqual([{ yes: 1, no: 0, half: 3 }])
    })
  })

  describe('texts', () => {
    test('sort by code point; NULL where the query says', async () => {
      for (const id of ['é', 'a', 'B', 'Z', '_', '10', '9'])
        await add({ id, founded_at: id === 'a' ? null : id })
      const sorted = await db.selectFrom('organisation').select('id').orderBy('id').execute()
      expect(sorted.map(({ id }) => id)).toEqual(['10', '9', 'B', 'Z', '_', 'a', 'é'])
      for (const direction of ['asc', 'desc'] as const) {
        const rows = await db
          .selectFrom('organisation')
          .select('id')
          .orderBy('founded_at', (order) => order[direction]().nullsLast())
          .execute()
        expect(rows.at(-1)).toEqual({ id: 'a' })
      }
      const from = await db
        .selectFrom('organisation')
        .select('id')
        .where('id', '>=', 'a')
        .orderBy('id')
        .execute()
      expect(from.map(({ id }) => id)).toEqual(['a', 'é'])
    })

    test('like and equality tell capitals and accents; a folded column does not', async () => {
      await add({ id: 'a', name: 'Étang de Berre 100 %', fold: fold('Étang de Berre 100 %') })
      const find = (column: 'name' | 'fold', pattern: string) =>
        db
          .selectFrom('organisation')
          .select('id')
          .where(sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`)
          .execute()
      expect(await find('name', '%étang%')).toEqual([])
      expect(await find('name', '%ÉTANG%')).toEqual([])
      expect(await find('name', '%tang%')).toHaveLength(1)
      expect(await find('fold', likeContaining(fold('ÉTANG')))).toHaveLength(1)
      expect(await find('fold', likeContaining(fold('100 %')))).toHaveLength(1)
      expect(await find('fold', likeContaining(fold('1_0')))).toHaveLength(0)
    })
  })

  describe('rules of the tables', () => {
    test('a broken rule is a conflict that says which', async () => {
      await add({ id: 'a', name: 'one' })
      const broken: [() => Promise<unknown>, string][] = [
        [() => add({ id: 'a', name: 'two' }), 'unique'],
        [() => add({ id: 'b', name: 'one' }), 'unique'],
        [() => add({ id: 'b', name: null as never }), 'not-null'],
        [() => add({ id: 'b', is_open: 2 }), 'check'],
        [
          () => db.insertInto('member').values({ organisation_id: 'zzz', person: 'p', weight: 1 }).execute(),
          'foreign-key',
        ],
      ]
      for (const [attempt, rule] of broken) {
        await expect(attempt()).rejects.toMatchObject({ code: 'conflict', status: 409, details: { rule } })
      }
    })

    test('members go with their organisation', async () => {
      await add({ id: 'a' })
      await db.insertInto('member').values({ organisation_id: 'a', person: 'p', weight: 1 }).execute()
      await db.deleteFrom('organisation').where('id', '=', 'a').execute()
      expect(await db.selectFrom('member').selectAll().execute()).toEqual([])
    })

    test('insert, update and delete tell how many rows; returning answers them; upsert replaces', async () => {
      await add({ id: 'a' })
      const insert = (ratio: number) =>
        db
          .insertInto('organisation')
          .values({ id: 'a', name: 'a', fold: '', is_open: 0, ratio } as never)
          .onConflict((on) => on.column('id').doUpdateSet({ ratio }))
          .returning(['id', 'ratio'])
          .execute()
      expect(await insert(2)).toEqual([{ id: 'a', ratio: 2 }])
      const updated = await db
        .updateTable('organisation')
        .set({ ratio: 4 })
        .where('id', '=', 'a')
        .executeTakeFirst()
      expect(updated.numUpdatedRows).toBe(1n)
      const deleted = await db.deleteFrom('organisation').where('id', '=', 'none').executeTakeFirst()
      expect(deleted.numDeletedRows).toBe(0n)
    })

    test('of many claims of one queued job one gets it', async () => {
      await add({ id: 'job', settings: 'queued' })
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          db
            .updateTable('organisation')
            .set({ settings: `taken by ${i}` })
            .where('settings', '=', 'queued')
            .returning('id')
            .execute(),
        ),
      )
      expect(claims.filter((rows) => rows.length === 1)).toHaveLength(1)
    })

    test('one statement a call', async () => {
      await expect(sql.raw('select 1; delete from organisation').execute(db)).rejects.toThrow(
        'One SQL statement',
      )
      await sql.raw('select \'a;b\' as "x;y";').execute(db)
    })
  })

  transactionSuite(() => ({ target, control, db }))

  test('what was committed is there after a restart, and health tells the engine', async () => {
    await add({ id: 'kept', budget_cents: 7 })
    if (target.crash) {
      await target.crash()
      // The pool may hold a connection that the crash broke: one failed call is allowed, a second is not.
      await control.health()
    } else {
      await control.close()
      control = await target.open()
      db = control.db.withTables<Tables>()
    }
    expect(await get('kept')).toMatchObject({ budget_cents: 7 })
    expect(await control.health()).toMatchObject({ engine: control.engine, ok: true, message: '' })
  })
}
