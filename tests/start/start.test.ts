import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkout, type Started, startProduct } from './started-product.ts'

let folder = ''
const running: Started[] = []

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: checkout })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-start-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((product) => product.stop('SIGKILL')))
  rmSync(folder, { recursive: true })
})

/** Starts the product on a free port and the test's folder, without the demo port. */
function start(args: string[] = [], options?: Parameters<typeof startProduct>[1]): Started {
  const defaults = ['--port', '0', '--no-demo', '--data-dir', join(folder, 'data')]
  const product = startProduct([...defaults, ...args], options)
  running.push(product)
  return product
}

describe('a start', () => {
  test('prints its address and the link for the administrator, and answers there', async () => {
    const product = start()
    const address = await product.address
    const health = await fetch(`${address}/health`)
    expect(health.status).toBe(200)
    expect((await fetch(`${address}/metrics`)).headers.get('content-type')).toMatch(/^text\/plain/)
    const page = await fetch(address, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<!doctype html>')
    expect(product.stdout().trimEnd().split('\n')).toEqual([
      expect.stringContaining(`answers at ${address}`),
      expect.stringMatching(new RegExp(`${address}/setup#[\\w-]{43}$`)),
    ])
    expect(product.stderr()).toBe('')
  })

  test('transmits the demo port while no source is configured, and again on the same folder', async () => {
    const dataDir = join(folder, 'data')
    for (let round = 0; round < 2; round++) {
      const product = startProduct(['--port', '0', '--data-dir', dataDir, '--demo-hours', '0'])
      running.push(product)
      const health = await fetch(`${await product.address}/health`)
      expect(JSON.stringify(await health.json())).toMatch(/demo|simul/)
      expect(await product.stop('SIGINT')).toBe(0)
    }
  })

  test('runs beside another one with its own port and folder', async () => {
    const [one, two] = [start(), start(['--data-dir', join(folder, 'other')])]
    const addresses = await Promise.all([one.address, two.address])
    expect(new Set(addresses).size).toBe(2)
    for (const address of addresses) expect((await fetch(`${address}/health`)).status).toBe(200)
  })
})

describe('a stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s ends well and leaves no process', async (signal) => {
    const product = start()
    await product.address
    expect(await product.stop(signal)).toBe(0)
    expect(processesOfGroup(product.child.pid)).toEqual([])
    expect(product.stderr()).toBe('')
  })

  test('by Ctrl-C in npm start goes to everyone at once and says nothing of errors', async () => {
    const product = start([], { command: ['npm', 'start', '--'] })
    await product.address
    process.kill(-(product.child.pid as number), 'SIGINT')
    // npm itself ends by the signal, whatever its script does.
    expect([0, 'SIGINT']).toContain(await product.ended)
    expect(processesOfGroup(product.child.pid)).toEqual([])
    expect(product.stderr()).toBe('')
  })

  test('of npm alone does not leave the product behind', async () => {
    const product = start([], { command: ['npm', 'start', '--'] })
    await product.address
    await product.stop('SIGTERM')
    expect(processesOfGroup(product.child.pid)).toEqual([])
  })
})

describe('a start that cannot be', () => {
  test('in a folder that another one uses is refused and harms nobody', async () => {
    const first = start()
    const address = await first.address
    const second = start()
    expect(await second.ended).toBe(1)
    expect(sentences(second)).toEqual([expect.stringContaining(join(folder, 'data'))])
    expect((await fetch(`${address}/health`)).status).toBe(200)
  })

  test('on a port that is taken says so', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const product = start(['--port', String(port)])
    expect(await product.ended).toBe(1)
    expect(sentences(product)).toEqual([expect.stringContaining(String(port))])
    server.close()
  })

  test.each([
    ['PORT', 'eighty'],
    ['DEMO', 'perhaps'],
    ['AIS', 'carrier-pigeon://rock'],
    ['DATABASE_URL', 'mysql://localhost/port'],
    ['TRUSTED_PROXIES', 'everyone'],
  ])('for %s=%s says in one sentence what to write', async (name, value) => {
    const product = startProduct(['--data-dir', join(folder, 'data')], { env: { PORT: '0', [name]: value } })
    running.push(product)
    expect(await product.ended).toBe(1)
    expect(sentences(product)).toEqual([expect.stringMatching(new RegExp(`${name}.*${value}`))])
  })

  test('for an unknown option says which ones there are', async () => {
    const product = start(['--prot', '80'])
    expect(await product.ended).toBe(1)
    expect(sentences(product)).toEqual([expect.stringMatching(/--prot.*--port/)])
  })
})

/** What a refused start said: nothing on standard output, no stack trace. */
function sentences(product: Started): string[] {
  expect(product.stdout()).toBe('')
  return product.stderr().trimEnd().split('\n')
}

/** Process ids of a process group; where there is no /proc, none can be told. */
function processesOfGroup(group: number | undefined): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // State, parent and process group follow the command name (proc(5)); a zombie (Z) has already ended.
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return state !== 'Z' && processGroup === String(group)
    } catch {
      return false
    }
  })
}
