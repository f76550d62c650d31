/** Four calls of ships and an empty row, and ways to ask about them in memory. */
import { evaluateQuery } from '../../engines/columnar/evaluate-query.ts'
import { planQuery } from './compile.ts'
import type { Ask } from './plan.ts'
import { parseQuery, type QueryText } from './query-text.ts'
import { runPlan } from './run.ts'
import { field, testDataset } from './test-dataset.suite.ts'

export const dataset = testDataset(
  'calls',
  [
    field('ship', 'text', { facet: true }),
    field('flag', 'text', { facet: true, disjunctive: true }),
    field('berth', 'text', { facet: true, hierarchical: '/' }),
    field('lengthM', 'double'),
    field('crew', 'integer'),
    field('tanker', 'boolean', { facet: true }),
    field('arrivedAt', 'timestamp', { facet: true }),
    field('month', 'date', { timeserie_precision: 'month' }),
    field('position', 'geo_point_2d'),
    field('cargo', 'text', { multivalued: true, facet: true }),
    field('notes', 'json'),
  ],
  [
    {
      ship: 'Étoile du Nord',
      flag: 'FR',
      berth: 'Fos/Graveleau/1',
      lengthM: 120.5,
      crew: 12,
      tanker: false,
      arrivedAt: '2021-10-31T00:30:00.000Z',
      month: '2021-10-01',
      position: { lon: 4.9, lat: 43.4 },
      cargo: ['grain', 'wine'],
      notes: { eta: [1, 2] },
    },
    {
      ship: 'Étoile',
      flag: 'FR',
      berth: 'Fos/Graveleau/2',
      lengthM: 80,
      crew: 5,
      tanker: true,
      arrivedAt: '2021-10-31T01:30:00.000Z',
      position: { lon: 4.9, lat: 43.41 },
      cargo: ['oil'],
    },
    {
      ship: 'Nordic',
      flag: 'NO',
      berth: 'Fos',
      crew: 7,
      tanker: true,
      arrivedAt: '2022-01-01T00:00:00.000Z',
    },
    { ship: '100%', flag: 'IT', berth: 'Marseille/Joliette', lengthM: 80, position: { lon: 9, lat: 44.4 } },
    { cargo: [] },
  ],
)
export const now = new Date('2021-11-01T12:00:00.000Z')
export const ask: Ask = async (query) => evaluateQuery(query, () => dataset)
export const answer = (text: QueryText) =>
  runPlan(planQuery(parseQuery(text), dataset.relation, { now }), ask)
export const rows = async (text: QueryText) => (await answer(text)).results
