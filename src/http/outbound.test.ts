import { once } from 'node:events'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Canary, clientOf, startCanary } from './outbound.suite.ts'
import type { Outbound } from './outbound.ts'

let canary: Canary
const opened: Outbound[] = []
beforeEach(async () => {
  canary = await startCanary()
})
afterEach(async () => {
  for (const outbound of opened.splice(0)) await outbound.close()
  await canary.close()
})

function open(options: Parameters<typeof clientOf>[1] = {}) {
  const client = clientOf(canary, options)
  opened.push(client.outbound)
  return client
}

describe('A1: addresses that are never asked', () => {
  it.each([
    'http://127.0.0.1',
    'http://127.1',
    'http://0x7f.1',
    'http://0177.0.0.1',
    'http://2130706433',
    'http://0.0.0.0',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[64:ff9b::7f00:1]',
    'http://[fd00:ec2::254]',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost',
    'http://localhost.',
    'http://a.localhost',
    'http://①②⑦.0.0.1',
    'http://example.org@127.0.0.1',
    'http://127.0.0.1:22',
    'http://203.0.113.10:22',
    'http://203.0.113.10:6379',
    'http://203.0.113.10:8123',
    'file:///etc/passwd',
    'gopher://portal.example/',
    'ftp://portal.example/',
    'data:text/plain,x',
    'unix:/var/run/docker.sock',
    'javascript:alert(1)',
    'nothing',
    '',
  ])('%s', async (address) => {
    const { outbound } = open()
    expect(() => outbound.check(address)).toThrow(expect.objectContaining({ code: 'outbound_refused' }))
    await expect(outbound.request(address)).rejects.toMatchObject({ code: 'outbound_refused', status: 400 })
    expect(canary.connections).toBe(0)
  })

  it.each(['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '①②⑦.0.0.1', 'localhost.'])(
    'the canary itself, written %s',
    async (host) => {
      const { outbound } = open()
      await expect(outbound.request(`http://${host}:${canary.port}/`)).rejects.toMatchObject({
        code: 'outbound_refused',
      })
      expect(canary.connections).toBe(0)
    },
  )

  it('other protocols are asked where a connector declares them', () => {
    const { outbound } = open()
    expect(outbound.check('mqtt://portal.example', ['mqtt:', 'mqtts:']).protocol).toBe('mqtt:')
    expect(() => outbound.check('mqtt://10.0.0.1', ['mqtt:'])).toThrow(/private/)
  })

  it('the list of the operator opens an address and port', async () => {
    const { outbound } = open({ allow: `127.0.0.1:${canary.port}` })
    const answer = await outbound.request(`http://127.0.0.1:${canary.port}/x`)
    expect(await answer.text()).toBe('canary')
    await expect(outbound.request(`http://127.0.0.2:${canary.port}/`)).rejects.toMatchObject({
      code: 'outbound_refused',
    })
    expect(canary.asked).toHaveLength(1)
  })
})

describe('A2: names and redirects', () => {
  const names = (addresses: string[][]) => {
    let turn = 0
    return { resolve: async () => addresses[Math.min(turn++, addresses.length - 1)]! }
  }

  it.each([
    ['a private address', [['127.0.0.1']]],
    ['two addresses of which one is private', [['203.0.113.10', '10.0.0.1']]],
    ['a mapped one', [['::ffff:127.0.0.1']]],
    ['no address', [[]]],
  ])('a name with %s', async (_, addresses) => {
    const { outbound } = open({ effects: names(addresses) })
    await expect(
      outbound.request(`http://rebind.example:${canary.port}/`, { attempts: 1 }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^outbound_(refused|failed)$/) })
    expect(canary.connections).toBe(0)
  })

  it('a name that changes is asked where it was checked, and looked up once', async () => {
    let lookups = 0
    const { outbound } = open({
      effects: { resolve: async () => (lookups++ === 0 ? ['203.0.113.10'] : ['127.0.0.1']) },
    })
    expect(await (await outbound.request('http://rebind.example/')).text()).toBe('canary')
    expect(lookups).toBe(1)
  })

  it('each hop is checked', async () => {
    canary.answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    const { outbound } = open()
    await expect(outbound.request('http://portal.example/')).rejects.toMatchObject({
      code: 'outbound_refused',
    })
    expect(canary.asked).toHaveLength(1)
  })

  it.each(['http://127.0.0.1/', 'http://[::1]/', 'file:///etc/passwd', 'http://localhost/', '//10.0.0.1/x'])(
    'a redirect to %s',
    async (location) => {
      canary.answer = (_, response) => response.writeHead(302, { location }).end()
      const { outbound } = open()
      await expect(outbound.request('http://portal.example/')).rejects.toMatchObject({
        code: 'outbound_refused',
      })
    },
  )

  it('five hops are followed, a sixth is not', async () => {
    canary.answer = ({ url }, response) => {
      const left = Number(url!.slice(1))
      if (left === 0) response.end('there')
      else response.writeHead(302, { location: `/${left - 1}` }).end()
    }
    const { outbound } = open()
    expect(await (await outbound.request('http://portal.example/5')).text()).toBe('there')
    await expect(outbound.request('http://portal.example/6', { attempts: 1 })).rejects.toMatchObject({
      code: 'outbound_failed',
    })
  })

  it('credentials stay with their host', async () => {
    canary.answer = ({ url, headers }, response) =>
      url === '/away'
        ? response.writeHead(307, { location: 'http://other.example/end' }).end()
        : url === '/here'
          ? response.writeHead(307, { location: '/end' }).end()
          : response.end(headers.host)
    const { outbound } = open()
    const headers = { authorization: 'Apikey s3cret', cookie: 'a=b', 'x-api-key': 'k', 'x-page': '1' }
    await (await outbound.request('http://portal.example/here', { headers })).text()
    expect(canary.asked.at(-1)!.headers).toMatchObject(headers)
    await (await outbound.request('http://portal.example/away', { headers })).text()
    const last = canary.asked.at(-1)!.headers
    expect(last.host).toBe('other.example')
    expect(last['x-page']).toBe('1')
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(last[name]).toBeUndefined()
  })

  it('a form that is redirected becomes a plain question', async () => {
    canary.answer = ({ url, method }, response) =>
      url === '/form' ? response.writeHead(303, { location: '/done' }).end() : response.end(method)
    const { outbound } = open()
    const answer = await outbound.request('http://portal.example/form', { method: 'POST', body: 'a=1' })
    expect(await answer.text()).toBe('GET')
  })
})

