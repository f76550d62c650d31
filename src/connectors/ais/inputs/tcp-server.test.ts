import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Recorder } from './recorder.suite.ts'

const line = '!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function listen(recorder: Recorder, options = '') {
  const input = recorder.open(`tcp-server://127.0.0.1:0${options}`)
  stops.push(() => input.stop())
  input.start()
  await recorder.until(() => recorder.states.at(-1)?.message?.startsWith('listening') ?? false)
  return input
}

/** Unlike `once`, content with a connection that ends by a reset. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

async function sender(describe: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const port = Number(/:(\d+)$/.exec(describe)![1])
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => {})
  stops.push(async () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

describe('a TCP server', () => {
  test('takes lines from many senders, whole, and counts them apart', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder)
    const senders = await Promise.all(Array.from({ length: 5 }, () => sender(input.describe)))
    senders.forEach((socket, i) => {
      const tagged = `\\s:station${i},c:1700000000*00\\!AIVDM,${i}\n`
      // Cut in the middle, so that lines of different senders interleave.
      socket.write(tagged.slice(0, 20))
      setImmediate(() => socket.write(tagged.slice(20)))
    })
    await recorder.until(() => recorder.text.split('\n').length === 6)
    expect(recorder.text.trimEnd().split('\n').sort()).toEqual(
      [0, 1, 2, 3, 4].map((i) => `\\s:station${i},c:1700000000*00\\!AIVDM,${i}`),
    )
    const [report, ...others] = input.senders!()
    expect(others).toEqual([])
    expect(report).toMatchObject({ address: '127.0.0.1', connections: 5, lines: 5, refused: 0 })
    expect(report?.stations.toSorted()).toEqual(['station0', 'station1', 'station2', 'station3', 'station4'])
    expect(recorder.states.at(-1)?.state).toBe('live')
  })

  test('keeps the parts of a message together, whoever sends in between', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder)
    const [one, two] = await Promise.all([sender(input.describe), sender(input.describe)])
    const part = (name: string, number: number) => `!AIVDM,2,${number},3,A,${name},0*00\r\n`
    one.write(`!first\n${part('one', 1)}`)
    await recorder.until(() => recorder.text === '!first\n')
    two.write(part('two', 1) + part('two', 2))
    await recorder.until(() => recorder.text.endsWith(part('two', 2)))
    one.write(part('one', 2))
    await recorder.until(() => recorder.text.endsWith(part('one', 1) + part('one', 2)))
    expect(recorder.text).toBe(`!first\n${part('two', 1)}${part('two', 2)}${part('one', 1)}${part('one', 2)}`)
    one.write(`!more\n${part('late', 1)}`)
    await recorder.until(() => recorder.text.endsWith('!more\n'))
    recorder.clock.advance(1_000)
    expect(recorder.text.endsWith(part('late', 1))).toBe(true)
    one.write(`!more\n${part('end', 1)}`)
    await recorder.until(() => recorder.text.endsWith('!more\n'))
    one.end()
    await recorder.until(() => recorder.text.endsWith(part('end', 1)))
  })

  test('slows a flood down by its own rate, without refusing it and without delaying others', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder, '?rate=1000')
    const flood = await sender(input.describe)
    flood.write(line.repeat(20_000))
    await recorder.until(() => recorder.text.length > 0)
    await recorder.clock.armed(3)
    const held = recorder.text.length
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(recorder.text.length).toBe(held)
    expect(held).toBeLessThanOrEqual(2_000 * line.length + 64 * 1024)
    const other = await sender(input.describe, '127.0.0.2')
    other.write('!other\n')
    await recorder.until(() => recorder.text.endsWith('!other\n'))
    recorder.text = recorder.text.slice(0, held)
    let total = held
    while (total < 20_000 * line.length) {
      recorder.clock.advance(2_000)
      await recorder.until(() => recorder.text.length > total)
      total = recorder.text.length
    }
    expect(recorder.text === line.repeat(20_000)).toBe(true)
    expect(recorder.refusals).toEqual([])
  })

  test('limits connections from one address', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder)
    const kept = await Promise.all(Array.from({ length: 16 }, () => sender(input.describe)))
    const extra = await sender(input.describe)
    await closed(extra)
    await recorder.until(() => recorder.refusals.length === 1)
    expect(recorder.refusals[0]).toEqual({ reason: 'connections', sample: '127.0.0.1' })
    kept[0]!.end()
    await closed(kept[0]!)
    const next = await sender(input.describe)
    next.write('!next\n')
    await recorder.until(() => recorder.text.includes('!next\n'))
  })

  test('closes who keeps a line open, not who is quiet between lines', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder)
    const quiet = await sender(input.describe)
    quiet.write(line)
    const slow = await sender(input.describe)
    await recorder.until(() => recorder.text === line)
    slow.write('!A')
    await recorder.until(() => recorder.text === line)
    const slowClosed = closed(slow)
    for (let i = 0; i < 8; i += 1) {
      slow.write('I')
      quiet.write(line)
      await recorder.until(() => recorder.text === line.repeat(i + 2))
      recorder.clock.advance(10_000)
    }
    await slowClosed
    expect(recorder.refusals.map(({ reason }) => reason)).toEqual(['slow-sender', 'cut-line'])
    quiet.write('!still here\n')
    await recorder.until(() => recorder.text.endsWith('!still here\n'))
    recorder.clock.advance(620_000)
    await closed(quiet)
    expect(recorder.refusals.at(-1)?.reason).toBe('slow-sender')
  })

  test('stops reading all senders while the spool is full', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder, '?rate=1000000')
    const senders = await Promise.all([sender(input.describe), sender(input.describe)])
    recorder.hasRoom = false
    for (const socket of senders) socket.write(line.repeat(200_000))
    await recorder.until(() => recorder.calls > 0)
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    // What the other socket had read in the same turn still comes.
    expect(recorder.calls).toBeLessThanOrEqual(2)
    expect(recorder.text.length).toBeLessThanOrEqual(2 * 64 * 1024)
    const late = await sender(input.describe)
    late.write('!late\n')
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(recorder.text).not.toContain('!late')
    recorder.hasRoom = true
    input.resume()
    await recorder.until(() => recorder.text.length === 2 * 200_000 * line.length + '!late\n'.length)
  })

  test('says that a port is in use, and takes it once it is free', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const recorder = new Recorder()
    const input = recorder.open(`tcp-server://127.0.0.1:${port}`)
    stops.push(() => input.stop())
    input.start()
    await recorder.untilState('failed')
    expect(recorder.states.at(-1)?.message).toBe(
      `Cannot listen on tcp-server://127.0.0.1:${port}: the port is in use by another program: choose another one or stop that program; next attempt in 2 s`,
    )
    await new Promise((resolve) => other.close(resolve))
    recorder.clock.advance(2_000)
    await recorder.until(() => recorder.states.at(-1)?.message?.startsWith('listening') ?? false)
    ;(await sender(input.describe)).write(line)
    await recorder.untilState('live')
  })

  test('says when all are silent, and stops with connections open', async () => {
    const recorder = new Recorder()
    const input = await listen(recorder)
    recorder.clock.advance(60_000)
    expect(recorder.states.at(-1)).toEqual({
      state: 'silent',
      message: 'no line for 60 s, no sender connected',
    })
    const socket = await sender(input.describe)
    socket.write(`${line}!half`)
    await recorder.untilState('live')
    const ended = closed(socket)
    await input.stop()
    await ended
    expect(recorder.refusals).toEqual([])
    expect(recorder.clock.timers).toBe(0)
  })
})
