import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FeedFleet } from '../../../bench/feed-fleet.ts'
import { tableOf } from '../../datasets/rules.ts'
import type { Columnar, Row } from '../../engines/columnar/columnar.ts'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { column } from '../../engines/columnar/query.ts'
import { openSpoolStore } from '../../engines/spool/segment-spool.ts'
import type { Spool } from '../../engines/spool/spool.ts'
import { aisDatasets } from './datasets.ts'
import { Ingest, RealmMemory } from './ingest.ts'
import type { FeedListener } from './message.ts'
import { AisReader } from './reader.ts'

const start = Date.parse('2026-11-24T12:00:00Z')
const silent = { info() {}, warn() {}, error() {} }

/** A TAG block that names the station and the time. */
function tagged(line: string, station: string, atMs: number): string {
  const tag = `s:${station},c:${Math.floor(atMs / 1000)}`
  const sum = [...tag].reduce((xor, c) => xor ^ c.charCodeAt(0), 0)
  return `\\${tag}*${sum.toString(16).toUpperCase().padStart(2, '0')}\\${line}`
}

describe('Ingest, on a real spool and a real column store', () => {
  let folder: string
  let columnar: Columnar
  let spool: Spool

  const openSpool = async () => {
    spool = await openSpoolStore({ folder: join(folder, 'spool'), fsyncEveryMs: 5 }).open('tcp-test')
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-ingest-'))
    columnar = await openDuckDb({ folder: join(folder, 'columnar'), log: silent })
    for (const dataset of aisDatasets) await columnar.define(tableOf(dataset))
    await openSpool()
  })

  afterEach(async () => {
    await spool.close()
    await columnar.close()
    await rm(folder, { recursive: true, force: true })
  })

  const heard: string[] = []
  const listener: FeedListener = {
    position: (_source, report) => heard.push(`position ${report.mmsi}`),
    static: (_source, report) => heard.push(`static ${report.mmsi}`),
    duplicate: (_source, mmsi, { station }) => heard.push(`again ${mmsi} by ${station}`),
  }

  const openIngest = async (store: Columnar = columnar) => {
    const recorded = (await store.ranges()).find(({ source }) => source === 'tcp-test')
    const ingest = new Ingest(
      {
        source: 'tcp-test',
        realm: 'real',
        spool,
        columnar: store,
        memory: new RealmMemory(),
        openReader: (sink) => new AisReader('tcp-test', sink),
        listener,
        isOnLand: () => false,
        now: Date.now,
        log: silent,
      },
      recorded,
    )
    await ingest.warmUp()
    return ingest
  }

  /** Runs until every durable line is stored. */
  const runToEnd = async () => {
    heard.length = 0
    const ingest = await openIngest()
    const running = ingest.run()
    await ingest.finish()
    ingest.stop()
    await running
    return ingest
  }

  const append = async (lines: string[], atMs = start) => {
    spool.append(atMs, Buffer.from(lines.map((line) => `${line.trim()}\n`).join('')))
    await spool.flush()
  }

  const stored = (table: string): Promise<Row[]> =>
    columnar.query({ from: { kind: 'table', table }, orderBy: [{ by: column('_seq') }] })

  const fleet = () => new FeedFleet(50, 228_000_000, [4.5, 43, 5, 43.3])

  it('keeps the first of what several receivers heard and counts the others', async () => {
    const line = fleet().report(0, start)
    await append([
      tagged(line, 'rA', start),
      tagged(line, 'rB', start + 1_000),
      tagged(line, 'rB', start + 60_000),
    ])
    const ingest = await runToEnd()
    expect((await stored('ais_positions')).map(({ station }) => station)).toEqual(['rA', 'rB'])
    expect(ingest.counters).toMatchObject({ messages: 3, duplicates: 1 })
    expect(heard).toEqual(['position 228000000', 'again 228000000 by rB', 'position 228000000'])
    expect([...ingest.stations.keys()]).toEqual(['rA', 'rB'])
  })

  it('stores what cannot be decoded with its reason, and goes on', async () => {
    const line = fleet().report(1, start)
    await append([line.replace(/\*..\s*$/, '*00'), 'not AIS at all', line])
    await runToEnd()
    expect((await stored('ais_rejects')).map(({ reason }) => reason)).toContain('checksum')
    expect(await stored('ais_positions')).toHaveLength(1)
  })

  it('stores a message that was given up where those who follow new rows look', async () => {
    const cut = '!AIVDM,2,1,1,A,53ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht0000000,0*00'
    const sum = [...cut.slice(1, -3)].reduce((xor, c) => xor ^ c.charCodeAt(0), 0)
    await append([`${cut.slice(0, -2)}${sum.toString(16).toUpperCase().padStart(2, '0')}`])
    const ingest = await openIngest()
    const running = ingest.run()
    const reached = async () => (await columnar.ranges()).find(({ source }) => source === 'tcp-test')?.hi ?? 0
    await append([fleet().report(1, start)])
    await expect.poll(() => stored('ais_positions')).toHaveLength(1)
    const before = await reached()
    await append([fleet().report(2, start + 40_000)], start + 40_000)
    await expect.poll(() => stored('ais_rejects')).toHaveLength(1)
    const [row] = await stored('ais_rejects')
    expect(row).toMatchObject({ reason: 'incomplete', line: expect.stringContaining('53ugE0P') })
    expect(row!._seq).toBeGreaterThanOrEqual(before)
    expect(row!._seq).toBeLessThan(await reached())
    ingest.stop()
    await running
  })

  it('goes on after a restart where it was, knowing what was heard before', async () => {
    const vessels = fleet()
    const first = Array.from({ length: 100 }, (_, i) => vessels.report(i, start + i * 100))
    await append(first.map((line, i) => tagged(line, 'rA', start + i * 100)))
    await runToEnd()
    const more = Array.from({ length: 100 }, (_, i) => vessels.report(i, start + 10_000 + i * 10))
    await append([
      tagged(first[99]!, 'rB', start + 11_000),
      ...more.map((line, i) => tagged(line, 'rA', start + 11_000 + i * 10)),
    ])
    await spool.close()
    await openSpool()
    await runToEnd()
    const rows = await stored('ais_positions')
    expect(rows).toHaveLength(200)
    expect(new Set(rows.map(({ _seq }) => _seq)).size).toBe(200)
    expect(heard[0]).toBe('again 228000049 by rB')
  })

  it('waits for a store that fails and loses nothing', async () => {
    let failures = 2
    const failing = new Proxy(columnar, {
      get(target, name, receiver) {
        if (name !== 'append' || failures-- <= 0) return Reflect.get(target, name, receiver)
        return () => Promise.reject(new Error('the disk is full'))
      },
    })
    const ingest = await openIngest(failing)
    const vessels = fleet()
    await append(Array.from({ length: 30 }, (_, i) => vessels.report(i, start)))
    const running = ingest.run()
    await ingest.finish()
    ingest.stop()
    await running
    expect(failures).toBeLessThan(0)
    expect(ingest.storeFailure).toBeNull()
    expect(await stored('ais_positions')).toHaveLength(30)
  })

  it('marks what cannot be true and keeps it', async () => {
    const here = new FeedFleet(1, 228_000_000, [5, 43, 5, 43])
    const there = new FeedFleet(1, 228_000_000, [9, 43, 9, 43])
    await append([here.report(0, start)], start)
    await append([there.report(0, start + 10_000)], start + 10_000)
    await append([tagged(here.report(0, start + 20_000), 'rA', start + 7_200_000)], start + 20_000)
    await runToEnd()
    expect((await stored('ais_positions')).map(({ flags }) => flags)).toEqual([null, 'jump', 'future-time'])
  })
})
