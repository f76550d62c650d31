import { describe, expect, it } from 'vitest'
import { and, call, column, instant, not, or, value } from '../query.ts'
import { timeBounds } from './bounds.ts'

const at = column('at')
const noon = instant(new Date('2026-01-01T12:00:00Z'))
const noonMs = Date.UTC(2026, 0, 1, 12)

describe('bounds of a time column', () => {
  it('come from the conjuncts that compare it with a literal, on either side', () => {
    expect(timeBounds(and(call('>=', at, noon), call('=', column('mmsi'), value(1))), 'at')).toEqual({
      fromMs: noonMs,
      toMs: Number.POSITIVE_INFINITY,
    })
    expect(timeBounds(call('>', noon, at), 'at')).toEqual({ fromMs: Number.NEGATIVE_INFINITY, toMs: noonMs })
    expect(timeBounds(and(and(call('=', at, noon))), 'at')).toEqual({ fromMs: noonMs, toMs: noonMs })
    expect(timeBounds(and(call('>', at, value('2025-01-01')), call('<', at, noon)), 'at')).toEqual({
      fromMs: Date.UTC(2025, 0, 1),
      toMs: noonMs,
    })
  })

  it('are none where a row beyond them could pass', () => {
    for (const where of [
      undefined,
      or(call('>=', at, noon), call('=', column('mmsi'), value(1))),
      not(call('>=', at, noon)),
      call('!=', at, noon),
      call('>=', column('receivedAt'), noon),
      call('>=', at, column('receivedAt')),
      call('>=', at, value(null)),
    ])
      expect(timeBounds(where, 'at')).toBeUndefined()
  })
})
