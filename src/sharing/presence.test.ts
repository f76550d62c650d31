import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aisDatasets } from '../connectors/ais/datasets.ts'
import { tableOf } from '../datasets/rules.ts'
import { batchOfRows } from '../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row } from '../engines/columnar/columnar.ts'
import { openDuckDb } from '../engines/columnar/duckdb/open.ts'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { table } from '../engines/columnar/query.ts'
import { presenceDatasets, presenceDerivation } from './presence.ts'
import type { AggregateRelease } from './schema.ts'

/** Somebody heard in a cell of a 4 × 4 grid and one of six windows. */
interface Heard {
  mmsi: number
  x: number
  y: number
  window: number
}

const k = 5
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const small = Array.from({ length: 14 }, (_, i) => i + 1)
const large = [101, 102, 103, 104, 105, 106]
const military = [201, 202]
const standard: AggregateRelease = { gridDeg: 0.02, windowS: 3_600, k, subject: 'mmsi', delayS: 86_400 }

const inBox = (low: number[], high: number[]) => (one: number[]) =>
  one.every((at, i) => at >= low[i]! && at <= high[i]!)

describe('S12, A17: presence is told in counts that single nobody out', () => {
  let folder: string
  let columnar: Columnar
  let nowMs = 0
  /** Each case has a time of its own, later than those before. */
  let startMs = Date.parse('2026-06-01T00:00:00Z')
  let wanted: AggregateRelease | null = null
  const all = [...aisDatasets, ...presenceDatasets]
  const definitionOf = (id: string) => all.find((one) => one.id === id)!
  const derive = () =>
    presenceDerivation({
      isSimulated: false,
      columnar,
      definitionOf,
      wanted: () => wanted,
      now: () => new Date(nowMs),
    }).run()

  const hear = (heard: readonly Heard[]) =>
    columnar.replace(
      batchOfRows(
        tableOf(definitionOf('ais-positions')),
        heard.map(({ mmsi, x, y, window }, i) => ({
          mmsi,
          at: new Date(startMs + window * hourMs + ((i * 977) % hourMs)).toISOString(),
          receivedAt: new Date(startMs).toISOString(),
          aisClass: large.includes(mmsi) || military.includes(mmsi) ? 'A' : 'B',
          lon: 5.2 + (x + 0.5) * 0.02,
          lat: 43.2 + (y + 0.5) * 0.02,
          _src: 's',
          _seq: i,
        })),
      ),
    )
  /** What is published of the case, and places of its figures: window, x, y. */
  const published = async (): Promise<{ place: number[]; n: number | null; row: Row }[]> => {
    const rows = await columnar.query({ from: table('ais_presence') })
    return rows
      .map((row) => ({
        place: [
          (Date.parse(String(row.at)) - startMs) / hourMs,
          Math.floor((Number(row.lon) - 5.2) / 0.02),
          Math.floor((Number(row.lat) - 43.2) / 0.02),
        ],
        n: row.vessels as number | null,
        row,
      }))
      .filter(({ place }) => place[0]! >= 0)
  }
  const craftAt = (heard: readonly Heard[], [window, x, y]: number[]) =>
    new Set(
      heard
        .filter((one) => one.window === window && one.x === x && one.y === y && small.includes(one.mmsi))
        .map(({ mmsi }) => mmsi),
    )

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-presence-'))
    columnar = await openDuckDb({ folder, log: silentLog })
    for (const definition of all) await columnar.define(tableOf(definition))
    const ship = (mmsi: number, more: Row): Row => ({ mmsi, kind: 'ship', ...more })
    await columnar.replace(
      batchOfRows(tableOf(definitionOf('vessels')), [
        ...small.map((mmsi) => ship(mmsi, { aisClass: 'B', shipType: mmsi % 2 ? 37 : null })),
        ...large.map((mmsi) => ship(mmsi, { aisClass: 'A', shipType: 70, toBowM: 80, toSternM: 20 })),
        ...military.map((mmsi) => ship(mmsi, { aisClass: 'A', shipType: 35, toBowM: 80, toSternM: 20 })),
      ]),
    )
  })
  afterAll(async () => {
    await columnar.close()
    await rm(folder, { recursive: true })
  })

  const heard = fc
    .array(
      fc.record({
        mmsi: fc.constantFrom(...small, ...large, ...military),
        x: fc.integer({ min: 0, max: 3 }),
        y: fc.integer({ min: 0, max: 3 }),
        window: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 250 },
    )
    // Crowds, so that there is something to tell.
    .chain((some) =>
      fc
        .array(
          fc.record({
            x: fc.nat(3),
            y: fc.nat(3),
            window: fc.nat(5),
            crew: fc.subarray(small, { minLength: 4 }),
          }),
          { maxLength: 12 },
        )
        .map((crowds) => [
          ...some,
          ...crowds.flatMap(({ crew, ...at }) => crew.map((mmsi) => ({ mmsi, ...at }))),
        ]),
    )

  it('every figure is right and rests on k; no box less a box isolates fewer', async () => {
    let figures = 0
    await fc.assert(
      fc.asyncProperty(heard, async (some) => {
        startMs += 2 * dayMs
        nowMs = startMs + 6 * hourMs + dayMs
        await hear(some)
        await derive()
        const told = await published()
        for (const { place, n } of told) {
          const craft = craftAt(some, place).size
          expect(n).toBe(craft >= k ? craft : null)
        }
        const places = told.filter(({ n }) => n !== null).map(({ place }) => place)
        figures += places.length
        for (const one of some) {
          const at = [one.window, one.x, one.y]
          const isTold = places.some((place) => place.join() === at.join())
          expect(isTold).toBe(craftAt(some, at).size >= k)
        }
        // A total is a sum of published figures: a box less the box without its last row of cells.
        for (let axis = 0; axis < 3; axis++)
          for (let end = 1; end <= (axis === 0 ? 5 : 3); end++) {
            const high = [5, 3, 3]
            high[axis] = end
            const less = high.map((edge, i) => (i === axis ? edge - 1 : edge))
            const isLess = inBox([0, 0, 0], less)
            const rest = places.filter(inBox([0, 0, 0], high)).filter((place) => !isLess(place))
            const isolated = new Set(rest.flatMap((place) => [...craftAt(some, place)]))
            expect(rest.length === 0 || isolated.size >= k).toBe(true)
          }
      }),
      { numRuns: 30 },
    )
    expect(figures).toBeGreaterThan(0)
  })

  it('a window is told of once: a known vessel that is added later changes nothing', async () => {
    startMs += 2 * dayMs
    const crowd = (crew: number[]) => crew.map((mmsi) => ({ mmsi, x: 1, y: 1, window: 0 }))
    await hear(crowd(small.slice(0, 5)))
    nowMs = startMs + hourMs + dayMs - 1
    await derive()
    expect((await published()).filter(({ n }) => n !== null)).toEqual([])
    nowMs += 1
    await derive()
    const before = await published()
    expect(before.filter(({ n }) => n !== null)).toMatchObject([{ place: [0, 1, 1], n: 5 }])
    await hear(crowd(small.slice(0, 6)))
    expect(await derive()).toBe(0)
    expect(await published()).toEqual(before)
  })

  it('another grid ends the series: no moment is told of on two grids', async () => {
    startMs += 2 * dayMs
    const crowd = [0, 1, 2, 3, 4, 5].flatMap((window) =>
      small.slice(0, 6).map((mmsi) => ({ mmsi, x: 2, y: 2, window })),
    )
    await hear(crowd)
    nowMs = startMs + 3 * hourMs + dayMs
    await derive()
    wanted = { ...standard, gridDeg: 0.04, windowS: 7_200 }
    nowMs = startMs + 6 * hourMs + dayMs
    await derive()
    wanted = null
    const told = (await published()).filter(({ n }) => n !== null)
    const hoursOf = (windowS: number) =>
      told
        .filter(({ row }) => String(row.method).includes(`window ${windowS} s`))
        .map(({ place }) => place[0])
    expect(hoursOf(3_600)).toEqual([0, 1, 2])
    // From the first start of the longer window on: the hour between is told of by neither.
    expect(hoursOf(7_200)).toEqual([4])
  })

  it('a policy makes it coarser, never finer than the platform demands', async () => {
    startMs += 2 * dayMs
    await hear(small.slice(0, 4).map((mmsi) => ({ mmsi, x: 0, y: 0, window: 0 })))
    wanted = { gridDeg: 0.0001, windowS: 3_600, k: 2, subject: 'at', delayS: 0 }
    nowMs = startMs + 2 * hourMs
    expect(await derive()).toBe(0)
    nowMs += dayMs
    await derive()
    wanted = null
    expect((await published()).filter(({ n }) => n !== null)).toEqual([])
  })
})
