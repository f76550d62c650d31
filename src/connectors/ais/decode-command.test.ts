import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../../cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'lacydon-decode-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sentence = '!AIVDM,1,1,,A,12ugE0@P10PeB4LKB5@P0Gwd0000,0*14'
const wrong = sentence.replace('*14', '*15')

/** Collects what is written. */
function collector() {
  const chunks: Buffer[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk) => chunks.push(chunk))
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

async function decode(args: string[], input: Iterable<Uint8Array> = []) {
  const stdout = collector()
  const stderr = collector()
  const io = {
    stdin: Readable.from(input, { objectMode: false }),
    stdout: stdout.stream,
    stderr: stderr.stream,
  }
  const code = await runCli(['ais', 'decode', ...args], io)
  return { code, out: stdout.text(), err: stderr.text() }
}

describe('lacydon ais decode', () => {
  it('prints one object a message and counts the rejects in a last line', async () => {
    const file = join(folder, 'feed.nmea')
    writeFileSync(file, `# note\n${sentence}\r\n${wrong}\n\n${sentence}`)
    const { code, out, err } = await decode([file])
    const objects = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(objects.length).toBe(2)
    expect(objects[0]).toMatchObject({ type: 1, mmsi: 198_956_289, channel: 'A', time: null })
    expect(err).toBe('5 lines, 2 messages, 2 other lines, 1 rejected: checksum 1\n')
  })

  it('reads standard input, plain or gzip, however it is cut', async () => {
    const text = Buffer.from(`${sentence}\n`.repeat(500))
    const { out } = await decode(['-'], [text])
    expect(out.split('\n').length).toBe(501)
    for (const bytes of [text, gzipSync(text)]) {
      for (const size of [1, 7, 1000]) {
        const pieces: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
        expect((await decode(['-'], pieces)).out).toBe(out)
      }
    }
  })

  it('reads a gzip file by its contents, not by its name', async () => {
    const file = join(folder, 'feed.txt')
    writeFileSync(file, gzipSync(`${sentence}\n`))
    expect((await decode([file])).out.split('\n').length).toBe(2)
  })

  it('prints rejected lines when asked', async () => {
    const { err } = await decode(['-', '--rejects'], [Buffer.from(`${wrong}\n`)])
    expect(err).toBe(`checksum\t${wrong}\n1 lines, 0 messages, 0 other lines, 1 rejected: checksum 1\n`)
  })

  it.each([
    { args: [], says: /one input/ },
    { args: ['a', 'b'], says: /one input/ },
    { args: ['--fast', '-'], says: /--fast/ },
    { args: [join(folder, 'absent')], says: /There is no file/ },
    { args: [folder], says: /is a folder/ },
  ])('says what is wrong with $args', async ({ args, says }) => {
    const { code, out, err } = await decode(args)
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toMatch(says)
    expect(err.trimEnd().split('\n').length).toBe(1)
  })

  it('says that a damaged gzip file cannot be read', async () => {
    const file = join(folder, 'cut.gz')
    writeFileSync(file, gzipSync(`${sentence}\n`.repeat(100)).subarray(0, 40))
    const { code, err } = await decode([file])
    expect(code).toBe(1)
    expect(err).toMatch(/cannot be read/)
  })

  it('gives nothing for nothing', async () => {
    expect(await decode(['-'])).toEqual({
      code: 0,
      out: '',
      err: '0 lines, 0 messages, 0 other lines, 0 rejected\n',
    })
  })

  it('waits for a slow reader instead of filling the memory', async () => {
    let most = 0
    const stdout = new Writable({
      highWaterMark: 1 << 16,
      write(_chunk, _encoding, done) {
        most = Math.max(most, stdout.writableLength)
        setImmediate(done)
      },
    })
    async function* feed() {
      const block = Buffer.from(`${sentence}\n`.repeat(1000))
      for (let i = 0; i < 200; i++) yield block
    }
    const stdin = Readable.from(feed(), { objectMode: false })
    await runCli(['ais', 'decode', '-'], { stdin, stdout, stderr: new PassThrough().resume() })
    // Two blocks of 64 KiB of lines make about 1 MB of JSON; the whole feed would make 80 MB.
    expect(most).toBeLessThan(3_000_000)
  })

  it('stops quietly when its reader leaves', async () => {
    let asked = 0
    async function* endless() {
      const block = Buffer.from(`${sentence}\n`.repeat(1000))
      for (;;) {
        asked++
        yield block
      }
    }
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    const stderr = collector()
    const stdin = Readable.from(endless(), { objectMode: false })
    const code = await runCli(['ais', 'decode', '-'], { stdin, stdout, stderr: stderr.stream })
    expect(code).toBe(0)
    expect(asked).toBeLessThan(100)
    expect(stderr.text()).toBe('')
  })

  it('says that the output cannot be written', async () => {
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      },
    })
    const stderr = collector()
    const stdin = Readable.from([Buffer.from(`${sentence}\n`)], { objectMode: false })
    const code = await runCli(['ais', 'decode', '-'], { stdin, stdout, stderr: stderr.stream })
    expect(code).toBe(1)
    expect(stderr.text()).toBe('The output cannot be written: ENOSPC.\n')
  })

  it('helps', async () => {
    expect((await decode(['--help'])).out).toMatch(/Usage: lacydon ais decode <file\|->/)
  })
})
