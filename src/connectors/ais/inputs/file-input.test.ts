import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Recorder } from './recorder.suite.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-file-input-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${count++}.nmea`)
  await writeFile(path, content)
  return path
}

async function read(address: string, startOffset?: number): Promise<Recorder> {
  const recorder = new Recorder()
  const input = recorder.open(address, startOffset)
  input.start()
  await recorder.until(() => ['finished', 'failed'].includes(recorder.states.at(-1)?.state ?? ''))
  await input.stop()
  return recorder
}

const lines = Array.from({ length: 20_000 }, (_, i) => `!AIVDM,1,1,,A,${i},0*00\n`)
const text = lines.join('')

describe('a file', () => {
  test('is read whole, the last line without its end too', async () => {
    const recorder = await read(`file:${await file(text.slice(0, -1))}`)
    expect(recorder.text === text).toBe(true)
    expect(recorder.states.map(({ state }) => state)).toEqual(['connecting', 'live', 'finished'])
    expect(recorder.states.at(-1)?.message).toBe('20000 lines read')
  })

  test('goes on from every offset it gave, without loss or repetition', async () => {
    const content = `${text.slice(0, 300_000)}${'x'.repeat(5_000)}\n${text.slice(300_000)}`
    for (const bytes of [
      Buffer.from(content),
      gzipSync(content),
      Buffer.from(`\ufeff${content}`, 'utf16le'),
    ]) {
      const address = `file:${await file(bytes)}`
      const whole = await read(address)
      expect(whole.offsets.length).toBeGreaterThan(1)
      expect(whole.refusals).toHaveLength(1)
      // Each hand-over ends where a second reading, begun there, continues.
      const half = whole.offsets[Math.floor(whole.offsets.length / 2) - 1]!
      const rest = await read(address, half)
      expect(whole.text.endsWith(rest.text)).toBe(true)
      const again = await read(address, whole.offsets.at(-1)!)
      expect(again.text).toBe('')
      expect(again.states.at(-1)?.state).toBe('finished')
      const first = new Recorder()
      first.hasRoom = false
      const input = first.open(address)
      input.start()
      await first.until(() => first.calls === 1)
      await input.stop()
      const second = await read(address, first.offsets[0])
      expect(first.text + second.text === whole.text).toBe(true)
    }
  })

  test('waits while the spool is full', async () => {
    const recorder = new Recorder()
    recorder.hasRoom = false
    const input = recorder.open(`file:${await file(text)}`)
    input.start()
    await recorder.until(() => recorder.calls === 1)
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(recorder.calls).toBe(1)
    input.resume()
    await recorder.until(() => recorder.calls === 2)
    recorder.hasRoom = true
    input.resume()
    await recorder.untilState('finished')
    expect(recorder.text === text).toBe(true)
  })

  test('packed by gzip in several members is one stream; damaged, it says so after what is whole', async () => {
    const packed = Buffer.concat([gzipSync('!a\n!b'), gzipSync('c\n!d\n')])
    expect((await read(`file:${await file(packed)}`)).text).toBe('!a\n!bc\n!d\n')
    const cut = await file(gzipSync(text))
    await truncate(cut, 20_000)
    const recorder = await read(`file:${cut}`)
    expect(recorder.states.at(-1)).toEqual({
      state: 'failed',
      message: `${cut} is a damaged gzip file (unexpected end of file).`,
    })
    expect(text.startsWith(recorder.text)).toBe(true)
    expect(recorder.text.length).toBeGreaterThan(10_000)
  })

  test.each([
    ['CR alone', '!a\r!b\r!c', '!a\n!b\n!c\n', 'lines ended by CR alone'],
    ['UTF-16', Buffer.from('\ufeff!a\r\n!b', 'utf16le'), '!a\r\n!b\n', 'UTF-16'],
    ['big-endian UTF-16', Buffer.from('\ufeff!a\n', 'utf16le').swap16(), '!a\n', 'UTF-16'],
    ['NUL bytes', '!a\n\0\0\0!b\n', '!a\n\0\0\0!b\n', 'NUL bytes'],
  ])('with %s is read, and it is said', async (_, content, expected, note) => {
    const recorder = await read(`file:${await file(content)}`)
    expect(recorder.text).toBe(expected)
    expect(recorder.states.at(-1)).toMatchObject({ state: 'finished' })
    expect(recorder.states.at(-1)?.message).toContain(`found ${note}`)
  })

  test('loses its UTF-8 byte order mark', async () => {
    expect((await read(`file:${await file('\ufeff!a\n')}`)).text).toBe('!a\n')
  })

  test('that is empty is finished', async () => {
    expect((await read(`file:${await file('')}`)).states.at(-1)).toEqual({
      state: 'finished',
      message: '0 lines read',
    })
  })

  test.each([
    ['missing', async () => join(folder, 'none.nmea'), 'does not exist.'],
    ['a folder', async () => folder, 'is a folder, not a file.'],
    ['a device', async () => '/dev/zero', 'is not an ordinary file; connect devices by tcp:// or udp://.'],
    [
      'a ZIP archive',
      () => file(Buffer.from('504b030400000000', 'hex')),
      'is a ZIP archive: unpack it first.',
    ],
  ])('that is %s fails with one sentence', async (_, make, sentence) => {
    const path = await make()
    const recorder = await read(`file:${path}`)
    expect(recorder.states.at(-1)).toEqual({ state: 'failed', message: `${path} ${sentence}` })
    expect(recorder.logged).toEqual([`${path} ${sentence}`])
  })

  test('that became shorter than what was read was replaced', async () => {
    for (const content of ['!a\n', gzipSync('!a\n')]) {
      const recorder = await read(`file:${await file(content)}`, 100)
      expect(recorder.states.at(-1)?.state).toBe('failed')
      expect(recorder.states.at(-1)?.message).toMatch(/fewer than the 100 already read: it was replaced/)
    }
  })
})

