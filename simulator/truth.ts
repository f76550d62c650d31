import { type Call, limitsOf } from './calls.ts'
import type { FeedCounts } from './feed.ts'
import type { World } from './world.ts'

const iso = (ms: number) => new Date(ms).toISOString()

/** What really happened in one call, instants in UTC (docs/simulator.md). */
function truthOfCall(call: Call) {
  const { vessel, gap } = call
  const limits = limitsOf(call)
  return {
    mmsi: vessel.mmsi,
    name: vessel.name,
    port: call.pilotPlace === 'pilot-marseille' ? 'FRMRS' : 'FRFOS',
    enteredAreaAt: iso(call.fromMs),
    arrivedAt: iso(limits.inMs),
    anchorages: call.spells.flatMap((spell) =>
      spell.kind === 'anchored'
        ? [{ anchorage: spell.anchorage, from: iso(spell.fromMs), to: iso(spell.toMs) }]
        : [],
    ),
    pilotOnBoardAt: iso(call.pilotOnBoardMs),
    berths: call.spells.flatMap((spell) =>
      spell.kind === 'moored' ? [{ berth: spell.berth, ata: iso(spell.fromMs), atd: iso(spell.toMs) }] : [],
    ),
    pilotDisembarkedAt: iso(call.pilotDisembarkedMs),
    departedAt: iso(limits.outMs),
    leftAreaAt: iso(call.toMs),
    gaps: gap ? [{ from: iso(gap.fromMs), to: iso(Math.min(gap.toMs, call.toMs)) }] : [],
  }
}

/** The ground truth of a period: every call that touches it, and what was put into the feed on purpose. */
export function truthOf(world: World, fromMs: number, toMs: number, counts: FeedCounts) {
  return {
    simulated: true,
    seed: world.seed,
    from: iso(fromMs),
    to: iso(toMs),
    calls: [...world.callsIn(fromMs, toMs)]
      .map(truthOfCall)
      .sort((a, b) => a.arrivedAt.localeCompare(b.arrivedAt) || a.mmsi - b.mmsi),
    feed: counts,
  }
}
