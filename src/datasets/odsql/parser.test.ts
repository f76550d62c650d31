import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LacydonError } from '../../errors.ts'
import { parseChoice, parseFacet, parseGroupBy, parseOrderBy, parseSelect, parseWhere } from './clauses.ts'
import { fill, randomCondition } from './grammar.suite.ts'
import type { MalformedBody } from './malformed.ts'
import { print } from './print.ts'

function failure(read: () => unknown): MalformedBody {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(LacydonError)
    const { status, details, message } = error as LacydonError
    expect(status).toBe(400)
    expect(details).toMatchObject({ error_code: 'ODSQLError', message })
    return details as unknown as MalformedBody
  }
  throw new Error('nothing was refused')
}

describe('a condition', () => {
  it.each([
    ['a or b and c', '`a` or (`b` and `c`)'],
    ['(a or b) and c', '(`a` or `b`) and `c`'],
    ['not a = 1 and b', '(not (`a` = 1)) and `b`'],
    ['(a + b) * 2 > 3', '((`a` + `b`) * 2) > 3'],
    ['a - b - c = -1', '((`a` - `b`) - `c`) = -1'],
    ['f: "x"', '`f` = "x"'],
    ['f:1', '`f` = 1'],
    ['x IN ]1 TO 2]', '`x` in ]1 .. 2]'],
    ['x in [1..2[', '`x` in [1 .. 2['],
    ['x in (1,-2,"a")', '`x` in (1, -2, "a")'],
    ["'it\\'s' in f", '"it\'s" in `f`'],
    ['`and` is NOT null', '`and` is not null'],
    ['2eme = 1', '`2eme` = 1'],
    ['a=1e3 or a=1.5E-2', '(`a` = 1e3) or (`a` = 1.5E-2)'],
    ["within_distance(g, geom'POINT(1 2)', 5.5km)", "within_distance(`g`, geom'POINT(1 2)', 5.5 km)"],
    ['now( days = +1 , hour=3 ) < d', 'now(days=1, hour=3) < `d`'],
    ['"\\u00e9\\n\\"" = t', '"é\\n\\"" = `t`'],
    ['default.title like "x"', '`default.title` like "x"'],
    ['"été"', '"été"'],
  ])('%s', (text, printed) => {
    expect(print(parseWhere(text)!)).toBe(printed)
  })

  it('is printed so that it reads back the same', () => {
    fc.assert(
      fc.property(randomCondition.chain(fill), (text) => {
        const printed = print(parseWhere(text)!)
        expect(print(parseWhere(printed)!)).toBe(printed)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a >', 3, 'a value'],
    ['a = ', 4, 'a field'],
    ['a b', 2, 'and'],
    ['a in 3', 5, '('],
    ['a in (1', 7, ')'],
    ['a in [1, 2]', 7, '..'],
    ['a is maybe', 5, 'null'],
    ['a like b', 7, 'a value'],
    ['a like 3', 7, 'a text'],
    ['f(a', 3, ')'],
    ['(a or b', 7, 'the end'],
    ['"open', 0, '"'],
    ['group = 1', 0, '`group`'],
    ['now(days=1.5)', 9, 'a whole number'],
    ['now(1)', 4, 'a part of a date'],
  ])('%s is refused where it goes wrong', (text, position, expected) => {
    const body = failure(() => parseWhere(text))
    expect(body).toMatchObject({ clause: 'where', position })
    if (expected !== 'the end') expect(body.expected).toContain(expected)
  })

  it.each([
    'a ; b',
    'a = $1',
    "name='x' OR 1=1--",
    'a = "\ud800"',
    'a = "\u0000"',
    'a = {b}',
    'a == b',
    'x @> y',
    'and',
    ')',
  ])('%j is refused', (text) => {
    failure(() => parseWhere(text))
  })
})

describe('limits', () => {
  const refused = (text: string) => failure(() => parseWhere(text)).message
  it('stop bombs before they cost anything', () => {
    expect(refused('('.repeat(10_000))).toContain('64 levels')
    expect(refused(`${'not '.repeat(10_000)}a`)).toContain('64 levels')
    expect(refused(`a${' + 1'.repeat(10_000)} > 0`)).toContain('64 terms')
    expect(refused(Array(3_000).fill('a').join(' or '))).toContain('2000 parts')
    expect(refused(`a in (${Array(10_001).fill('1').join(',')})`)).toContain('10000 values')
    expect(refused(`a = "${'x'.repeat(32_769)}"`)).toContain('32768 characters')
    expect(refused('a'.repeat(2_000_000))).toContain('1048576 characters')
    expect(failure(() => parseGroupBy('a,b,c,d,e,f,g,h,i')).message).toContain('8 parts')
    expect(failure(() => parseSelect(Array(1_001).fill('a').join())).message).toContain('1000 parts')
  })

  it('leave room for what people write', () => {
    expect(parseWhere(`a in (${Array(10_000).fill('1').join(',')})`)).toMatchObject({ kind: 'in-list' })
    expect(parseWhere(Array(900).fill('a').join(' or '))).toMatchObject({ kind: 'or' })
    expect(parseWhere(`${'('.repeat(60)}a${')'.repeat(60)}`)).toMatchObject({ kind: 'name' })
  })
})

describe('other clauses', () => {
  it('label what they select', () => {
    const labels = parseSelect('a, count( * ) , sum(x)/2 as `my label`, 2*a AS b').map((item) =>
      item.kind === 'expression' ? item.label : item.kind,
    )
    expect(labels).toEqual(['a', 'count( * )', 'my label', 'b'])
  })

  it('order by direction, sign and bare label', () => {
    expect(parseOrderBy('-a, b desc, c ASC, -d desc, count DESC').map((o) => o.descending)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ])
  })

  it('name a facet or say how it is counted', () => {
    const [plain, full] = parseFacet(
      'a, facet(name="b", disjunctive=TRUE, separator="-", sort="-num", limit=20)',
    )
    expect(plain).toMatchObject({ name: 'a' })
    expect(full).toMatchObject({ name: 'b', disjunctive: true, separator: '-', sort: '-num', limit: 20 })
    for (const bad of [
      'facet()',
      'facet(limit=2)',
      'facet(name="a", limit=0)',
      'facet(name=a)',
      'facet(name="a", x=1)',
    ])
      expect(failure(() => parseFacet(bad)).clause).toBe('facet')
  })

  it('split a refinement at the first colon outside back quotes', () => {
    expect(parseChoice('refine', 'a:b:c')).toMatchObject({ name: 'a', value: 'b:c' })
    expect(parseChoice('refine', '`a:b`: c')).toMatchObject({ name: 'a:b', value: ' c' })
    expect(parseChoice('exclude', "f:x' OR '1'='1")).toMatchObject({ name: 'f', value: "x' OR '1'='1" })
    for (const bad of ['', 'a', ':x', 'a:', '`a:b'])
      expect(failure(() => parseChoice('refine', bad)).clause).toBe('refine')
  })
})

it('no text breaks the reader', () => {
  const readers = [
    parseWhere,
    parseSelect,
    parseGroupBy,
    parseOrderBy,
    parseFacet,
    (t: string) => parseChoice('refine', t),
  ]
  const pieces = fc.constantFrom(
    ...'a b ` " \' ( ) [ ] , .. . : = != < >= + - * / in not and or is null true like as desc count( now( range( date geom 1 2.5 10km \\ \\u00 é 😀 \n'.split(
      ' ',
    ),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 30 }).map((list) => list.join(' ')),
    fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(text, (source) => {
      for (const read of readers)
        try {
          read(source)
        } catch (error) {
          if (!(error instanceof LacydonError && error.status === 400)) throw error
          const { position } = error.details as { position: number }
          expect(position).toBeGreaterThanOrEqual(0)
          expect(position).toBeLessThanOrEqual(source.length)
        }
    }),
    { numRuns: 1_000 },
  )
})
