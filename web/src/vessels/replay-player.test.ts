import { describe, expect, it } from 'vitest'
import type { VesselList } from '../../../src/vessels/schema.ts'
import { vesselOf } from './invented.ts'
import { ReplayPlayer } from './replay-player.ts'

/** A server that answers when told, and a clock that moves when told. */
function world() {
  const asked: {
    atMs: number
    signal: AbortSignal
    answer: (list?: VesselList) => Promise<void>
    fail: () => Promise<void>
  }[] = []
  const timers = new Map<number, () => void>()
  let now = 0
  let next = 0
  const player = new ReplayPlayer({
    fetch: (_box, atMs, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          atMs,
          signal,
          answer: async (list = { at: '', simulated: false, total: 1, vessels: [vesselOf()] }) =>
            resolve(list),
          fail: async () => reject(new TypeError('offline')),
        })
      }),
    now: () => now,
    setTimer: (run) => {
      timers.set(++next, run)
      return next
    },
    clearTimer: (timer) => void timers.delete(timer),
  })
  const pass = (ms: number) => {
    now += ms
    const due = [...timers.values()]
    timers.clear()
    for (const run of due) run()
  }
  return { player, asked, pass, timers }
}

const box: [number, number, number, number] = [5, 43, 6, 44]

describe('the replay', () => {
  it('shows one instant, and the last asked wins', async () => {
    const { player, asked } = world()
    player.show(box, 1000)
    player.show(box, 2000)
    expect(asked[0]!.signal.aborted).toBe(true)
    await asked[1]!.answer()
    await asked[0]!.answer()
    expect(player.getState().frame?.atMs).toBe(2000)
    expect(player.getState().isLoading).toBe(false)
  })

  it('plays towards the frame it knows, and no further', async () => {
    const { player, asked, pass } = world()
    player.show(box, 0)
    await asked[0]!.answer()
    player.play(60, 1e9)
    expect(asked[1]!.atMs).toBe(60_000)
    pass(400)
    expect(player.displayedMs()).toBe(0)
    await asked[1]!.answer()
    pass(500)
    expect(player.displayedMs()).toBe(54_000)
    pass(10_000)
    expect(player.getState().atMs).toBe(60_000)
    expect(asked[2]!.atMs).toBe(120_000)
  })

  it('stops at the end', async () => {
    const { player, asked, pass } = world()
    player.show(box, 0)
    await asked[0]!.answer()
    player.play(300, 30_000)
    await asked[1]!.answer()
    pass(200)
    pass(200)
    expect(player.getState()).toMatchObject({ atMs: 30_000, speed: undefined })
  })

  it('says when the past cannot be read', async () => {
    const { player, asked } = world()
    player.show(box, 0)
    await asked[0]!.fail()
    await Promise.resolve()
    expect(player.getState()).toMatchObject({ hasFailed: true, isLoading: false })
  })

  it('leaves no timer behind', async () => {
    const { player, asked, timers } = world()
    player.show(box, 0)
    await asked[0]!.answer()
    player.play(10, 1e9)
    player.stop()
    expect(timers.size).toBe(0)
  })
})
