import { expect, it } from 'vitest'
import { initialsOf, splitName } from './names.ts'

it('parts a name from its mark', () => {
  expect(splitName('Pauline Exemple (simulé)')).toEqual({ name: 'Pauline Exemple', isSimulated: true })
  expect(splitName('Jeanne (simulé) Martin')).toEqual({ name: 'Jeanne (simulé) Martin', isSimulated: false })
})

it.each([
  ['Pauline Exemple (simulé)', 'PE'],
  ['Anne-Marie de La Tour', 'AT'],
  ['Émile', 'É'],
  ['北 京', '北京'],
  ['', ''],
])('the initials of %s are %s', (name, initials) => expect(initialsOf(name)).toBe(initials))
