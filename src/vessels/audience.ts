/** Who sees which vessels: the decision on rights, asked of the vessels in memory and of their stored past. */
import { datasetIn, type Realm } from '../connectors/ais/datasets.ts'
import type { DatasetDefinition } from '../datasets/schema.ts'
import { type From, type Query, table } from '../engines/columnar/query.ts'
import type { Action, Principal } from '../http/principal.ts'
import type { DatasetAsked, Sharing } from '../sharing/service.ts'
import { vesselRow } from './snapshot.ts'
import type { Vessel } from './vessel.ts'

export type PastOf = 'ais-positions' | 'ais-static'

export interface Audience {
  /** Equal for equal rights: frames are shared by it. */
  fingerprint: string
  /** Names of the fields there are: what is shown is made of any of them. */
  fields: readonly string[]
  sees(vessel: Vessel): boolean
  /** A query of the stored past that only reads what the audience may. Throws 404, 401 or 403. */
  limited(past: PastOf, query: Query): Promise<Query>
  /** Calls when the right ends; answers how to stop watching. */
  onEnd(end: () => void): () => void
}

/** The audience of a principal. Throws 404, 401 or 403 as the decision says. */
export type AudienceOf = (principal: Principal, action: Action) => Audience

export interface AudienceOptions {
  realm: Realm
  sharing: Sharing
  describe(id: string): DatasetAsked
}

export function decidedAudience({ realm, sharing, describe }: AudienceOptions): AudienceOf {
  const tests = new Map<string, (vessel: Vessel) => boolean>()
  return (principal, action) => {
    const asked = describe(datasetIn(realm, 'vessels'))
    const decision = sharing.require(principal, asked, action)
    const { fingerprint } = decision
    let sees = tests.get(fingerprint)
    if (!sees || decision.movesWithTime) {
      sees = remembered(sharing.rowTest(decision, asked.definition.fields))
      if (tests.size >= 100) tests.clear()
      tests.set(fingerprint, sees)
    }
    return {
      fingerprint,
      fields: asked.definition.fields.map(({ name }) => name),
      sees,
      async limited(past, query) {
        const of = describe(datasetIn(realm, past))
        return { ...query, from: await rowsSeen(sharing, principal, of, query.from) }
      },
      onEnd(end) {
        const watch = sharing.watch(principal, asked, action, fingerprint)
        watch.signal.addEventListener('abort', end, { once: true })
        return watch.end
      },
    }
  }
}

async function rowsSeen(
  sharing: Sharing,
  principal: Principal,
  asked: { definition: DatasetDefinition; createdAt: string | null },
  from: From,
): Promise<From> {
  if (from.kind === 'query') {
    const { query } = from
    return { kind: 'query', query: { ...query, from: await rowsSeen(sharing, principal, asked, query.from) } }
  }
  if (from.kind !== 'table') throw new Error('Only queries of one table can be limited.')
  const { definition } = asked
  const decision = sharing.require(principal, asked, 'query')
  const rows = await sharing.secure(decision, {
    dataset: definition.id,
    from: table(from.table),
    fields: definition.fields,
    eventTime: definition.eventTime,
    rowOrder: [],
    keep: ['_src', '_seq'],
    state: null,
  })
  return rows.from
}

/** What is known of a vessel changes seldom; it is asked about every second by every reader. */
function remembered(test: (row: ReturnType<typeof vesselRow>) => boolean): (vessel: Vessel) => boolean {
  const known = new WeakMap<Vessel, { change: number; updatedAtMs: number; seen: boolean }>()
  return (vessel) => {
    const found = known.get(vessel)
    const { change, updatedAtMs } = vessel
    if (found && found.change === change && found.updatedAtMs === updatedAtMs) return found.seen
    const seen = test(vesselRow(vessel))
    known.set(vessel, { change, updatedAtMs, seen })
    return seen
  }
}
