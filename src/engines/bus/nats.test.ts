import { describe, expect, test } from 'vitest'
import { natsMissing, startNats } from '../../../tests/servers/nats.ts'
import { freePort } from '../../../tests/servers/server.ts'
import { busSuite } from './bus.suite.ts'
import { connectNatsBus } from './nats.ts'

const log = { warn() {} }

describe.skipIf(natsMissing)(`bus on NATS JetStream${natsMissing ? ` (${natsMissing})` : ''}`, () => {
  busSuite(async () => {
    const server = await startNats()
    return {
      open: ({ name, maxBytes }) =>
        connectNatsBus({
          url: server.url,
          prefix: name,
          maxBytes: maxBytes ?? 64 * 1024 * 1024,
          publishTimeoutMs: 1000,
          log,
        }),
      crash: () => server.crashAndRestart(),
      stop: () => server.stop(),
      isDurable: true,
    }
  })

  test('a server without JetStream is refused with what to do', async () => {
    const server = await startNats({ jetStream: false })
    await expect(connectNatsBus({ url: server.url, log })).rejects.toMatchObject({
      code: 'invalid_setting',
      message: expect.stringContaining('JetStream'),
    })
    await server.stop()
  })
})

test('a NATS that does not answer is refused with one sentence that keeps the password', async () => {
  const port = await freePort()
  const attempt = connectNatsBus({ url: `nats://someone:secret@127.0.0.1:${port}`, log })
  await expect(attempt).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  })
  await expect(attempt).rejects.not.toThrow('secret')
})
