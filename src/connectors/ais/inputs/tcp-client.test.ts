import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { reasonOf } from './dial-tcp.ts'
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
    const blocks = 500
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

  test('names what failed when all addresses of a name do', async () => {
    const server = await receiver()
    await server.stop()
    const recorder = new Recorder()
    const input = recorder.open(`tcp://localhost:${server.port}`)
    stops.push(() => input.stop())
    input.start()
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('refused the connection')
    expect(reasonOf(Object.assign(new Error(), { code: 'ENOTFOUND' }))).toBe(
      'has a name that does not resolve',
    )
    expect(reasonOf(Object.assign(new Error(), { code: 'EODD' }))).toBe('failed (EODD)')
  })

  test('says nothing more once it is stopped', async () => {
    const server = await receiver()
    const recorder = new Recorder()
    const input = start(recorder, server.port)
    const socket = await server.next()
    socket.write(`${line}!half`)
    await recorder.untilState('live')
    await Promise.all([input.stop(), input.stop()])
    const { length } = recorder.states
    recorder.clock.advance(3_600_000)
    expect(recorder.states).toHaveLength(length)
    expect(recorder.refusals).toEqual([])
    expect(recorder.clock.timers).toBe(0)
  })
})
