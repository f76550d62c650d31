import { expect, it } from 'vitest'
import type { Field } from '../explore-answers.ts'
import { isInseeCode, referenceOf, wellKnownText, withinArea } from './reference.ts'

const field = (name: string, type: Field['type']): Field => ({
  name,
  label: name,
  type,
  description: null,
  annotations: {},
})
const square = [
  [5, 43],
  [6, 43],
  [6, 44.1234567],
  [5, 43],
]

it.each([
  [['code', 'nom', 'geometry'], { code: 'code', name: 'nom', shape: 'geometry' }],
  [['population', 'insee_com', 'nom_com', 'geom'], { code: 'insee_com', name: 'nom_com', shape: 'geom' }],
  [['id', 'nom', 'geometry'], undefined],
])('knows the fields %s', (names, reference) => {
  const fields = names.map((name) => field(name, /^geom/.test(name) ? 'geo_shape' : 'text'))
  expect(referenceOf({ fields })).toEqual(reference)
})

it('needs a shape', () =>
  expect(referenceOf({ fields: [field('code', 'text'), field('nom', 'text')] })).toBeUndefined())

it('writes areas as well-known text', () => {
  expect(wellKnownText({ type: 'Polygon', coordinates: [square] })).toBe(
    'POLYGON((5 43,6 43,6 44.12346,5 43))',
  )
  expect(wellKnownText({ type: 'MultiPolygon', coordinates: [[square, square], [square]] })).toBe(
    'MULTIPOLYGON(((5 43,6 43,6 44.12346,5 43),(5 43,6 43,6 44.12346,5 43)),((5 43,6 43,6 44.12346,5 43)))',
  )
})

it('asks by the field of places, whatever it is called', () =>
  expect(withinArea(field('by', 'geo_point_2d'), { type: 'Polygon', coordinates: [square] })).toMatch(
    /^within\(`by`, geom'POLYGON/,
  ))

it('knows codes of communes from other words', () => {
  expect(['13055', '2A004', '97411'].every(isInseeCode)).toBe(true)
  for (const word of ['Marseille', '13', '130550', 'FR-13', '2a004', ''])
    expect(isInseeCode(word)).toBe(false)
})
