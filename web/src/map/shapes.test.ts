import { describe, expect, it } from 'vitest'
import { vesselOf } from '../vessels/invented.ts'
import { markOf, shapes, specialShapes } from './shapes.ts'

const shapeOf = (change: Parameters<typeof vesselOf>[0]) => shapes[markOf(vesselOf(change)).column]

describe('the mark of a vessel', () => {
  it('says its state by its shape', () => {
    expect(shapeOf({})).toBe('way')
    expect(shapeOf({ state: 'moored' })).toBe('moored')
    expect(shapeOf({ state: 'anchored' })).toBe('anchored')
    expect(shapeOf({ headingDeg: null, cogDeg: null })).toBe('drift')
    expect(shapeOf({ stale: true })).toBe('way-old')
  })

  it('turns with the heading, and not at anchor', () => {
    expect(markOf(vesselOf()).angleDeg).toBe(92)
    expect(markOf(vesselOf({ state: 'anchored' })).angleDeg).toBe(0)
  })

  it('grows with the length', () => {
    const px = (toBowM: number) => markOf(vesselOf({ toBowM, toSternM: 0 })).sizePx
    expect([12, 60, 150, 300].map(px)).toEqual([12, 60, 150, 300].map(px).sort((a, b) => a - b))
    expect(px(300)).toBeGreaterThan(px(12))
  })

  it.each(['sart', 'man-overboard', 'epirb'] as const)(
    'is the distress mark for %s, larger than any ship',
    (kind) => {
      const mark = markOf(vesselOf({ kind }))
      expect(specialShapes[mark.column]).toBe('distress')
      expect(mark.sizePx).toBeGreaterThan(markOf(vesselOf({ toBowM: 400 })).sizePx)
    },
  )
})
