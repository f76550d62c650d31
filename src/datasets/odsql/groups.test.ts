import { describe, expect, it } from 'vitest'
import { answer, rows } from './calls-dataset.suite.ts'

describe('groups', () => {
  it('hold nothing as a group of its own, last', async () => {
    expect(await rows({ groupBy: 'flag' })).toEqual([
      { flag: 'FR' },
      { flag: 'IT' },
      { flag: 'NO' },
      { flag: null },
    ])
  })

  it('are counted as groups', async () => {
    expect(await answer({ groupBy: 'flag', limit: 1, offset: 1 })).toEqual({
      totalCount: 4,
      results: [{ flag: 'IT' }],
    })
    expect((await answer({ select: 'count(*) as n', where: 'crew > 1000' })).results).toEqual([{ n: 0 }])
  })

  it('compute with aggregates and with keys', async () => {
    expect(
      await rows({
        groupBy: 'upper(flag) as f',
        select: 'sum(crew) / count(*) as mean, f, length(f) as l',
        where: 'crew > 0',
        orderBy: 'sum(crew) desc',
      }),
    ).toEqual([
      { mean: 8.5, f: 'FR', l: 2 },
      { mean: 7, f: 'NO', l: 2 },
    ])
  })

  it('take a list apart', async () => {
    const groups = await rows({ groupBy: 'cargo', select: 'count(*) as n, avg(crew) as crew' })
    expect(groups).toEqual([
      { cargo: 'grain', n: 1, crew: 12 },
      { cargo: 'oil', n: 1, crew: 5 },
      { cargo: 'wine', n: 1, crew: 12 },
    ])
  })

  it('cluster points that are near on the screen', async () => {
    const cluster = (zoom: number) =>
      rows({
        groupBy: `geo_cluster(position, ${zoom}) as c`,
        select: 'count(*) as n, max(lengthM) as longest',
      })
    const near = await cluster(6)
    expect(near).toHaveLength(2)
    expect(near[0]).toMatchObject({ n: 2, longest: 120.5 })
    expect((near[0]!.c as { lat: number }).lat).toBeCloseTo(43.405, 9)
    expect(await cluster(16)).toHaveLength(3)
    expect(await cluster(0)).toHaveLength(1)
  })

  it('draw the hull of their points', async () => {
    const [fr] = await rows({
      groupBy: 'flag',
      select: 'envelope(position) as hull, bbox(position) as box',
      limit: 1,
    })
    expect(fr!.hull).toMatchObject({
      geometry: {
        type: 'LineString',
        coordinates: [
          [4.9, 43.4],
          [4.9, 43.41],
        ],
      },
    })
    expect(fr!.box).toMatchObject({ type: 'Feature', geometry: { type: 'Polygon' } })
  })
})