describe('a replay', () => {
  const at = (second: number, name: string) => `\\c:${1_700_000_000 + second}*00\\!${name}\n`

  test('gives each line when it is due, so many times faster', async () => {
    const recorder = new Recorder()
    const path = await file(`${at(0, 'a')}!b\n${at(10, 'c')}${at(10, 'd')}${at(20, 'e')}`)
    const input = recorder.open(`file:${path}?speed=10`)
    input.start()
    await recorder.clock.armed(1)
    expect(recorder.text).toBe(`${at(0, 'a')}!b\n`)
    expect(recorder.offsets).toEqual([recorder.text.length])
    recorder.clock.advance(999)
    expect(recorder.calls).toBe(1)
    recorder.clock.advance(1)
    await recorder.until(() => recorder.calls === 2)
    expect(recorder.text.endsWith(`${at(10, 'c')}${at(10, 'd')}`)).toBe(true)
    await recorder.clock.armed(1)
    recorder.clock.advance(1_000)
    await recorder.untilState('finished')
    expect(recorder.text.endsWith(at(20, 'e'))).toBe(true)
    await input.stop()
  })

  test('reads the time of a USCG suffix, skips gaps of hours and follows a clock set back', async () => {
    const recorder = new Recorder()
    const suffix = (second: number) => `!AIVDM,1,1,,A,x,0*00,s22,r003,${1_700_000_000 + second}\r\n`
    const path = await file(`${suffix(0)}${suffix(90_000)}${suffix(90_002)}${suffix(1)}`)
    const input = recorder.open(`file:${path}?speed=1`)
    input.start()
    await recorder.clock.armed(1)
    expect(recorder.text).toBe(suffix(0) + suffix(90_000))
    recorder.clock.advance(2_000)
    await recorder.untilState('finished')
    await input.stop()
  })

  test('of lines without times says that it cannot be paced', async () => {
    const recorder = await read(`file:${await file(text)}?speed=2`)
    expect(recorder.text === text).toBe(true)
    expect(recorder.states.at(-1)?.message).toContain('no recorded times, so that it is read at full speed')
  })

  test('stops in the middle of a wait', async () => {
    const recorder = new Recorder()
    const input = recorder.open(`file:${await file(at(0, 'a') + at(60, 'b'))}?speed=1`)
    input.start()
    await recorder.clock.armed(1)
    await input.stop()
    expect(recorder.text).toBe(at(0, 'a'))
    expect(recorder.clock.timers).toBe(0)
  })
})
