/** S1, S5, S7, S8 and S11 of the specification, on random worlds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Row } from '../engines/columnar/columnar.ts'
import { type Action, anonymous, type Principal } from '../http/principal.ts'
import type { Decision, PolicySnapshot } from './decision.ts'
import { askingOf } from './grantees.ts'
import { Pseudonyms } from './pseudonym.ts'
import {
  fields,
  now,
  organisations,
  randomAction,
  randomGrant,
  randomPrincipal,
  randomRestriction,
  randomRows,
  randomSnapshot,
} from './random-world.suite.ts'
import { compileReader } from './reader.ts'
import { effective, isDiscoverable } from './rules.ts'

const subject = { id: 'd', fields, eventTime: 'at' }
const pseudonyms = new Pseudonyms('a secret of the tests')
const today = Math.floor(now.getTime() / 86_400_000)
const decide = (principal: Principal, action: Action, snapshot: PolicySnapshot): Decision =>
  effective(principal, subject, action, snapshot, now)

/** Which cells of which rows are seen, values aside. */
function seen(decision: Decision, rows: readonly Row[]): Set<string> {
  if (!decision.allow) return new Set()
  const read = compileReader(decision, { fields, eventTime: 'at', pseudonyms, today })
  const cells = new Set<string>()
  for (const [i, row] of rows.entries()) {
    const shown = read(row)
    if (!shown) continue
    cells.add(`${i}`)
    for (const [name, cell] of Object.entries(shown)) if (cell !== null) cells.add(`${i} ${name}`)
  }
  return cells
}
/** No cell is empty, so that what is withheld can be told from what is not there. */
const filledRows = randomRows.map((rows) =>
  rows.map((row) => ({
    ...Object.fromEntries(fields.map(({ name }) => [name, 1])),
    ...row,
    at: row.at ?? '2026-06-01T00:00:00.000Z',
    name: row.name ?? 'a',
    owner: row.owner ?? 'o1',
    mmsi: row.mmsi ?? 1,
    count: row.count ?? 1,
    speed: row.speed ?? 1,
    draught: row.draught ?? 1,
    lon: row.lon ?? 1,
    lat: row.lat ?? 1,
    place_lon: row.place_lon ?? 1,
    place_lat: row.place_lat ?? 1,
    moored: row.moored ?? true,
    day: row.day ?? '2026-06-01',
  })),
)
const userOf = (organisation: string): Principal => ({
  kind: 'user',
  session: 's',
  user: 'u',
  organisation,
  role: 'reader',
  platformRoles: [],
  endsAt: null,
})
const runs = { numRuns: 400 }

