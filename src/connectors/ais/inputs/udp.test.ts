import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { Recorder } from './recorder.suite.ts'

const line = '!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function listen(recorder: Recorder, options = '', host = '127.0.0.1') {
  const input = recorder.open(`udp://${host}:0${options}`)
  stops.push(() => input.stop())
  input.start()
  await recorder.until(() => recorder.states.at(-1)?.message?.startsWith('listening') ?? false)
  return { input, send: await speaker(input.describe) }
}

/** A station of its own, with a port of its own. */
async function speaker(describe: string) {
  const port = Number(/:(\d+)$/.exec(describe)![1])
  const socket = createSocket('udp4')
  stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())))
  return (text: string) =>
    new Promise<void>((resolve, reject) =>
      socket.send(Buffer.from(text, 'latin1'), port, '127.0.0.1', (error) =>
        error ? reject(error) : resolve(),
      ),
    )
}

describe('a UDP input', () => {
  test('takes one or more lines from a datagram, ended or not', async () => {
    const recorder = new Recorder()
    const { input, send } = await listen(recorder)
    await send(line)
    await send(`${line}\r\n`)
    await send(`\\s:fos,c:1700000000*00\\${line}\n${line}`)
    await recorder.until(() => recorder.text.split('\n').length === 5)
    expect(recorder.text).toBe(`${line}\n${line}\r\n\\s:fos,c:1700000000*00\\${line}\n${line}\n`)
    expect(input.senders!()).toMatchObject([{ address: '127.0.0.1', stations: ['fos'], lines: 4 }])
    expect(recorder.states.at(-1)?.state).toBe('live')
  })

  test('keeps the parts of a message together when they come in datagrams of their own', async () => {
    const recorder = new Recorder()
    const { input, send } = await listen(recorder)
    const other = await speaker(input.describe)
    const part = (name: string, number: number) => `!AIVDM,2,${number},3,A,${name},0*00`
    await send(part('one', 1))
    await other(part('two', 1))
    await other(part('two', 2))
    await recorder.until(() => recorder.text !== '')
    await send(part('one', 2))
    await recorder.until(() => recorder.text.endsWith(`${part('one', 2)}\n`))
    expect(recorder.text).toBe(`${part('two', 1)}\n${part('two', 2)}\n${part('one', 1)}\n${part('one', 2)}\n`)
    await send(part('late', 1))
    await recorder.clock.armed(2)
    recorder.clock.advance(1_000)
    await recorder.until(() => recorder.text.endsWith(`${part('late', 1)}\n`))
    await send(part('end', 1))
    await recorder.clock.armed(2)
    await input.stop()
    expect(recorder.text.endsWith(`${part('end', 1)}\n`)).toBe(true)
  })

  test('hears IPv4 on the address of all interfaces', async () => {
    const recorder = new Recorder()
    const { send } = await listen(recorder, '', '')
    await send(line)
    await recorder.until(() => recorder.text === `${line}\n`)
  })

  test('refuses lines that are too long, keeps the others of the datagram', async () => {
    const recorder = new Recorder()
    const { send } = await listen(recorder)
    await send(`${'A'.repeat(2_000)}\n${line}`)
    await recorder.until(() => recorder.text === `${line}\n`)
    expect(recorder.refusals.map(({ reason }) => reason)).toEqual(['line-too-long'])
    await send('')
    await send('!next')
    await recorder.until(() => recorder.text === `${line}\n!next\n`)
  })

  test('refuses what a sender sends over its rate, and takes it again later', async () => {
    const recorder = new Recorder()
    const { input, send } = await listen(recorder, '?rate=10')
    for (let i = 0; i < 30; i += 1) await send(`!${i}`)
    await recorder.until(() => recorder.text.split('\n').length - 1 + recorder.refusals.length === 30)
    // Two seconds of allowance, and the line that crosses it.
    expect(recorder.text.split('\n')).toHaveLength(22)
    expect(recorder.refusals).toHaveLength(9)
    expect(recorder.refusals[0]).toEqual({ reason: 'rate', sample: '!21' })
    expect(input.senders!()[0]).toMatchObject({ lines: 21, refused: 9 })
    recorder.clock.advance(1_000)
    await send('!again')
    await recorder.until(() => recorder.text.endsWith('!again\n'))
  })

  test('keeps a bounded burst while the spool is full, then says what overflowed', async () => {
    const recorder = new Recorder()
    const { input, send } = await listen(recorder, '?rate=1000000')
    recorder.hasRoom = false
    await send('!first')
    await recorder.until(() => recorder.calls === 1)
    const datagram = `${'B'.repeat(999)}\n`.repeat(50)
    while (recorder.refusals.length === 0) {
      await send(datagram)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(recorder.refusals[0]?.reason).toBe('overflow')
    expect(recorder.calls).toBe(1)
    recorder.hasRoom = true
    input.resume()
    const kept = recorder.text.length - '!first\n'.length
    expect(kept % datagram.length).toBe(0)
    expect(kept).toBeLessThanOrEqual(4 << 20)
    expect(kept).toBeGreaterThan((4 << 20) - 2 * datagram.length)
  })

  test('says when a port is in use', async () => {
    const other = createSocket('udp4')
    other.bind(0, '127.0.0.1')
    await once(other, 'listening')
    stops.push(() => new Promise<void>((resolve) => other.close(() => resolve())))
    const recorder = new Recorder()
    const input = recorder.open(`udp://127.0.0.1:${other.address().port}`)
    stops.push(() => input.stop())
    input.start()
    await recorder.untilState('failed')
    expect(recorder.states.at(-1)?.message).toContain('the port is in use by another program')
  })

  test('hands over what it has when it is stopped', async () => {
    const recorder = new Recorder()
    const { input, send } = await listen(recorder)
    await send(line)
    await recorder.untilState('live')
    await input.stop()
    expect(recorder.text).toBe(`${line}\n`)
    expect(recorder.clock.timers).toBe(0)
  })
})
