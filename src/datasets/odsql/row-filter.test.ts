import { describe, expect, it } from 'vitest'
import { LacydonError } from '../../errors.ts'
import { dataset, now } from './calls-dataset.suite.ts'
import { parseQuery } from './query-text.ts'
import { rowFilter } from './row-filter.ts'

describe('a stream', () => {
  it('is filtered and shown as the table is', () => {
    const filter = rowFilter(
      parseQuery({ where: 'crew > 6', select: 'ship, crew * 2 as twice, position' }),
      dataset.relation,
      now,
    )
    expect(dataset.rows.filter((row) => filter.passes(row)).map((row) => filter.read(row))).toEqual([
      { ship: 'Étoile du Nord', twice: 24, position: { lon: 4.9, lat: 43.4 } },
      { ship: 'Nordic', twice: 14, position: null },
    ])
  })

  it('cannot be grouped, sorted or summarised', () => {
    for (const text of [{ groupBy: 'flag' }, { orderBy: 'crew' }, { select: 'count(*)' }])
      expect(() => rowFilter(parseQuery(text), dataset.relation, now)).toThrow(LacydonError)
  })
})
