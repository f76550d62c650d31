/** What can go wrong between the server and us: repeated batches, half of them, a cut answer, no server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ClickHouseTestServer,
  clickHouseMissing,
  startClickHouse,
} from '../../../../tests/clickhouse/start.ts'
import { batchOfRows } from '../batch-of-rows.ts'
import type { Columnar, Row, TableSpec } from '../columnar.ts'
import { silentLog } from '../engine-log.ts'
import { column, type Query, table } from '../query.ts'
import { openClickHouse } from './open.ts'

const spec: TableSpec = {
  name: 'faults',
  sortBy: ['mmsi', 'at'],
  dayOf: 'at',
  columns: [
    { name: '_src', type: 'text' },
    { name: '_seq', type: 'bigint' },
    { name: 'at', type: 'timestamp' },
    { name: 'mmsi', type: 'integer' },
  ],
}
/** Two days, so that every batch has two partitions. */
const row = (seq: number): Row => ({
  _src: 's',
  _seq: seq,
  at: new Date(Date.UTC(2025, 0, 1 + (seq % 2)) + seq).toISOString(),
  mmsi: seq % 5,
})
const batch = (lo: number, hi: number) => [
  batchOfRows(
    spec,
    Array.from({ length: hi - lo }, (_, i) => row(lo + i)),
  ),
]
const range = (lo: number, hi: number) => ({ source: 's', lo, hi, resumeFrom: lo })
const facts: Query = {
  from: table(spec.name),
  select: [
    { as: 'rows', value: { kind: 'aggregate', fn: 'count' } },
    { as: 'distinct', value: { kind: 'aggregate', fn: 'count-distinct', of: column('_seq') } },
  ],
}

describe.skipIf(clickHouseMissing)(
  `ClickHouse in trouble${clickHouseMissing ? `: ${clickHouseMissing}` : ''}`,
  () => {
    let server: ClickHouseTestServer
    let db: Columnar
    const open = () => openClickHouse({ url: server.url, log: silentLog })
    /** As another process would, beside the adapter. */
    const direct = async (sql: string) => {
      const answer = await fetch(server.url, { method: 'POST', body: sql })
      expect(answer.status, await answer.clone().text()).toBe(200)
    }

    beforeAll(async () => {
      server = await startClickHouse()
      db = await open()
      await db.define(spec)
    })
    afterAll(async () => {
      await db?.close()
      await server?.stop()
    })

    it('takes a batch once though the record of its range was lost', async () => {
      expect(await db.append(batch(0, 1000), range(0, 1000))).toBe(true)
      await db.close()
      await direct('TRUNCATE TABLE lacydon._ranges')
      await server.restart()
      db = await open()
      expect(await db.ranges()).toEqual([])
      expect(await db.append(batch(0, 1000), range(0, 1000))).toBe(true)
      expect(await db.query(facts)).toEqual([{ rows: 1000, distinct: 1000 }])
    })

    it('adds only what is missing when other cuts were half there', async () => {
      await db.close()
      // Rows of a batch that was cut otherwise and reached one partition only, under another token.
      await direct(
        `INSERT INTO lacydon.faults SELECT 's', 1000 + number * 2, toDateTime64('2025-01-01 00:00:01', 3, 'UTC'), 1 FROM numbers(250)`,
      )
      db = await open()
      expect(await db.append(batch(1000, 2000), range(1000, 2000))).toBe(true)
      expect(await db.query(facts)).toEqual([{ rows: 2000, distinct: 2000 }])
    })

    it('keeps two equal batches of different ranges', async () => {
      const twin: TableSpec = { name: 'twins', sortBy: [], columns: [{ name: 'x', type: 'integer' }] }
      await db.define(twin)
      for (const lo of [5000, 6000])
        await db.append([batchOfRows(twin, [{ x: 1 }, { x: 1 }])], range(lo, lo + 1000))
      expect(await db.query({ from: table('twins') })).toHaveLength(4)
    })

    it('inserts batches of more rows than one insert may hold', async () => {
      const wide: TableSpec = { name: 'wide', sortBy: ['x'], columns: [{ name: 'x', type: 'integer' }] }
      await db.define(wide)
      const n = 210_000
      const values = () => ({
        table: 'wide',
        rowCount: n,
        columns: { x: { kind: 'int32' as const, values: Int32Array.from({ length: n }, (_, i) => i) } },
      })
      await db.append([values()], { source: 'wide', lo: 0, hi: n, resumeFrom: 0 })
      expect(
        await db.query({
          ...facts,
          from: table('wide'),
          select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count-distinct', of: column('x') } }],
        }),
      ).toEqual([{ n }])
    })

    it('takes a batch of more days than one insert may touch by default', async () => {
      const rows = Array.from({ length: 150 }, (_, i) => ({
        ...row(i),
        _src: 'days',
        at: new Date(Date.UTC(2020, 0, 1 + i)).toISOString(),
      }))
      await db.append([batchOfRows(spec, rows)], { source: 'days', lo: 0, hi: 150, resumeFrom: 0 })
      expect(
        await db.query({ ...facts, where: { kind: 'in', of: column('_src'), values: ['days'] } }),
      ).toEqual([{ rows: 150, distinct: 150 }])
    })

    it('fails visibly when an answer breaks off', async () => {
      const all: Query = { from: table('wide') }
      const read = async () => {
        let bytes = 0
        for await (const chunk of db.stream(all)) bytes += chunk.length
        return bytes
      }
      const whole = await read()
      expect(whole).toBeGreaterThan(1_000_000)
      await server.failNext('exception', 500_003)
      await expect(read()).rejects.toMatchObject({ code: 'query_too_expensive' })
      await server.failNext('cut', 500_003)
      await expect(read()).rejects.toMatchObject({ code: 'unavailable' })
      expect(await read()).toBe(whole)
    })

    it('says which server does not answer, and never a password', async () => {
      const failure = await openClickHouse({ url: 'http://me:secret@127.0.0.1:1/x', log: silentLog }).catch(
        (error) => error,
      )
      expect(failure).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('http://127.0.0.1:1'),
      })
      expect(JSON.stringify(failure) + failure.message).not.toContain('secret')
      for (const url of ['nonsense', 'ftp://me:secret@host/x', 'http://host/a/b', 'http://host/x;y']) {
        const wrong = await openClickHouse({ url, log: silentLog }).catch((error) => error)
        expect(wrong).toMatchObject({
          code: 'invalid_setting',
          message: expect.stringContaining('CLICKHOUSE_URL'),
        })
        expect(wrong.message).not.toContain('secret')
      }
    })

    it('reports a server that went away, and works again when it is back', async () => {
      await db.close()
      db = await open()
      expect((await db.health()).ok).toBe(true)
      const url = server.url
      await server.restart()
      expect(server.url).not.toBe(url)
      expect(await db.health()).toMatchObject({
        ok: false,
        message: expect.stringContaining('does not answer'),
      })
      await expect(db.query(facts)).rejects.toMatchObject({ code: 'unavailable' })
      await expect(db.append(batch(9000, 9001), range(9000, 9001))).rejects.toMatchObject({
        code: 'unavailable',
      })
      await db.close()
      db = await open()
      expect((await db.query(facts))[0]!.rows).toBe(2150)
    })
  },
)
