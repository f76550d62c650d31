import { describe, expect, it } from 'vitest'
import { flagsOfText, flagText } from '../../maritime/plausibility-flags.ts'
import { judgeFix, newTrackMemory, type TrackMemory } from './plausibility.ts'

const minute = 60_000

/** Flags and acceptance of each fix of one vessel: [minutes, lon, lat, sogKn]. */
function judgeAll(
  fixes: [number, number, number, number | null][],
  maxSpeedKn = 22,
  memory: TrackMemory = newTrackMemory(),
) {
  return fixes.map(([at, lon, lat, sogKn]) => {
    const { flags, accepted } = judgeFix(memory, { atMs: at * minute, lon, lat, sogKn }, maxSpeedKn)
    return [flagText(flags), accepted]
  })
}

describe('judgeFix', () => {
  it('accepts a vessel under way', () => {
    expect(
      judgeAll([
        [0, 5.3, 43.3, 10],
        [1, 5.303, 43.3, 10],
        [2, 5.306, 43.3, 10],
      ]),
    ).toEqual([
      [null, true],
      [null, true],
      [null, true],
    ])
  })

  it('flags a lone jump and keeps the track', () => {
    expect(
      judgeAll([
        [0, 5.3, 43.3, 10],
        [1, 6.3, 43.3, 10],
        [2, 5.306, 43.3, 10],
      ]),
    ).toEqual([
      [null, true],
      ['jump', false],
      [null, true],
    ])
  })

  it('believes a new place after three fixes that agree', () => {
    expect(
      judgeAll([
        [0, 5.3, 43.3, 0],
        [1, 6.3, 43, 9],
        [2, 6.303, 43, 9],
        [3, 6.306, 43, 9],
        [4, 6.309, 43, 9],
      ]),
    ).toEqual([
      [null, true],
      ['jump', false],
      ['jump', false],
      [null, true],
      [null, true],
    ])
  })

  it('tells two senders under one number, and forgets it when one falls silent', () => {
    const memory = newTrackMemory()
    const alternating: [number, number, number, number][] = []
    for (let i = 0; i < 6; i++) alternating.push([i, 5.3, 43.3, 0], [i, 9.3, 42.3, 0])
    const last = judgeAll(alternating, 22, memory).slice(-2)
    expect(last).toEqual([
      ['shared-mmsi', true],
      ['shared-mmsi', false],
    ])
    expect(judgeAll([[20, 9.3, 42.3, 0]], 22, memory)).toEqual([[null, true]])
  })

  it('flags impossible speeds without doubting the place', () => {
    expect(
      judgeAll([
        [0, 5.3, 43.3, 0],
        [1, 5.3, 43.3, 102.2],
        [2, 5.3, 43.3, 60],
        [3, 5.3, 43.3, 0],
      ]),
    ).toEqual([
      [null, true],
      ['speed-saturated', true],
      ['speed-spike', true],
      [null, true],
    ])
  })

  it('never takes 0° 0° for a place', () => {
    expect(
      judgeAll([
        [0, 0, 0, 5],
        [1, 5.3, 43.3, 5],
      ]),
    ).toEqual([
      ['null-island', false],
      [null, true],
    ])
  })

  it('lets aircraft fly', () => {
    expect(
      judgeAll(
        [
          [0, 5.3, 43.3, 120],
          [1, 5.36, 43.3, 120],
        ],
        Number.POSITIVE_INFINITY,
      ),
    ).toEqual([
      [null, true],
      [null, true],
    ])
  })

  it('writes flags and reads them back', () => {
    expect(flagsOfText(flagText(1 | 128))).toEqual(['jump', 'shared-mmsi'])
    expect(flagsOfText(flagText(0))).toEqual([])
  })
})