describe('the decision', () => {
  it('S1: gives nothing, and hides what is private, where no grant matches', () => {
    fc.assert(
      fc.property(randomSnapshot, randomPrincipal, randomAction, (snapshot, principal, action) => {
        const policy = { ...snapshot.policy, owner: null, metadataVisibility: 'private' as const }
        expect(decide(principal, action, { ...snapshot, policy, grants: [] })).toEqual({
          allow: false,
          reason: 'hidden',
          template: null,
        })
      }),
      runs,
    )
  })

  it('S5: a further grant takes no cell from anybody, a further restriction gives none', () => {
    fc.assert(
      fc.property(
        randomSnapshot,
        randomPrincipal,
        randomAction,
        filledRows,
        randomGrant('g9'),
        randomRestriction('r9'),
        (snapshot, principal, action, rows, grant, restriction) => {
          const before = seen(decide(principal, action, snapshot), rows)
          const granted = seen(
            decide(principal, action, { ...snapshot, grants: [...snapshot.grants, grant] }),
            rows,
          )
          for (const cell of before) expect(granted.has(cell)).toBe(true)
          const restricted = seen(
            decide(principal, action, { ...snapshot, restrictions: [...snapshot.restrictions, restriction] }),
            rows,
          )
          for (const cell of restricted) expect(before.has(cell)).toBe(true)
        },
      ),
      runs,
    )
  })

  it('S5: a grant of one organisation changes nothing for another', () => {
    fc.assert(
      fc.property(randomSnapshot, randomAction, randomGrant('g9'), (snapshot, action, grant) => {
        const own = { ...grant, grantee: { kind: 'organisation' as const, organisation: 'o1' } }
        const after = { ...snapshot, grants: [...snapshot.grants, own] }
        for (const principal of [userOf('o2'), userOf('o3'), anonymous]) {
          const [a, b] = [decide(principal, action, snapshot), decide(principal, action, after)]
          if (a.allow || b.allow) expect(b).toEqual(a)
        }
      }),
      runs,
    )
  })

  it('the order of grants and restrictions does not matter', () => {
    fc.assert(
      fc.property(randomSnapshot, randomPrincipal, randomAction, (snapshot, principal, action) => {
        const turned = {
          ...snapshot,
          grants: [...snapshot.grants].reverse(),
          restrictions: [...snapshot.restrictions].reverse(),
        }
        expect(decide(principal, action, turned)).toEqual(decide(principal, action, snapshot))
      }),
      runs,
    )
  })

  it('S7: without the agreement in force, whoever may know is told which one is missing', () => {
    fc.assert(
      fc.property(randomSnapshot, randomGrant('g9'), (snapshot, given) => {
        const grant = {
          ...given,
          grantee: { kind: 'organisation' as const, organisation: 'o3' },
          actions: ['query' as const],
          agreementTemplate: 't1',
          from: null,
          until: null,
          revokedAt: null,
        }
        const policy = { ...snapshot.policy, owner: null }
        const bare = { ...snapshot, policy, grants: [grant], agreements: [] }
        expect(decide(userOf('o3'), 'query', bare)).toEqual({
          allow: false,
          reason: 'agreement_required',
          template: 't1',
        })
      }),
      runs,
    )
  })

  it('S8: a key gets no more than its person, and nothing outside of its scopes and datasets', () => {
    fc.assert(
      fc.property(
        randomSnapshot,
        randomPrincipal,
        randomAction,
        filledRows,
        (snapshot, principal, action, rows) => {
          if (principal.kind !== 'key') return
          const { scopes, datasets } = principal
          const person: Principal = { ...principal, kind: 'user', session: 's' }
          const [byKey, byPerson] = [decide(principal, action, snapshot), decide(person, action, snapshot)]
          const cells = seen(byKey, rows)
          if (!scopes.includes(action) || (datasets && !datasets.includes('d')))
            expect(byKey.allow).toBe(false)
          const own = seen(byPerson, rows)
          for (const cell of cells) expect(own.has(cell)).toBe(true)
        },
      ),
      { numRuns: 1_500 },
    )
  })

  it('S11: fingerprints are equal only where everything seen is, and never across organisations', () => {
    fc.assert(
      fc.property(
        randomSnapshot,
        fc.array(randomPrincipal, { minLength: 6, maxLength: 6 }),
        randomAction,
        (snapshot, principals, action) => {
          const all = [...principals, ...organisations.map(userOf)].map((principal) => ({
            principal,
            decision: decide(principal, action, snapshot),
          }))
          for (const a of all)
            for (const b of all) {
              if (!a.decision.allow || !b.decision.allow) continue
              if (a.decision.fingerprint !== b.decision.fingerprint) continue
              const { rows, keep, cells, space, isPublic } = a.decision
              expect(b.decision).toMatchObject({ rows, keep, cells, space, isPublic })
              // Whose organisation or session has ended acts for nobody.
              const of = ({ principal }: typeof a) =>
                askingOf(principal, snapshot.parties, now.toISOString()).organisation
              if (!isPublic && of(a) !== null && of(b) !== null) expect(of(a)).toBe(of(b))
            }
        },
      ),
      runs,
    )
  })

  it('whoever gets a row may know of the dataset', () => {
    fc.assert(
      fc.property(randomSnapshot, randomPrincipal, randomAction, (snapshot, principal, action) => {
        if (!decide(principal, action, snapshot).allow) return
        const at = now.toISOString()
        expect(isDiscoverable(askingOf(principal, snapshot.parties, at), snapshot, at)).toBe(true)
        expect(decide(principal, 'discover', snapshot).allow || principal.kind === 'key').toBe(true)
      }),
      runs,
    )
  })

  it('is asked again at the first end of what it rests on', () => {
    fc.assert(
      fc.property(randomSnapshot, randomPrincipal, randomAction, (snapshot, principal, action) => {
        const decision = decide(principal, action, snapshot)
        if (!decision.allow || decision.movesWithTime || decision.recheckAt === null) return
        const before = new Date(Date.parse(decision.recheckAt) - 1)
        const later = effective(principal, subject, action, snapshot, before)
        expect(later.allow && later.fingerprint).toBe(decision.fingerprint)
      }),
      runs,
    )
  })
})
