import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Input } from './input.ts'
import { Recorder } from './recorder.suite.ts'

const line = '!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A receiver that serves lines: each accepted connection is handed out in turn. */
async function receiver(port = 0) {
  const accepted: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    const next = waiting.shift()
    if (next) next(socket)
    else accepted.push(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
  })
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  stops.push(stop)
  return {
    port: (server.address() as AddressInfo).port,
    stop,
    next: () =>
      accepted.length > 0
        ? Promise.resolve(accepted.shift()!)
        : new Promise<Socket>((resolve) => waiting.push(resolve)),
  }
}

function start(recorder: Recorder, port: number): Input {
  const input = recorder.open(`tcp://127.0.0.1:${port}`)
  stops.push(() => input.stop())
  input.start()
  return input
}

describe('a TCP client', () => {
  test('joins lines cut between chunks and says when it lives', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    start(recorder, server.port)
    const socket = await server.next()
    await recorder.until(() => recorder.states.at(-1)?.message === 'connected, no line yet')
    socket.write(line.slice(0, 10))
    socket.write(line.slice(10) + line + line.slice(0, 5))
    await recorder.until(() => recorder.text === line + line)
    expect(recorder.states.map(({ state }) => state)).toEqual(['connecting', 'connecting', 'live'])
  })

  test('counts a line that a reset cut, and never joins it to the next connection', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    start(recorder, server.port)
    const first = await server.next()
    first.write(line + line.slice(0, 20))
    await recorder.until(() => recorder.text === line)
    first.resetAndDestroy()
    await recorder.untilState('reconnecting')
    expect(recorder.refusals).toEqual([{ reason: 'cut-line', sample: line.slice(0, 20) }])
    expect(recorder.states.at(-1)?.message).toMatch(
      /^tcp:\/\/127\.0\.0\.1:\d+ broke the connection; next attempt in 2 s$/,
    )
    recorder.clock.advance(1_500)
    const second = await server.next()
    second.write(line)
    await recorder.until(() => recorder.text === line + line)
    expect(recorder.refusals).toHaveLength(1)
  })

  test('waits 1 s to 60 s between attempts, and starts over only once lines came', async () => {
    const server = await receiver()
    const { port } = server
    await server.stop()
    const recorder = new Recorder()
    recorder.random = 0
    start(recorder, port)
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await recorder.untilState('reconnecting')
      expect(recorder.states.at(-1)?.message).toContain('refused the connection')
      waits.push(Number(/in (\d+) s$/.exec(recorder.states.at(-1)!.message!)![1]))
      if (attempt < 7) recorder.clock.advance(waits.at(-1)! * 1000)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
    const again = await receiver(port)
    recorder.clock.advance(30_000)
    ;(await again.next()).destroy()
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('in 30 s')
    recorder.clock.advance(30_000)
    const socket = await again.next()
    socket.write(line)
    await recorder.untilState('live')
    socket.destroy()
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('closed the connection; next attempt in 1 s')
  })

  test('raises the alarm after 60 s of silence, and gives a hung connection up after 10 min', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    start(recorder, server.port)
    const socket = await server.next()
    socket.write(line)
    await recorder.untilState('live')
    recorder.clock.advance(59_000)
    expect(recorder.states.at(-1)?.state).toBe('live')
    recorder.clock.advance(1_000)
    expect(recorder.states.at(-1)).toEqual({ state: 'silent', message: 'no line for 60 s' })
    socket.write(line)
    await recorder.untilState('live')
    recorder.clock.advance(600_000)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('was silent for 600 s')
    recorder.clock.advance(2_000)
    ;(await server.next()).write(line)
    await recorder.until(() => recorder.text === line.repeat(3))
  })

  test('refuses a line of 1 MB and reads the next one', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    start(recorder, server.port)
    const socket = await server.next()
    socket.write(`${line}${'A'.repeat(1 << 20)}\n${line}`)
    await recorder.until(() => recorder.text === line + line)
    expect(recorder.refusals).toEqual([{ reason: 'line-too-long', sample: 'A'.repeat(120) }])
  })

  test('stops reading while the spool is full: the bytes stay with the sender', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    recorder.hasRoom = false
    const input = start(recorder, server.port)
    const socket = await server.next()
    const block = Buffer.from(line.repeat(2_000))
    const blocks = 200
    let written = 0
    const send = async () => {
      for (; written < blocks; written += 1) if (!socket.write(block)) await once(socket, 'drain')
    }
    const sending = send()
    await recorder.until(() => recorder.calls > 0)
    // The sender gets stuck once the kernel's buffers are full: no drain arrives for two turns of waiting.
    for (let before = -1; before !== written; ) {
      before = written
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(written).toBeLessThan(blocks)
    expect(recorder.calls).toBe(1)
    expect(recorder.text.length).toBeLessThanOrEqual(64 * 1024)
    recorder.clock.advance(120_000)
    expect(recorder.states.at(-1)?.state).toBe('live')
    recorder.hasRoom = true
    input.resume()
    await sending
    await recorder.until(() => recorder.text.length === block.length * blocks)
    expect(recorder.text === line.repeat(2_000 * blocks)).toBe(true)
  })

  test('gives up an attempt without answer, and a stopped input says nothing more', async () => {
    const recorder = new Recorder()
    // 192.0.2.0/24 is reserved for documentation: no host answers there.
    const input = recorder.open('tcp://192.0.2.1:10110')
    stops.push(() => input.stop())
    input.start()
    recorder.clock.advance(20_000)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toMatch(/did not answer within 20 s|cannot be reached/)
    await input.stop()
    const states = recorder.states.length
    recorder.clock.advance(3_600_000)
    expect(recorder.states).toHaveLength(states)
    expect(recorder.clock.timers).toBe(0)
  })

  test('says when a name does not resolve', async () => {
    const recorder = new Recorder()
    const input = recorder.open('tcp://no-such-host.invalid:10110')
    stops.push(() => input.stop())
    input.start()
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('has a name that does not resolve')
  })
})
