import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickHouseMissing, startClickHouse } from '../../../tests/clickhouse/start.ts'
import { openClickHouse } from '../../engines/columnar/clickhouse/open.ts'
import type { Row } from '../../engines/columnar/columnar.ts'
import { silentLog } from '../../engines/columnar/engine-log.ts'
import { WordIndexes } from '../words/word-indexes.ts'
import { openTiles, readTile, square, tileOf, treeRows, trees, zones } from './tiles.suite.ts'

const suite = clickHouseMissing ? describe.skip : describe

suite(`ClickHouse${clickHouseMissing ? ` (${clickHouseMissing})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startClickHouse>>
  let scratchFolder: string
  let both: Awaited<ReturnType<typeof openTiles>>[]
  beforeAll(async () => {
    server = await startClickHouse()
    scratchFolder = await mkdtemp(join(tmpdir(), 'lacydon-scratch-'))
    const open = () => openClickHouse({ url: server.url, scratchFolder, log: silentLog })
    both = [await openTiles(), await openTiles(undefined, open)]
    for (const opened of both) {
      await opened.make(trees, treeRows(9_000))
      await opened.make(zones, [square('bay', 5.1, 43.1, 0.4), square('kiosk', 5.2, 43.2, 1e-6)])
      await opened.hear(heard(40))
    }
  }, 120_000)
  afterAll(async () => {
    for (const opened of both) await opened.close()
    await server.stop()
    await rm(scratchFolder, { recursive: true, force: true })
  })

  const heard = (count: number): Row[] =>
    Array.from({ length: count }, (_, i) => {
      const at = new Date(Date.UTC(2026, 2, 1, 8, 0, i)).toISOString()
      return { mmsi: i % 7, at, receivedAt: at, lon: 5 + i / 100, lat: 43.3, sogKn: i / 2 }
    })

  /** What a tile holds, in an order that no engine decides; means differ in their last bits. */
  async function held(opened: (typeof both)[number], url: string) {
    const { statusCode, rawPayload, body } = await opened.app.inject({ url: `/api/v1/datasets/${url}` })
    expect(statusCode, body).toBe(200)
    return Object.entries(readTile(rawPayload)).map(([name, features]) => [
      name,
      features
        .map(({ id, properties, geometry }) => ({
          id,
          properties,
          places: geometry.flat().map(({ x, y }) => [x >> 4, y >> 4]),
        }))
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ])
  }

  it.each([
    ['trees', tileOf(0, 5.4, 43.3), ''],
    ['trees', tileOf(8, 5.4, 43.3), ''],
    ['trees', tileOf(12, 5.4, 43.3), '?where=species%20like%20%22pin%22'],
    ['zones', tileOf(8, 5.2, 43.2), ''],
    ['positions', tileOf(7, 5.2, 43.3), '?where=sogKn%3E17'],
  ] as const)('cuts the same tile of %s at %o%s', async (id, { z, x, y }, query) => {
    const [duckDb, clickHouse] = await Promise.all(
      both.map((opened) => held(opened, `${id}/tiles/${z}/${x}/${y}.mvt${query}`)),
    )
    expect(clickHouse).toEqual(duckDb)
    expect(duckDb!.length).toBeGreaterThan(0)
  })

  it('indexes the same words', async () => {
    const vocabularies = await Promise.all(
      both.map(async ({ columnar, datasets }) => {
        const words = new WordIndexes({ store: columnar, datasets, log: silentLog, leastRows: 100 })
        await words.tend()
        expect(words.state('trees')).toBe('ready')
        const index = words.indexOf('trees', 1)!
        const tokens = await columnar.query({ from: index.tokens })
        const found = await columnar.query({ from: index.vocabulary })
        return { tokens: tokens.length, found: found.map(({ token }) => token) }
      }),
    )
    expect(vocabularies[1]).toEqual(vocabularies[0])
    expect(vocabularies[0]).toEqual({ tokens: 9_000, found: ['chene', 'olivier', 'pin'] })
  })
})
