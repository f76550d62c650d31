/** placeholder */
import Type from 'typebox'
import { unavailable } from '../../errors.ts'
import { defineConnector } from '../contract.ts'

export const dcat = defineConnector({
  id: 'dcat',
  title: { fr: 'Catalogue DCAT', en: 'DCAT catalogue' },
  config: Type.Object({ address: Type.String({ maxLength: 2_000 }) }),
  async test() {
    throw unavailable('not yet')
  },
  async *discover() {},
})
