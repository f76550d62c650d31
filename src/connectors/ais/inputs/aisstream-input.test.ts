import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Recorder } from './recorder.suite.ts'

const key = '0123456789abcdef'
const message = JSON.stringify({ MessageType: 'PositionReport', Message: {}, MetaData: { MMSI: 1 } })

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function provider() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const accepted: { socket: WebSocket; subscription: unknown }[] = []
  const waiting: ((entry: { socket: WebSocket; subscription: unknown }) => void)[] = []
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.once('message', (data) => {
      const entry = { socket, subscription: JSON.parse(String(data)) as unknown }
      const next = waiting.shift()
      if (next) next(entry)
      else accepted.push(entry)
    })
  })
  stops.push(async () => {
    for (const client of server.clients) client.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  const next = () =>
    accepted.length > 0
      ? Promise.resolve(accepted.shift()!)
      : new Promise<{ socket: WebSocket; subscription: unknown }>((resolve) => waiting.push(resolve))
  return { port: (server.address() as AddressInfo).port, next }
}

function start(recorder: Recorder, port: number) {
  const input = recorder.open(
    `ws://127.0.0.1:${port}/v0/stream?key=${key}&bbox=4.2,42.8,6.4,43.7&mmsi=227006760`,
  )
  stops.push(() => input.stop())
  input.start()
  return input
}

describe('aisstream.io', () => {
  test('is subscribed to as soon as it opens, and each message is one line', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    const input = start(recorder, port)
    const { socket, subscription } = await next()
    expect(subscription).toEqual({
      APIKey: key,
      BoundingBoxes: [
        [
          [42.8, 4.2],
          [43.7, 6.4],
        ],
      ],
      FiltersShipMMSI: ['227006760'],
    })
    socket.send(Buffer.from(message), { binary: true })
    socket.send(JSON.stringify(JSON.parse(message), null, 2))
    await recorder.until(() => recorder.text.split('\n').length === 3)
    for (const line of recorder.text.trimEnd().split('\n'))
      expect(JSON.parse(line)).toEqual(JSON.parse(message))
    expect(recorder.states.at(-1)?.state).toBe('live')
    expect(input.describe).toBe(`ws://127.0.0.1:${port}/v0/stream`)
  })

  test('that refuses the key is named, without the key, and asked again later and later', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    start(recorder, port)
    for (const waitS of [2, 3, 6]) {
      const { socket } = await next()
      socket.send(JSON.stringify({ error: `Api Key ${key} Is Not Valid` }))
      await recorder.untilState('reconnecting')
      expect(recorder.states.at(-1)?.message).toBe(
        `ws://127.0.0.1:${port}/v0/stream answered “Api Key [key] Is Not Valid”; next attempt in ${waitS} s`,
      )
      recorder.clock.advance(waitS * 1000)
    }
    expect(recorder.refusals[0]).toEqual({ reason: 'provider', sample: 'Api Key [key] Is Not Valid' })
    expect(recorder.text).toBe('')
    const said = JSON.stringify([recorder.logged, recorder.states, recorder.refusals])
    expect(said).not.toContain(key)
  })

  test('that answers HTTP, closes or breaks is dialled again', async () => {
    const http = createServer((_, response) => response.writeHead(429).end())
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    stops.push(() => new Promise((resolve) => http.close(resolve)))
    const refused = new Recorder()
    start(refused, (http.address() as AddressInfo).port)
    await refused.untilState('reconnecting')
    expect(refused.states.at(-1)?.message).toContain('answered HTTP 429 instead of opening the stream')

    const { port, next } = await provider()
    const recorder = new Recorder()
    start(recorder, port)
    ;(await next()).socket.close(1001)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('closed the connection')
    recorder.clock.advance(2_000)
    ;(await next()).socket.terminate()
    await recorder.untilState('reconnecting')
    recorder.clock.advance(3_000)
    const { socket } = await next()
    socket.send(message)
    await recorder.until(() => recorder.text === `${message}\n`)
  })

  test('that accepts the connection and never answers is given up after 20 s', async () => {
    const mute = createTcpServer((socket) => socket.on('error', () => {}))
    mute.listen(0, '127.0.0.1')
    await once(mute, 'listening')
    stops.push(() => new Promise((resolve) => mute.close(resolve)))
    const recorder = new Recorder()
    const connected = once(mute, 'connection')
    const input = start(recorder, (mute.address() as AddressInfo).port)
    await connected
    recorder.clock.advance(20_000)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('did not answer within 20 s; next attempt in 2 s')
    await input.stop()
    expect(recorder.clock.timers).toBe(0)
  })

  test('that sends garbage loses only the garbage', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    start(recorder, port)
    const { socket } = await next()
    socket.send('not JSON \u0000 {')
    socket.send('')
    socket.send('x'.repeat(100_000))
    socket.send(Buffer.from([0xff, 0xfe, 0x0a, 0x00]))
    socket.send(message)
    await recorder.until(() => recorder.text.endsWith(`${message}\n`))
    expect(recorder.refusals.map(({ reason }) => reason)).toEqual(['line-too-long'])
    expect(recorder.text.split('\n')).toHaveLength(5)
    socket.send(Buffer.alloc(2 << 20))
    await recorder.untilState('reconnecting')
  })

  test('that accepts and says nothing is given up after 5 minutes', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    start(recorder, port)
    const { socket } = await next()
    socket.send('{"MessageType":"SubscriptionConfirmation","Message":{"CompressionEnabled":false}}')
    await recorder.until(() => recorder.states.at(-1)?.message === 'connected, no line yet')
    for (let halfMinute = 1; halfMinute < 10; halfMinute += 1) {
      const pinged = once(socket, 'ping')
      recorder.clock.advance(30_000)
      await pinged
      // Its pong is read before the answer to ours.
      const ponged = once(socket, 'pong')
      socket.ping()
      await ponged
    }
    expect(recorder.states.at(-1)).toEqual({ state: 'silent', message: 'no line for 240 s' })
    expect(recorder.text).toBe('')
    recorder.clock.advance(30_000)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toMatch(/was silent for 300 s/)
  })

  test('that vanished without closing is noticed by its missing pongs', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    start(recorder, port)
    const { socket } = await next()
    socket.send(message)
    await recorder.untilState('live')
    socket.pause()
    recorder.clock.advance(30_000)
    recorder.clock.advance(30_000)
    await recorder.untilState('reconnecting')
    expect(recorder.states.at(-1)?.message).toContain('stopped answering')
  })

  test('is not read while the spool is full', async () => {
    const { port, next } = await provider()
    const recorder = new Recorder()
    recorder.hasRoom = false
    const input = start(recorder, port)
    const { socket } = await next()
    const big = JSON.stringify({ MessageType: 'x', pad: 'y'.repeat(10_000) })
    let sent = 0
    while (socket.bufferedAmount < 1 << 20 && sent < 20_000) {
      for (let i = 0; i < 20; i += 1, sent += 1) socket.send(big)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(socket.bufferedAmount).toBeGreaterThan(1 << 19)
    const held = recorder.calls
    expect(held).toBeLessThan(sent)
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(recorder.calls).toBe(held)
    recorder.hasRoom = true
    input.resume()
    await recorder.until(() => recorder.calls === sent)
  })
})
