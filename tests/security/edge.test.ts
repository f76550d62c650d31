/** A6, A13, A26, A28 and F36: the edge of the server: paths, JSON, files on their way out, HTTP itself, stalled clients. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AttackedProduct, listen, openAttackedProduct } from './attacked-product.suite.ts'

let product: AttackedProduct
beforeAll(async () => {
  product = await openAttackedProduct()
})
afterAll(() => product?.close())
afterEach(() => product.stands())

/** Bytes as they are, and all that comes back until the connection ends. */
async function raw(request: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(product.base)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.end(request)
  await once(socket, 'close')
  return answer
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('A6: a path', () => {
  it.each([
    '/..%2f..%2fetc/passwd',
    '/../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%252e%252e/%252e%252e/etc/passwd',
    '/..%5c..%5cetc%5cpasswd',
    '/%c0%ae%c0%ae/etc/passwd',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%00.js',
    '//etc/passwd',
    '/\\etc\\passwd',
    '/api/v1/datasets/..%2f..%2fetc/versions',
    '/%',
    '/%zz',
    '/.git/config',
    '/.env',
  ])('%s leads nowhere', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    expect([400, 404]).toContain(statusOf(answer))
    expect(answer).not.toMatch(/root:|"name": "lacydon"|\[core\]/)
    expect(answer).not.toMatch(/\/work|\/tmp|node_modules|at \w+ \(/)
  })

  it.each(['loads/%2e%2e', 'versions', 'changes'])(
    '%s of a dataset named by dots is refused',
    async (rest) => {
      const answer = await raw(
        `GET /api/v1/datasets/%2e%2e/${rest} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      )
      // What can be no id is asked for an account before anything is looked up.
      expect([401, 404]).toContain(statusOf(answer))
    },
  )
})

describe('A13: JSON', () => {
  const send = (text: string | Uint8Array, path = '/api/v1/session', headers: Record<string, string> = {}) =>
    product.nobody.ask('POST', path, text, { 'content-type': 'application/json', ...headers })

  it.each([
    ['depth of 100,000', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['an object 50,000 deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a prototype', '{"__proto__":{"role":"admin"},"email":"a@b.example","password":"x"}'],
    ['a constructor', '{"constructor":{"prototype":{"role":"admin"}},"email":"a@b.example","password":"x"}'],
    ['a name twice', '{"email":"a@b.example","email":"c@d.example","password":"x","role":"admin"}'],
    ['a number that is none', '{"email":1e400,"password":"x"}'],
    ['true for a text', '{"email":true,"password":true}'],
    ['a list for a text', '{"email":["a@b.example"],"password":"x"}'],
    ['null', 'null'],
    ['a number alone', '9007199254740993'],
    ['NaN', '{"email":NaN}'],
    ['a comment', '{/* */"email":"a"}'],
    ['half of it', '{"email":"a@b.exam'],
    ['nothing', ''],
  ])('%s is refused', async (_what, text) => {
    const response = await send(text)
    expect([400, 413]).toContain(response.status)
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/./) })
  })

  it('with bytes that are no text, marks of order, lone halves and zeros is refused or stored as it is', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"email":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('","password":"x"}'),
    ])
    expect((await send(bytes)).status).toBeLessThan(500)
    for (const text of [
      '\ufeff{"email":"a@b.example","password":"x"}',
      '{"email":"\\ud800@b.example","password":"x"}',
      '{"email":"a\\u0000b@c.example","password":"x"}',
    ]) {
      const { status } = await send(text)
      expect([400, 401]).toContain(status)
    }
    for (const name of ['a\u0000b', '\ud800', 'é'.repeat(250), '\u202eadmin']) {
      const made = await product.admin.ask('POST', '/api/v1/organisations', { name, kind: 'public' })
      expect([JSON.stringify(name), made.status]).toEqual([JSON.stringify(name), 400])
    }
    const { organisations } = await product.admin.json('GET', '/api/v1/organisations')
    expect(organisations).toHaveLength(1)
  })

  it('of too many bytes or keys is refused before it is read', async () => {
    const large = await send(`{"email":"${'a'.repeat(2 * 1024 ** 2)}"}`).then(
      ({ status }) => status,
      () => 413,
    )
    expect(large).toBe(413)
    const keys = Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`).join(',')
    const title = { fr: 'x', en: 'x' }
    const body = `{"id":"keys","title":${JSON.stringify(title)},"description":${JSON.stringify(title)},"fields":[],${keys}}`
    const made = await product.admin.ask('POST', '/api/v1/datasets', body, {
      'content-type': 'application/json',
    })
    expect(made.status).toBe(400)
    await made.arrayBuffer()
  })

  it('as rows of a stream stays what it is: no number rounded, no prototype, no boolean as text', async () => {
    const field = (name: string, type: string) => ({ name, type, label: { fr: name, en: name } })
    const words = { fr: 'x', en: 'x' }
    await product.admin.json('POST', '/api/v1/datasets', {
      id: 'odd',
      kind: 'stream',
      eventTime: 'at',
      title: words,
      description: words,
      fields: [field('at', 'timestamp'), field('big', 'bigint'), field('name', 'text')],
    })
    const at = '2026-01-01T00:00:00Z'
    const rows = [
      `{"at":"${at}","big":9007199254740993,"name":"a"}`,
      `{"at":"${at}","big":1e400,"name":"b"}`,
      `{"at":"${at}","big":1,"name":true}`,
      `{"at":"${at}","big":1,"name":"c","__proto__":{"name":"x"}}`,
      `{"at":"${at}","big":1,"name":"d\\u0000e"}`,
      `{"at":"${at}","big":1,"name":"\\ud800"}`,
    ]
    const pushed = await product.admin.ask('POST', '/api/v1/datasets/odd/rows', `[${rows.join(',')}]`, {
      'content-type': 'application/json',
    })
    expect(pushed.status).toBeLessThan(500)
    const stored = await (
      await product.admin.get('/api/explore/v2.1/catalog/datasets/odd/exports/jsonl')
    ).text()
    if (stored.includes('"a"')) expect(stored).toContain('9007199254740993')
    expect(stored).not.toMatch(/"name":true|Infinity/)
    expect(({} as { role?: string }).role).toBeUndefined()
  })
})

describe('A26: a file on its way out', () => {
  it('is never shown on our origin: attached, unsniffed, sandboxed', async () => {
    const page = '<script>top.__pwned=1</script>'
    await product.load(
      'files',
      `name,content\n"${page}.csv","${page}"\n`,
      `?create=true&title=${encodeURIComponent(page)}`,
    )
    const exports = '/api/explore/v2.1/catalog/datasets/files/exports'
    const { links } = await product.admin.json('GET', exports)
    for (const { href } of links) {
      const response = await product.admin.get(new URL(href).pathname)
      await response.arrayBuffer()
      if (response.status !== 200) continue
      const head = (name: string) => response.headers.get(name) ?? ''
      expect([href, head('content-disposition')]).toEqual([href, expect.stringMatching(/^attachment/)])
      expect([href, head('x-content-type-options')]).toEqual([href, 'nosniff'])
      expect([href, head('content-type')]).not.toEqual([href, expect.stringContaining('text/html')])
      expect([href, head('content-security-policy')]).toEqual([href, expect.stringContaining('sandbox')])
    }
  })

  it('with HTML, SVG, PDF or a picture in it is refused as what it is, whatever it is called', async () => {
    for (const [content, code] of [
      ['<!DOCTYPE html><script>1</script>', 'html_page'],
      ['<svg xmlns="http://www.w3.org/2000/svg" onload="__pwned=1"/>', 'xml_unknown'],
      ['%PDF-1.7 /JS (app.alert(1))', 'pdf'],
      ['GIF89a=1;__pwned=1', 'image'],
    ] as const) {
      const { state, error } = await product.load('named', content, '?create=true&fileName=table.csv')
      expect([content, state, error?.code]).toEqual([content, 'failed', code])
    }
  })
})

describe('A28: HTTP', () => {
  it.each([
    [
      'length and chunks',
      'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde',
    ],
    ['a folded header', 'GET /health HTTP/1.1\r\nhost: x\r\nx-a: b\r\n c: d\r\n\r\n'],
    ['a bare line feed', 'GET /health HTTP/1.1\nhost: x\n\n'],
    ['a header name with a blank', 'GET /health HTTP/1.1\r\nhost: x\r\nx a: b\r\n\r\n'],
    ['a zero in a header', 'GET /health HTTP/1.1\r\nhost: x\r\nx-a: b\0c\r\n\r\n'],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n'],
    [
      'chunks that lie',
      'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx',
    ],
    ['a method nobody knows', 'BREW /health HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['100 kB of headers', `GET /health HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(100_000)}\r\n\r\n`],
  ])('with %s is refused and the connection ends', async (_what, request) => {
    const answer = await raw(request)
    expect([400, 408, 431, NaN]).toContain(statusOf(answer))
    expect(answer.match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  it('with a forged host or forwarded headers makes no link lead elsewhere and no local right', async () => {
    const forged =
      'host: evil.example\r\nx-forwarded-host: evil.example\r\nx-forwarded-proto: https\r\nforwarded: host=evil.example\r\nx-forwarded-for: 127.0.0.1\r\norigin: http://evil.example\r\nconnection: close\r\n'
    const answer = await raw(
      `POST /api/v1/datasets HTTP/1.1\r\n${forged}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
    )
    expect([401, 403]).toContain(statusOf(answer))
    const listed = await raw(
      `GET /api/explore/v2.1/catalog/datasets?include_links=true HTTP/1.1\r\n${forged.replaceAll(/^host: .*?\r\n/g, `host: ${new URL(product.base).host}\r\n`)}\r\n`,
    )
    expect(listed).not.toContain('evil.example')
  })

  it('overridden methods are what they are', async () => {
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const response = await product.admin.get('/api/v1/datasets/odd', { [name]: 'DELETE' })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
    expect((await product.admin.get('/api/v1/datasets/odd?_method=DELETE')).status).toBe(200)
  })

  it('TRACE repeats nothing', async () => {
    const answer = await raw(
      'TRACE /health HTTP/1.1\r\nhost: x\r\nx-secret: abcdef\r\nconnection: close\r\n\r\n',
    )
    expect([400, 404, 405, 501]).toContain(statusOf(answer))
    expect(answer).not.toContain('abcdef')
  })

  it('names and tags with line ends start no header', async () => {
    const name = encodeURIComponent('x\r\nset-cookie: a=b')
    for (const path of [
      `/api/v1/datasets/${name}`,
      `/api/explore/v2.1/catalog/datasets/${name}/exports/csv`,
      `/api/v1/session/oidc/${name}/start`,
    ]) {
      const response = await product.nobody.get(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('set-cookie')).toBeNull()
      await response.arrayBuffer()
    }
  })
})

describe('F36: clients that stall', () => {
  const sockets: Socket[] = []
  const open = async (head: string) => {
    const { hostname, port } = new URL(product.base)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(head)
    // It never reads.
    socket.pause()
    sockets.push(socket)
  }
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
  })

  it('50 streams, 50 half requests and 50 slow uploads leave others their answers', async () => {
    const field = (name: string, type: string) => ({ name, type, label: { fr: name, en: name } })
    const words = { fr: 'x', en: 'x' }
    await product.admin.json('POST', '/api/v1/datasets', {
      id: 'flow',
      kind: 'stream',
      eventTime: 'at',
      title: words,
      description: words,
      fields: [field('at', 'timestamp'), field('big', 'bigint'), field('name', 'text')],
    })
    await product.admin.json('PUT', '/api/v1/sharing/datasets/flow/policy', {
      visibility: 'public',
      metadataVisibility: 'public',
      consortium: null,
      personalData: 'none',
      rowFilter: null,
      aggregate: null,
    })
    for (let i = 0; i < 50; i++) {
      await open('GET /api/v1/datasets/flow/stream HTTP/1.1\r\nhost: x\r\n\r\n')
      await open('GET /health HTTP/1.1\r\nhost: x\r\nx-a: ')
      await open(
        'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      )
    }
    const reader = await listen(product.nobody, '/api/v1/datasets/flow/stream')
    await expect.poll(() => reader.text).toContain('event: ready')
    const name = 'n'.repeat(20_000)
    for (let round = 0; round < 5; round++) {
      const rows = Array.from({ length: 40 }, (_, i) => ({
        at: new Date(Date.UTC(2026, 0, 2, round, i)).toISOString(),
        big: i,
        name,
      }))
      const pushed = await product.admin.json('POST', '/api/v1/datasets/flow/rows', rows)
      expect(pushed).toMatchObject({ accepted: 40 })
    }
    await expect.poll(() => reader.text.length).toBeGreaterThan(2_000_000)
    const { status } = await product.nobody.get('/api/v1/datasets/flow')
    expect(status).toBe(200)
    reader.leave()
  })
})
