import { expect, it } from 'vitest'
import { type Fates, fatesAsGrant, fatesAsRestriction, readFates } from './fields.ts'

const fields = [{ name: 'ship' }, { name: 'lat' }, { name: 'contact' }]
const fates: Fates = {
  ship: { as: 'pseudonym', period: 'day' },
  lat: { as: 'round', step: 0.01 },
  contact: { as: 'hidden' },
}

it('fates are read back from the grant and from the restriction that say them', () => {
  expect(readFates(fields, fatesAsGrant(fates, 3600))).toEqual(fates)
  expect(readFates(fields, fatesAsRestriction(fates, null))).toEqual(fates)
})

it('a field added after one was hidden is not given', () => {
  const later = readFates([...fields, { name: 'passport' }], fatesAsGrant(fates, null))
  expect(later.passport).toEqual({ as: 'hidden' })
})

it('with nothing hidden, all fields are given, those to come as well', () => {
  const all = fatesAsGrant({ ship: { as: 'given' } }, null)
  expect(all).toEqual({ columns: null, release: [] })
})

it('a point made of two fields is what they are, and never stands for them in a list', () => {
  const withPoint = [
    { name: 'lon' },
    { name: 'lat' },
    { name: 'spot', coordinates: { lon: 'lon', lat: 'lat' } },
  ]
  const hidden = readFates(withPoint, { columns: ['lon', 'spot'], release: [] })
  expect(hidden).toEqual({ lon: { as: 'given' }, lat: { as: 'given' } })
  const rounded = readFates(withPoint, {
    columns: null,
    release: [{ rule: 'round', column: 'spot', step: 0.01 }],
  })
  expect(rounded).toEqual({ lon: { as: 'round', step: 0.01 }, lat: { as: 'round', step: 0.01 } })
  expect(fatesAsGrant({ ...hidden, lat: { as: 'hidden' } }, null).columns).toEqual(['lon'])
})
