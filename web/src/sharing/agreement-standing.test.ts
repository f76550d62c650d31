import { expect, it } from 'vitest'
import { agreementStanding, nextSteps } from './agreement-standing.ts'

const now = '2026-11-24T12:00:00.000Z'
const final = { state: 'FINALIZED', validity: 'active', expiresAt: null } as const

it('a concluded agreement is in force until it expires or somebody ends it', () => {
  expect(agreementStanding(final, now)).toBe('inForce')
  expect(agreementStanding({ ...final, expiresAt: '2026-11-24T12:00:00.001Z' }, now)).toBe('inForce')
  expect(agreementStanding({ ...final, expiresAt: now }, now)).toBe('expired')
  expect(agreementStanding({ ...final, validity: 'suspended', expiresAt: now }, now)).toBe('suspended')
  expect(agreementStanding({ ...final, state: 'TERMINATED' }, now)).toBe('ended')
})

it('each side is offered the steps that are its own', () => {
  expect(nextSteps('REQUESTED', 'provider')).toContain('OFFERED')
  expect(nextSteps('REQUESTED', 'consumer')).toEqual(['TERMINATED'])
  expect(nextSteps('ACCEPTED', 'consumer')).toEqual([])
  expect(nextSteps('AGREED', 'consumer')).toContain('VERIFIED')
  expect(nextSteps('FINALIZED', 'provider')).toEqual([])
})
