import { type Insertable, type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ControlDb } from './control.ts'
import { fold, likeContaining } from './fold.ts'
import { defineMigrations } from './migrations.ts'

type Tables = {
  organisation: {
    id: string
    name: string
    fold: string
    founded_at: string | Date | null
    budget_cents: number | bigint | null
    ratio: number | null
    is_open: number | boolean
    settings: string | null
    logo: Buffer | null
  }
  member: { organisation_id: string; person: string; weight: number }
}

const migrations = defineMigrations('suite', [
  {
    name: 'organisation',
    up: (schema) =>
      schema.table('organisation', {
        id: { kind: 'text', primary: true },
        name: { kind: 'text', unique: true },
        fold: { kind: 'text', default: '' },
        founded_at: { kind: 'instant', optional: true },
        budget_cents: { kind: 'money', optional: true },
        ratio: { kind: 'real', optional: true },
        is_open: { kind: 'flag', default: 0 },
        settings: { kind: 'json', optional: true },
        logo: { kind: 'bytes', optional: true },
      }),
  },
  {
    name: 'member',
    up: (schema) =>
      schema.table(
        'member',
        {
          organisation_id: { kind: 'text', references: 'organisation.id', onDelete: 'cascade' },
          person: { kind: 'text' },
        },
        { primaryKey: ['organisation_id', 'person'] },
      ),
  },
  {
    name: 'member-weight',
    up: (schema) => schema.column('member', 'weight', { kind: 'integer', default: 1 }),
  },
  { name: 'member-by-person', up: (schema) => schema.index('member', ['person', 'weight']) },
])

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

  describe('transactions', () => {
    test('keep all or nothing', async () => {
      const failing = control.transaction<Tables, void>(async (trx) => {
        await trx
          .insertInto('organisation')
          .values({ id: 'a', name: 'a' } as never)
          .execute()
        throw new Error('on purpose')
      })
      await expect(failing).rejects.toThrow('on purpose')
      expect(await db.selectFrom('organisation').selectAll().execute()).toEqual([])
    })

    test('end with their first error, even when it is caught', async () => {
      await add({ id: 'a' })
      const attempt = db.transaction().execute(async (trx) => {
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
      const silent = db.transaction().execute(async (trx) => {
        await trx
          .insertInto('organisation')
          .values({ id: 'a', name: 'a2' } as never)
          .execute()
          .catch(() => {})
      })
      await expect(silent).rejects.toThrow('nothing of it is kept')
      expect(await db.selectFrom('organisation').select('id').execute()).toEqual([{ id: 'a' }])
      await add({ id: 'd' })
    })

    test('go on after an error behind a savepoint', async () => {
      const trx = await db.startTransaction().execute()
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
      expect(await db.selectFrom('organisation').select('id').orderBy('id').execute()).toHaveLength(2)
    })

    test('that read and then write lose no update', async () => {
      await add({ id: 'a', budget_cents: 0 })
      const increments = Array.from({ length: 30 }, () =>
        control.transaction<Tables, void>(async (trx) => {
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
      expect((await get('a')).budget_cents).toBe(done)
    })

    test('1,000 writers at once all succeed', async () => {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => add({ id: `w${i}` })))
      const { n } = await db
        .selectFrom('organisation')
        .select(db.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      expect(n).toBe(1000)
    })
  })

  describe('migrations', () => {
    test('run once; later ones follow; unknown ones are refused', async () => {
      expect(await control.migrate([migrations])).toEqual([])
      const first = { name: 'first', up: (schema: never) => noteTable(schema, 'suite_note') }
      const second = { name: 'second', up: (schema: never) => noteTable(schema, 'suite_note_2') }
      expect(await control.migrate([defineMigrations('notes', [first])])).toEqual(['notes/first'])
      expect(await control.migrate([defineMigrations('notes', [first, second])])).toEqual(['notes/second'])
      await expect(control.migrate([defineMigrations('notes', [first])])).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('notes/second'),
      })
      await expect(control.migrate([defineMigrations('notes', [second, first])])).rejects.toThrow(
        'notes/first',
      )
    })

    test('that fail leave nothing behind and may be run again', async () => {
      const broken = defineMigrations('broken', [
        { name: 'good', up: (schema) => noteTable(schema, 'broken_note') },
        { name: 'bad', up: (schema) => schema.index('no_such_table', ['x']) },
      ])
      await expect(control.migrate([broken])).rejects.toThrow()
      const repaired = defineMigrations('broken', [
        broken.migrations[0]!,
        { name: 'bad', up: (schema) => schema.index('broken_note', ['text']) },
      ])
      expect(await control.migrate([repaired])).toEqual(['broken/bad'])
    })

    test('two nodes that start at once run each migration once', async (context) => {
      if (!target.isShared) return context.skip('one node owns a SQLite file')
      const other = await target.open()
      const many = defineMigrations(
        'race',
        Array.from({ length: 8 }, (_, i) => ({
          name: `n${i}`,
          up: (schema) => noteTable(schema, `race_${i}`),
        })),
      )
      const ran = await Promise.all([control.migrate([many]), other.migrate([many])])
      expect(ran.flat().sort()).toEqual(many.migrations.map(({ name }) => `race/${name}`))
      await other.close()
    })
  })

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

const noteTable = (schema: Parameters<(typeof migrations.migrations)[number]['up']>[0], name: string) =>
  schema.table(name, { id: { kind: 'text', primary: true }, text: { kind: 'text' } })
