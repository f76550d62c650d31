import { describe, expect, it } from 'vitest'
import { agreementStates, requestStates } from './schema.ts'
import {
  agreementSteps,
  checkStep,
  clickThrough,
  isRequestExpired,
  requestSteps,
  type Side,
  transferStates,
  transferSteps,
} from './states.ts'

/** `FROM→TO:who`, as the tables of the Dataspace Protocol 2025-1 write them. */
function written(steps: Record<string, Record<string, readonly Side[]> | undefined>): string[] {
  return Object.entries(steps)
    .flatMap(([from, next]) =>
      Object.entries(next ?? {}).map(
        ([to, sides]) => `${from}→${to}:${sides.map((side) => side[0]).join('')}`,
      ),
    )
    .sort()
}

describe('states', () => {
  it('agreements go the ways of the protocol and no other', () => {
    expect(written(agreementSteps as never)).toEqual(
      [
        'start→REQUESTED:c',
        'start→OFFERED:p',
        'REQUESTED→OFFERED:p',
        'REQUESTED→AGREED:p',
        'REQUESTED→TERMINATED:cp',
        'OFFERED→REQUESTED:c',
        'OFFERED→ACCEPTED:c',
        'OFFERED→TERMINATED:cp',
        'ACCEPTED→AGREED:p',
        'ACCEPTED→TERMINATED:p',
        'AGREED→VERIFIED:c',
        'AGREED→TERMINATED:c',
        'VERIFIED→FINALIZED:p',
        'VERIFIED→TERMINATED:p',
      ].sort(),
    )
  })

  it('final states lead nowhere, every other is left and reached', () => {
    for (const [steps, states, final] of [
      [agreementSteps, agreementStates, ['FINALIZED', 'TERMINATED']],
      [transferSteps, transferStates, ['COMPLETED', 'TERMINATED']],
      [requestSteps, requestStates, ['approved', 'refused']],
    ] as const) {
      const reached = Object.values(steps as Record<string, object>).flatMap((next) => Object.keys(next))
      for (const state of states) {
        expect(reached).toContain(state)
        expect(Object.keys(steps as object).includes(state)).toBe(
          !(final as readonly string[]).includes(state),
        )
      }
    }
  })

  it('a step of the other side, or one that does not follow, is refused', () => {
    expect(() => checkStep(agreementSteps, 'OFFERED', 'ACCEPTED', 'provider')).toThrow('consumer')
    expect(() => checkStep(agreementSteps, 'OFFERED', 'FINALIZED', 'consumer')).toThrow('nothing leads')
    expect(() => checkStep(agreementSteps, 'FINALIZED', 'TERMINATED', 'provider')).toThrow(
      expect.objectContaining({ help: expect.stringContaining('it is final') }),
    )
    let state: Parameters<typeof checkStep<keyof typeof agreementSteps>>[1] = 'start'
    for (const { to, side } of clickThrough) {
      checkStep(agreementSteps, state, to, side)
      state = to as never
    }
    expect(state).toBe('FINALIZED')
  })

  it('only what waits for an answer expires', () => {
    const [before, after] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z']
    expect(requestStates.filter((state) => isRequestExpired(state, before, after))).toEqual([
      'submitted',
      'questions',
    ])
    expect(isRequestExpired('submitted', after, before)).toBe(false)
  })
})
