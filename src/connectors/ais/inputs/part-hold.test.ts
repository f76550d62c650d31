import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from './manual-clock.suite.ts'
import { openPartsAt, PartHold } from './part-hold.ts'

const part = (total: number, number: number) => `\\c:1*00\\!AIVDM,${total},${number},1,A,x,0*00\n`

test.each([
  ['', 0],
  ['!AIVDM,1,1,,A,x,0*00\n', 0],
  [part(2, 1), 1],
  [part(2, 2), 0],
  [part(3, 1) + part(3, 2), 2],
  [`!AIVDM,1,1,,A,x,0*00\n${part(2, 1)}`, 1],
  [part(2, 1) + part(2, 2), 0],
  [part(9, 8).repeat(20), 8],
  ['!AIVDM,2,1\n', 0],
  ['!AIVDM,x,y,z\n', 0],
  ['\n', 0],
  ['!!AIVDM,2,1,1,A\n', 0],
])('“%s” ends with so many first parts: %i', (text, count) => {
  const bytes = Buffer.from(text)
  expect(bytes.subarray(openPartsAt(bytes)).toString().split('\n')).toHaveLength(count + 1)
})

test('lines come out as they went in, whatever they are', () => {
  const line = fc.constantFrom(part(2, 1), part(2, 2), part(3, 2), '!AIVDM,1,1,,A,x,0*00\n', '\n', '#\n')
  const chunk = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join(''))
  fc.assert(
    fc.property(fc.array(fc.tuple(chunk, fc.constantFrom(0, 400, 2_000))), (chunks) => {
      const clock = new ManualClock()
      let out = ''
      const hold = new PartHold(clock, (late) => {
        out += Buffer.from(late).toString()
      })
      for (const [text, ms] of chunks) {
        out += Buffer.from(hold.take(Buffer.from(text))).toString()
        clock.advance(ms)
      }
      clock.advance(1_000)
      expect(out).toBe(chunks.map(([text]) => text).join(''))
      expect(hold.isHolding).toBe(false)
      expect(clock.timers).toBe(0)
    }),
  )
})
