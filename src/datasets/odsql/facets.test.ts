import { describe, expect, it } from 'vitest'
import { ask, dataset, now } from './calls-dataset.suite.ts'
import { planFacets, runFacets } from './facets.ts'
import { parseQuery, type QueryText } from './query-text.ts'

describe('facets', () => {
  const facets = async (text: QueryText) =>
    runFacets(planFacets(parseQuery(text), dataset.relation, now), ask)
  const of = async (name: string, text: QueryText) =>
    (await facets(text)).find((f) => f.name === name)!.facets

  it('are those annotated when none is asked for', async () => {
    expect((await facets({})).map(({ name }) => name)).toEqual([
      'ship',
      'flag',
      'berth',
      'tanker',
      'arrivedAt',
      'cargo',
    ])
    expect(await of('tanker', {})).toEqual([
      { name: 'true', value: 'true', count: 2, state: 'displayed' },
      { name: 'false', value: 'false', count: 1, state: 'displayed' },
    ])
  })

  it('open the next level when refined', async () => {
    expect(await of('berth', {})).toEqual([
      { name: 'Fos', value: 'Fos', count: 3, state: 'displayed' },
      { name: 'Marseille', value: 'Marseille', count: 1, state: 'displayed' },
    ])
    const [fos] = await of('berth', { refine: ['berth:Fos'] })
    expect(fos).toMatchObject({ count: 3, state: 'refined' })
    expect(fos!.facets).toEqual([{ name: 'Graveleau', value: 'Fos/Graveleau', count: 2, state: 'displayed' }])
    const [year] = await of('arrivedAt', { refine: ['arrivedAt:2021'], timezone: 'Europe/Paris' })
    expect(year).toMatchObject({ name: '2021', facets: [{ name: '10', value: '2021/10', count: 2 }] })
  })

  it('keep the other values of a disjunctive field', async () => {
    expect((await of('flag', { refine: ['flag:FR'] })).map((f) => [f.value, f.count, f.state])).toEqual([
      ['FR', 2, 'refined'],
      ['IT', 1, 'displayed'],
      ['NO', 1, 'displayed'],
    ])
    expect((await of('ship', { refine: ['flag:FR', 'flag:NO'] })).length).toBe(3)
    expect((await of('ship', { refine: ['ship:Nordic'] })).length).toBe(1)
  })

  it('say what is excluded, without a count', async () => {
    expect(await of('cargo', { exclude: ['cargo:oil'] })).toEqual([
      { name: 'grain', value: 'grain', count: 1, state: 'displayed' },
      { name: 'wine', value: 'wine', count: 1, state: 'displayed' },
      { name: 'oil', value: 'oil', state: 'excluded' },
    ])
  })

  it('are sorted and cut as asked', async () => {
    const sorted = async (options: string) =>
      (await of('crew', { facet: [`facet(name="crew", ${options})`] })).map(({ value }) => value)
    expect(await sorted('sort="num"')).toEqual(['5', '7', '12'])
    expect(await sorted('sort="-num", limit=2')).toEqual(['12', '7'])
    expect(await sorted('sort="-count"')).toEqual(['5', '7', '12'])
  })

  it('are asked in several queries when the filter is long', async () => {
    const where = Array(400).fill('crew > 1').join(' or ')
    const plan = planFacets(parseQuery({ where }), dataset.relation, now)!
    expect(plan.queries.length).toBeGreaterThan(1)
    expect(await facets({ where })).toEqual(await facets({ where: 'crew > 1' }))
    expect(planFacets(parseQuery({}), dataset.relation, now)!.queries).toHaveLength(1)
  })
})