describe('limits', () => {
  const big = Buffer.alloc(30_000_000, 'a')

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('a bomb in %s is cut', async (encoding, pack) => {
    canary.answer = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack(big))
    const { outbound } = open()
    let read = 0
    const answer = await outbound.request('http://portal.example/', {
      onBytes: (bytes) => {
        read = bytes
      },
    })
    await expect(answer.bytes()).rejects.toMatchObject({ code: 'outbound_limit' })
    expect(read).toBeLessThan(12_000_000)
  })

  it('packed answers are unpacked, broken ones said', async () => {
    const packed = gzipSync('bonjour')
    canary.answer = ({ url }, response) =>
      response
        .writeHead(200, { 'content-encoding': url === '/odd' ? 'compress' : 'gzip' })
        .end(url === '/cut' ? packed.subarray(0, 12) : packed)
    const { outbound } = open()
    expect(await (await outbound.request('http://portal.example/')).text()).toBe('bonjour')
    for (const path of ['cut', 'odd'])
      await expect((await outbound.request(`http://portal.example/${path}`)).text()).rejects.toMatchObject({
        code: 'outbound_failed',
      })
  })

  it('what is announced too large is not begun, what has no end is cut', async () => {
    canary.answer = ({ url }, response) => {
      if (url === '/announced') response.writeHead(200, { 'content-length': '5000000000' }).flushHeaders()
      else {
        const more = () => {
          if (!response.destroyed && response.write(big.subarray(0, 65_536))) setImmediate(more)
          else response.once('drain', more)
        }
        more()
      }
    }
    const { outbound } = open()
    await expect(
      outbound.request('http://portal.example/announced', { maxBytes: 1_000 }),
    ).rejects.toMatchObject({ code: 'outbound_limit' })
    const endless = await outbound.request('http://portal.example/endless', { maxBytes: 1_000_000 })
    await expect(endless.bytes()).rejects.toMatchObject({ code: 'outbound_limit' })
  })

  it('an answer that takes too long is left', async () => {
    canary.answer = (_, response) => response.write('a')
    const { outbound } = open()
    const answer = await outbound.request('http://portal.example/', { timeoutMs: 100 })
    await expect(answer.bytes()).rejects.toMatchObject({ code: 'outbound_limit' })
  })

  it('the caller may leave at any time', async () => {
    canary.answer = (_, response) => response.write('a')
    const { outbound } = open()
    const leaving = new AbortController()
    const answer = await outbound.request('http://portal.example/', { signal: leaving.signal })
    leaving.abort()
    await expect(answer.bytes()).rejects.toMatchObject({ code: 'cancelled' })
    await expect(
      outbound.request('http://portal.example/', { signal: leaving.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('an answer that is cut is no whole answer', async () => {
    canary.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setImmediate(() => response.destroy())
    }
    const { outbound } = open()
    await expect((await outbound.request('http://portal.example/')).bytes()).rejects.toMatchObject({
      code: 'outbound_failed',
    })
  })
})

describe('as a guest', () => {
  it('asks one thing at a time and not at once again', async () => {
    let openCount = 0
    let most = 0
    canary.answer = (_, response) => {
      openCount++
      most = Math.max(most, openCount)
      setImmediate(() => {
        openCount--
        response.end('x')
      })
    }
    const { outbound, pauses } = open()
    await Promise.all(
      Array.from({ length: 5 }, async () => (await outbound.request('http://portal.example/')).text()),
    )
    expect(most).toBe(1)
    expect(pauses).toEqual([1_000, 1_000, 1_000, 1_000])
  })

  it('waits as long as it is asked, and gives up on what stays busy', async () => {
    let left = 2
    canary.answer = ({ url }, response) =>
      url === '/busy' || left-- > 0
        ? response.writeHead(429, { 'retry-after': '7' }).end()
        : response.end('now')
    const { outbound, pauses } = open()
    expect(await (await outbound.request('http://portal.example/')).text()).toBe('now')
    expect(pauses).toEqual([7_000, 7_000])
    const busy = await outbound.request('http://portal.example/busy', { attempts: 3 })
    expect(busy.status).toBe(429)
    await busy.discard()
    expect(canary.asked.filter(({ line }) => line.includes('busy'))).toHaveLength(3)
  })

  it('backs off from errors, longer each time, and never repeats what is not a question', async () => {
    canary.answer = (_, response) => response.writeHead(503).end()
    const { outbound, pauses } = open()
    await (await outbound.request('http://portal.example/', { attempts: 4 })).discard()
    expect(pauses).toEqual([1_000, 2_000, 4_000])
    await (await outbound.request('http://portal.example/', { method: 'POST', body: 'x' })).discard()
    expect(canary.asked.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1)
  })

  it('keeps a quota before it is refused', async () => {
    canary.answer = (_, response) =>
      response.writeHead(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }).end('x')
    const { outbound, pauses } = open()
    for (let i = 0; i < 2; i++) await (await outbound.request('http://portal.example/')).text()
    expect(pauses).toEqual([30_000])
  })

  it('reads robots.txt once where it follows links', async () => {
    canary.answer = ({ url }, response) =>
      response.end(url === '/robots.txt' ? 'User-agent: *\nDisallow: /private\nAllow: /private/open' : 'x')
    const { outbound } = open()
    const ask = (path: string) => outbound.request(`http://portal.example${path}`, { obeysRobots: true })
    await (await ask('/a')).text()
    await (await ask('/private/open')).text()
    await expect(ask('/private/x')).rejects.toMatchObject({ code: 'outbound_refused' })
    expect(canary.asked.filter(({ line }) => line.includes('robots'))).toHaveLength(1)
  })

  it('asks only for what changed', async () => {
    canary.answer = ({ headers }, response) =>
      headers['if-none-match'] === '"v1"'
        ? response.writeHead(304).end()
        : response.writeHead(200, { etag: '"v1"' }).end('x')
    const { outbound } = open()
    const first = await outbound.request('http://portal.example/')
    await first.text()
    const again = await outbound.request('http://portal.example/', {
      validators: { etag: first.headers.etag },
    })
    expect(again.status).toBe(304)
    await again.discard()
  })

  it('says who asks', async () => {
    const { outbound } = open({ contact: 'https://port.example' })
    await (await outbound.request('http://six.example/')).text()
    expect(canary.asked[0]!.headers['user-agent']).toMatch(/^Lacydon\/[\d.]+ \(\+https:\/\/port\.example\)$/)
  })

  it('serves libraries that take a fetch', async () => {
    canary.answer = (request, response) => {
      void once(request, 'data').then(([piece]) => response.end(JSON.stringify({ sent: String(piece) })))
    }
    const { outbound } = open()
    const response = await outbound.fetch('http://portal.example/', { method: 'POST', body: 'hello' })
    expect(await response.json()).toEqual({ sent: 'hello' })
    await expect(outbound.fetch('http://127.0.0.1/')).rejects.toMatchObject({ code: 'outbound_refused' })
  })
})
