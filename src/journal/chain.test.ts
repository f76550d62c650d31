import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../canonical-json.ts'
import { firstHash, readLine, sealEntry } from './entry.ts'
import type { JournalHead, JournalKey } from './schema.ts'
import { type Verified, verifyJournal } from './verify.ts'

const node = '0a1b2c3d'

/** A chain of counts, as lines without LF. */
function chainOf(length: number): string[] {
  const lines: string[] = []
  let prevHash = firstHash
  for (let seq = 1; seq <= length; seq++) {
    const sealed = sealEntry(
      {
        kind: 'counted',
        dataset: 'loads',
        owner: 'ferries',
        action: 'query',
        hour: '2026-03-01T10:00:00.000Z',
        count: seq * 7,
        rows: 0,
        bytes: 1,
      },
      { at: new Date(1_772_359_200_000 + seq).toISOString(), node, seq, prevHash },
    )
    lines.push(sealed.line)
    prevHash = sealed.hash
  }
  return lines
}

const verify = (lines: string[], heads: JournalHead[] = [], keys: JournalKey[] = []): Promise<Verified> =>
  verifyJournal(lines, { heads, keys })

const length = fc.integer({ min: 3, max: 40 })
const spot = fc.nat()

describe('canonical JSON', () => {
  it('writes the example of RFC 8785, and keys in the order of UTF-16', () => {
    const example = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    expect([...canonicalJson(keys).matchAll(/:(\d)/g)].map(([, n]) => n).join('')).toBe('2467153')
  })

  it('means the value, whatever order its keys came in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(isWellFormed(value))
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it.each([
    ['NaN', Number.NaN],
    ['an infinite number', [Number.POSITIVE_INFINITY]],
    ['half a pair', { a: '\ud800' }],
    ['a function', { a: () => 1 }],
    ['a bigint', 1n],
  ])('refuses %s', (_what, value) => expect(() => canonicalJson(value)).toThrow(/canonical/))
})

const isWellFormed = (value: unknown): boolean =>
  JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(value))

describe('a chain', () => {
  it('that nobody touched has no finding', async () => {
    await fc.assert(
      fc.asyncProperty(length, async (n) => {
        expect(await verify(chainOf(n))).toMatchObject({ entries: n, first: 1, last: n, findings: [] })
      }),
    )
  })

  it('names the entry of which any character was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        length,
        spot,
        spot,
        fc.string({ minLength: 1, maxLength: 1 }),
        async (n, at, place, to) => {
          const lines = chainOf(n)
          const i = at % n
          const line = lines[i]!
          const j = place % line.length
          fc.pre(line[j] !== to && to !== '\n')
          lines[i] = line.slice(0, j) + to + line.slice(j + 1)
          const { findings } = await verify(lines)
          expect(findings.length).toBeGreaterThan(0)
          expect(findings[0]!.seq).toBeGreaterThanOrEqual(i + 1)
          // Who rewrites the hash of an entry breaks the link of the next one.
          expect(findings[0]!.seq).toBeLessThanOrEqual(i + 2)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('names the entries that were taken out of it', async () => {
    await fc.assert(
      fc.asyncProperty(length, spot, fc.integer({ min: 1, max: 5 }), async (n, at, count) => {
        const from = at % (n - 1)
        const gone = Math.min(count, n - 1 - from)
        const lines = chainOf(n)
        lines.splice(from, gone)
        const { findings } = await verify(lines)
        expect(findings).toMatchObject([{ kind: 'missing', seq: from + 1 }])
        expect(findings[0]!.text).toContain(
          gone === 1 ? `Entry ${from + 1} was` : `Entries ${from + 1} to ${from + gone} were`,
        )
      }),
    )
  })

  it('names the entry that stands elsewhere, or twice', async () => {
    await fc.assert(
      fc.asyncProperty(length, spot, spot, async (n, a, b) => {
        const from = a % n
        const to = b % n
        fc.pre(from !== to)
        const lines = chainOf(n)
        const [line] = lines.splice(from, 1)
        lines.splice(to, 0, line!)
        const { findings } = await verify(lines)
        expect(findings.some(({ kind }) => kind === 'moved')).toBe(true)
        const twice = chainOf(n)
        twice.splice(to, 0, twice[from]!)
        expect((await verify(twice)).findings.some(({ kind }) => kind === 'moved')).toBe(true)
      }),
    )
  })

  it('names the entry that was written again with a hash that fits', async () => {
    const lines = chainOf(9)
    const { entry } = readLine(lines[4]!)!
    const { hash: _, prevHash, at, node: of, seq, ...fact } = entry as typeof entry & { kind: 'counted' }
    lines[4] = sealEntry({ ...fact, count: 1 }, { at, node: of, seq, prevHash }).line
    expect((await verify(lines)).findings).toMatchObject([{ kind: 'altered', seq: 6 }])
  })

  it.each([
    ['spaces', (line: string) => line.replace(',', ', ')],
    ['a second key', (line: string) => line.replace('"count":', '"count":1,"count":')],
    ['another order', (line: string) => line.replace(/("action":"query"),("at":"[^"]+")/, '$2,$1')],
    ['an escape', (line: string) => line.replace('"loads"', '"\\u006coads"')],
    ['nothing at all', () => ''],
    ['a list', () => '[]'],
  ])('does not let %s pass that reads the same', async (_what, change) => {
    const lines = chainOf(3)
    lines[1] = change(lines[1]!)
    expect((await verify(lines)).findings).toMatchObject([{ kind: 'altered', seq: 2 }])
  })
})
