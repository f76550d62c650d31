/** The journal of the whole product: what its own doors leave, and what its logs never hold. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verify } from '../../src/journal-command.ts'

const root = resolve(import.meta.dirname, '../..')
const secret = 'lac_abcdefgh_Zm9vYmFyYmF6cXV1eA'
let folder: string
let dataDir: string
let product: ReturnType<typeof spawn>
let base: string
let output = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-journal-product-'))
  dataDir = join(folder, 'data')
  const program = `import { runCli } from ${JSON.stringify(join(root, 'src/cli.ts'))}
    const { stdin, stdout, stderr } = process
    runCli(process.argv.slice(1), { stdin, stdout, stderr }).then((code) => { process.exitCode = code })`
  const args = ['start', '--port', '0', '--no-demo', '--data-dir', dataDir, '--log-level', 'debug']
  product = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program, '--', ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  await new Promise<void>((resolve, reject) => {
    product.once('exit', () => reject(new Error(output)))
    for (const stream of [product.stdout!, product.stderr!])
      stream.on('data', (bytes) => {
        output += bytes
        if (/answers at http\S+/.test(output)) resolve()
      })
  })
  base = /answers at (http\S+)/.exec(output)![1]!
})
afterAll(async () => {
  if (product.exitCode === null && product.signalCode === null) {
    product.kill('SIGKILL')
    await once(product, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

/** A request as bytes, so that nothing tidies it up on the way. */
async function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.on('error', () => undefined)
  socket.end(request)
  await once(socket, 'close')
  return answer
}

const attacks: [string, string][] = [
  ['a line of log in the path', `GET /api/v1/datasets/x%0A%7B%22level%22:%22fatal%22%7D HTTP/1.1`],
  ['a line of log in a parameter', `GET /api/records/1.0/search?dataset=%0A%7B%22level%22:60%7D HTTP/1.1`],
  ['colours of a terminal', `GET /api/v1/datasets/%1b%5b31mred%1b%5b0m/usage HTTP/1.1`],
  ['a key in the address', `GET /api/explore/v2.1/catalog/datasets?apikey=${secret} HTTP/1.1`],
  ['a key in a wrong place', `GET /api/v1/datasets/${secret}/records?token=${secret} HTTP/1.1`],
  ['a code of a sign-in', `GET /api/v1/session/oidc/none/callback?code=${secret}&state=${secret} HTTP/1.1`],
  ['a key where nothing is', `GET /nowhere/${secret}?password=${secret} HTTP/1.1`],
]

describe('an attack on the logs', () => {
  it.each(attacks)('by %s is answered and leaves nothing of itself', async (_what, line) => {
    const answer = await raw(
      `${line}\r\nhost: x\r\nauthorization: Apikey ${secret}\r\nconnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /)
  })

  it('by headers and bodies too', async () => {
    const body = JSON.stringify({ email: 'a@b.example', password: secret, '\n{"level":60}': 1 })
    const headers = `host: x\r\ncookie: session=${secret}\r\nuser-agent: \u001b[31m${secret}\r\ncontent-type: application/json`
    for (const path of ['/api/v1/session', '/api/v1/datasets', '/api/v1/setup', '/api/v1/accounts/forgotten'])
      expect(
        await raw(
          `POST ${path} HTTP/1.1\r\n${headers}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        ),
      ).toMatch(/^HTTP\/1\.1 [234]\d\d /)
    expect(
      await raw(`GET /health HTTP/1.1\r\nhost: x\r\nuser-agent: ${'A'.repeat(1_000_000)}\r\n\r\n`),
    ).toMatch(/^(HTTP\/1\.1 431|$)/)
    expect((await fetch(`${base}/health`)).status).toBe(200)
  })
})

describe('the journal of the product', () => {
  it('counts what the public reads, and verifies while the instance runs and after it was killed', async () => {
    const path = '/api/explore/v2.1/catalog/datasets/mid-codes/records?limit=7'
    const firstRows = async () =>
      ((await (await fetch(`${base}${path}`)).json()) as { results?: unknown[] }).results?.length
    await expect.poll(firstRows).toBe(7)
    const before = await usageOf('mid-codes')
    for (let i = 0; i < 3; i++) await (await fetch(`${base}${path}`)).arrayBuffer()
    await (await fetch(`${base}/api/explore/v2.1/catalog/datasets/mid-codes/exports/csv?limit=5`)).text()
    const after = await usageOf('mid-codes')
    const of = (days: typeof after, action: string) => days.find((day) => day.action === action)
    expect(of(after, 'query')!.accesses - (of(before, 'query')?.accesses ?? 0)).toBe(3)
    expect(of(after, 'query')!.rows - (of(before, 'query')?.rows ?? 0)).toBe(21)
    expect(of(after, 'export')).toMatchObject({ accesses: 1, rows: 5 })
    const monitored = await fetch(`${base}/api/explore/v2.1/monitoring/datasets?limit=1`)
    expect(await monitored.json()).toMatchObject({
      results: [{ dataset_id: 'mid-codes', download_count: 1 }],
    })
    expect(await verified()).toContain('whole')
    product.kill('SIGKILL')
    await once(product, 'exit')
    expect(await verified()).toContain('whole')
  })

  it('holds no secret, no address and no agent, nor does any log', async () => {
    const spool = join(dataDir, 'spool')
    const names = (await readdir(spool, { recursive: true })).filter((name) => name.endsWith('.seg'))
    expect(names.length).toBeGreaterThan(0)
    const journal = (await Promise.all(names.map((name) => readFile(join(spool, name), 'latin1')))).join('')
    for (const text of [journal, output]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(secret.slice(-12))
      expect(text).not.toContain('\u001b')
    }
    expect(journal).not.toMatch(/127\.0\.0\.1|user-agent/i)
    for (const line of output.split('\n').filter((text) => text.includes('{'))) {
      expect(() => JSON.parse(line)).not.toThrow()
      expect(JSON.parse(line).level).toBeLessThan(50)
    }
  })
})

async function usageOf(id: string): Promise<{ action: string; accesses: number; rows: number }[]> {
  const response = await fetch(`${base}/api/v1/datasets/${id}/usage`)
  return ((await response.json()) as { days: { action: string; accesses: number; rows: number }[] }).days
}

/** What `lacydon journal verify` says of the data folder. */
async function verified(): Promise<string> {
  let said = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      said += chunk
      done()
    },
  })
  const code = await verify.run(['--data-dir', dataDir], { stdin: process.stdin, stdout, stderr: stdout })
  return `${code} ${said}`
}
