/** The whole product from source in a process and a folder of its own, with parties that do not trust one another. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { expect } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
export const password = 'corde neuve au quai sud'

/** Somebody who asks: keeps cookies and names its origin as a browser does, or sends a key. */
export class Asker {
  readonly base: string
  readonly #cookies = new Map<string, string>()
  readonly #key: string | undefined

  constructor(base: string, key?: string) {
    this.base = base
    this.#key = key
  }

  /** `body`: sent as JSON unless it is text, bytes or a form. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof URLSearchParams
    const response = await fetch(`${this.base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.#key
          ? { authorization: `Apikey ${this.#key}` }
          : { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(method !== 'GET' && method !== 'HEAD' && !this.#key && { origin: this.base }),
        ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') this.#cookies.delete(name!)
      else this.#cookies.set(name!, value!)
    }
    return response
  }

  get authorization(): string | undefined {
    return this.#key === undefined ? undefined : `Apikey ${this.#key}`
  }

  get(path: string, headers?: Record<string, string>): Promise<Response> {
    return this.ask('GET', path, undefined, headers)
  }

  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about.
  async json(method: string, path: string, body?: unknown): Promise<any> {
    const response = await this.ask(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  get cookies(): { name: string; value: string }[] {
    return [...this.#cookies].map(([name, value]) => ({ name, value }))
  }
}

export interface AttackedProduct {
  base: string
  pid: number
  dataDir: string
  /** Administrator of the platform and of the organisation `port`. */
  admin: Asker
  port: string
  nobody: Asker
  /** Everything it printed so far. */
  output(): string
  /** Somebody of a new organisation, as who signed in and as a key with every reading scope. */
  party(name: string, role?: string): Promise<{ organisation: string; person: Asker; key: Asker }>
  /** Sends a file as the next version and waits until its load is over. */
  load(
    id: string,
    file: string | Uint8Array,
    query?: string,
  ): Promise<{ state: string; error?: { code: string } }>
  /** The same process answers, failed nowhere, and left nothing in its folder of loads. */
  stands(): Promise<void>
  close(): Promise<void>
}

export async function openAttackedProduct(args: string[] = []): Promise<AttackedProduct> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-attacked-'))
  const dataDir = join(folder, 'data')
  const program = `import { runCli } from ${JSON.stringify(join(root, 'src/cli.ts'))}
    const { stdin, stdout, stderr } = process
    runCli(process.argv.slice(1), { stdin, stdout, stderr }).then((code) => { process.exitCode = code })`
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '--eval', program, '--', 'start'],
      ...['--port', '0', '--no-demo', '--data-dir', dataDir, '--log-level', 'warn', ...args],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until(() => child.exitCode !== null || /answers at http\S+[\s\S]*#[\w-]{43}/.test(output))
    const base = /answers at (http:\/\/[\d.:]+)/.exec(output)![1]!
    const token = /setup#([\w-]{43})/.exec(output)![1]!
    const admin = new Asker(base)
    await admin.json('POST', '/api/v1/setup', { token, email: 'chef@port.example', name: 'Chef', password })
    await admin.json('POST', '/api/v1/session', { email: 'chef@port.example', password })
    const founded = { name: 'Port', kind: 'public', join: true }
    const { id: port } = await admin.json('POST', '/api/v1/organisations', founded)
    await admin.json('PATCH', '/api/v1/session', { organisation: port })
    return {
      base,
      pid: child.pid!,
      dataDir,
      admin,
      port,
      nobody: new Asker(base),
      output: () => output,
      async party(name, role = 'analyst') {
        const made = { name, kind: 'private' }
        const { id: organisation } = await admin.json('POST', '/api/v1/organisations', made)
        const email = `${name.toLowerCase()}@other.example`
        await admin.json('POST', `/api/v1/organisations/${organisation}/invitations`, { email, role })
        const { mails } = await admin.json('GET', '/api/v1/outbox')
        const given = /#([\w-]{43})/.exec(mails.find(({ to }: { to: string }) => to === email).text)![1]
        const person = new Asker(base)
        await person.json('POST', '/api/v1/invitations/accept', { token: given, name, password })
        await person.json('POST', '/api/v1/session', { email, password })
        const { key } = await person.json('POST', '/api/v1/accounts/me/keys', {
          name: 'reading',
          scopes: ['discover', 'preview', 'query', 'export', 'stream', 'tiles'],
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        })
        return { organisation, person, key: new Asker(base, key) }
      },
      async load(id, file, query = '') {
        const begun = await admin.ask('POST', `/api/v1/datasets/${id}/versions${query}`, file, {
          'content-type': 'application/octet-stream',
        })
        const view = (await begun.json()) as { id: string; state: string; code?: string }
        if (begun.status !== 202) return { state: 'refused', error: { code: String(view.code) } }
        const path = `/api/v1/datasets/${id}/loads/${view.id}`
        const ended = ['published', 'failed', 'cancelled', 'held', 'planned']
        let last: { state: string; error?: { code: string } } = view
        await until(async () => {
          last = await admin.json('GET', path)
          return ended.includes(last.state)
        })
        return last
      },
      async stands() {
        expect([child.exitCode, child.signalCode]).toEqual([null, null])
        const health = await fetch(`${base}/health`)
        expect(health.status).toBe(200)
        await health.arrayBuffer()
        const failures = output.split('\n').filter((line) => /"level":(50|60)\b/.test(line))
        expect(failures).toEqual([])
        expect(await leftovers(dataDir)).toEqual([])
      },
      close,
    }
  } catch (error) {
    await close()
    throw new Error(`${(error as Error).message}\n${output.slice(-3_000)}`)
  }
}

/** Asks until it holds, outside of a test too; the time limit of the hook ends what never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Listens to server-sent events until it leaves. */
export async function listen(asker: Asker, path: string, headers: Record<string, string> = {}) {
  const response = await asker.get(path, { accept: 'text/event-stream', ...headers })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  const reader = response.body!.getReader()
  const heard = { text: '', ended: false, leave: () => void reader.cancel().catch(() => undefined) }
  const read = async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      heard.text += Buffer.from(value).toString('utf8')
    }
  }
  read()
    .catch(() => undefined)
    .finally(() => {
      heard.ended = true
    })
  return heard
}

/** The text of an answer, with what packs it undone. */
export async function textOf(response: Response): Promise<string> {
  const bytes = Buffer.from(await response.arrayBuffer())
  if (bytes.subarray(0, 2).toString('latin1') === 'PK')
    return Object.entries(unzipSync(bytes))
      .map(([name, content]) => `${name}\n${Buffer.from(content).toString('latin1')}`)
      .join('\n')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes).toString('latin1')
  return bytes.toString('latin1')
}

/** What was unpacked for loads that are over: a failed one keeps only the file that was sent. */
async function leftovers(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir, { recursive: true })
  return names.filter((name) => /(^|\/)loads\/[^/]+\/(unpacked|utf8|table)/.test(name))
}
