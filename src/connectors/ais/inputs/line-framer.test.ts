import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineFramer } from './line-framer.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

function frame(chunks: Uint8Array[], limit: number, isFile: boolean) {
  const refused: string[] = []
  const framer = new LineFramer(limit, (reason) => refused.push(reason))
  const out = chunks.map((chunk) => Buffer.from(framer.push(chunk)))
  if (isFile) out.push(Buffer.from(framer.end()))
  else framer.drop()
  return { text: Buffer.concat(out).toString('latin1'), refused, framer }
}

/** What the framer must do, written the slow way: split, judge each line. */
function expected(text: string, limit: number, isFile: boolean) {
  const parts = text.split('\n')
  const rest = parts.pop()!
  let kept = ''
  let long = 0
  for (const line of parts) {
    if (line.length > limit) long += 1
    else kept += `${line}\n`
  }
  if (rest.length > limit) long += 1
  else if (rest !== '' && isFile) kept += `${rest}\n`
  const cut = rest !== '' && rest.length <= limit && !isFile ? 1 : 0
  return { kept, long, cut }
}

describe('a line framer', () => {
  test('gives the same whole lines however the bytes are cut', () => {
    const line = fc.string({ unit: fc.constantFrom('!', 'A', ',', '\0', 'é'), maxLength: 40 })
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.string({ unit: fc.constantFrom('!', 'A', ','), maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (lines, rest, cuts, isFile) => {
          const text = lines.map((each) => `${each}\n`).join('') + rest
          const whole = bytes(text)
          const chunks: Uint8Array[] = []
          for (let at = 0, i = 0; at < whole.length; i += 1) {
            const size = cuts[i % cuts.length]!
            chunks.push(whole.subarray(at, at + size))
            at += size
          }
          const got = frame(chunks, 20, isFile)
          const { kept, long, cut } = expected(text, 20, isFile)
          expect(got.text).toBe(kept)
          expect(got.refused.filter((reason) => reason === 'line-too-long')).toHaveLength(long)
          expect(got.refused.filter((reason) => reason === 'cut-line')).toHaveLength(cut)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('refuses a line of 1 MB once, in bounded memory, and goes on at the next LF', () => {
    const refused: string[] = []
    const framer = new LineFramer(1024, (reason) => refused.push(reason))
    const noise = Buffer.alloc(4096, 0x41)
    let most = 0
    for (let i = 0; i < 256; i += 1) {
      expect(framer.push(noise)).toHaveLength(0)
      most = Math.max(most, framer.heldBytes)
    }
    expect(most).toBeLessThanOrEqual(1024)
    expect(framer.isSkipping).toBe(true)
    expect(Buffer.from(framer.push(bytes('AAA\n!whole\n'))).toString()).toBe('!whole\n')
    expect(refused).toEqual(['line-too-long'])
  })

  test('takes a line of exactly the limit', () => {
    const line = `${'x'.repeat(1024)}\n`
    expect(frame([bytes(line)], 1024, true)).toMatchObject({ text: line, refused: [] })
    expect(frame([bytes(`x${line}`)], 1024, true).refused).toEqual(['line-too-long'])
  })

  test('leaves CR LF as it is', () => {
    expect(frame([bytes('!a\r'), bytes('\n!b\r\n')], 1024, false).text).toBe('!a\r\n!b\r\n')
  })

  test('recognises lines ended by CR alone, in a short file and in a long stream', () => {
    const short = frame([bytes('!a\r!b\r')], 1024, true)
    expect(short.text).toBe('!a\n!b\n')
    expect(short.framer.isCrOnly).toBe(true)
    const line = `!${'x'.repeat(70)}\r`
    const long = frame([bytes(line.repeat(10)), bytes(line.repeat(10)), bytes(line)], 1024, true)
    expect(long.text).toBe(line.replace('\r', '\n').repeat(21))
    expect(long.refused).toEqual([])
  })

  test('does not take noise before CR LF lines for CR alone', () => {
    const noise = `${'x'.repeat(500)}\r${'y'.repeat(600)}`
    const got = frame([bytes(noise), bytes('z\r\n!a\r\n'), bytes('!b\r\n')], 1024, false)
    expect(got.text.endsWith('!a\r\n!b\r\n')).toBe(true)
    expect(got.framer.isCrOnly).toBe(false)
  })
})
