import { expect, it } from 'vitest'
import type { DatasetField } from '../../../src/datasets/schema.ts'
import { draftOf, grantOf } from './grant-draft.ts'

const field = (name: string, type: DatasetField['type']): DatasetField => ({
  name,
  type,
  label: { fr: name, en: name },
})
const fields = [field('at', 'timestamp'), field('ship', 'text'), field('size', 'double')]
const grantee = { kind: 'organisation', organisation: 'ferry' } as const

it('a grant is the same after it was looked at in its form', () => {
  const grant = {
    grantee,
    actions: ['discover', 'query', 'export'] as ('discover' | 'query' | 'export')[],
    rowFilter: { op: 'not', of: { op: 'eq', column: 'ship', value: 'X' } } as const,
    columns: ['at', 'ship'],
    release: [
      { rule: 'pseudonym', column: 'ship', period: 'day' } as const,
      { rule: 'delay', seconds: 3600 } as const,
    ],
    spatial: null,
    maxAgeS: 86_400,
    quota: { requestsPerMinute: 5, rowsPerDay: null, bytesPerDay: null, openStreams: null },
    agreementTemplate: 't',
    from: null,
    until: new Date(2026, 11, 2).toISOString(),
    note: 'x',
  }
  expect(grantOf(draftOf(fields, grant), fields)).toEqual(grant)
})

it('without a grantee, an action or a step there is no grant', () => {
  const draft = { ...draftOf(fields), grantee }
  expect(grantOf(draft, fields)).toBeDefined()
  expect(grantOf({ ...draft, grantee: null }, fields)).toBeUndefined()
  expect(grantOf({ ...draft, actions: [] }, fields)).toBeUndefined()
  const fates = { ...draft.fates, size: { as: 'round' as const, step: Number.NaN } }
  expect(grantOf({ ...draft, fates }, fields)).toBeUndefined()
})
