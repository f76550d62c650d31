/** Where a verification gets its lines, heads and keys from. */
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { openControl } from '../engines/control/control.ts'
import { invalidInput, notFound, unavailable } from '../errors.ts'
import { Heads } from './heads.ts'
import { JournalHead, JournalKey } from './schema.ts'
import { linesInFolder, nodesIn } from './spool-files.ts'

export interface Evidence {
  /** Of one chain each. */
  chains: { name: string; lines: AsyncIterable<string> }[]
  heads: JournalHead[]
  keys: JournalKey[]
}

const silent = { warn: () => undefined }

/** From the files of a data folder, and the control store that its instance uses. */
export async function evidenceOfFolder(
  dataDir: string,
  databaseUrl: string | undefined,
  onDamage: (message: string) => void,
): Promise<Evidence> {
  const nodes = nodesIn(dataDir)
  if (nodes.length === 0) throw notFound('journal in the folder', dataDir)
  const file = join(dataDir, 'control.sqlite')
  const chains = nodes.map((node) => ({
    name: node,
    lines: linesInFolder(dataDir, node, onDamage),
  }))
  if (!databaseUrl && !existsSync(file)) return { chains, heads: [], keys: [] }
  const control = await openControl({ ...(databaseUrl ? { url: databaseUrl } : { file }), log: silent })
  try {
    const heads = new Heads(control, () => new Date())
    return { chains, heads: await heads.list({}), keys: await heads.keys() }
  } finally {
    await control.close()
  }
}

const HeadsFile = Type.Object({ heads: Type.Array(JournalHead) })
const KeysFile = Type.Object({ keys: Type.Array(JournalKey) })

/** From an exported file, with heads and keys as their addresses answer them. */
export function evidenceOfFile(
  path: string,
  given: { heads?: string | undefined; keys?: string | undefined },
): Evidence {
  if (!existsSync(path)) throw notFound('file', path)
  const read = (file: string): unknown => {
    if (!existsSync(file)) throw notFound('file', file)
    return jsonOf(readFileSync(file, 'utf8'), file)
  }
  return {
    chains: [{ name: path, lines: createInterface({ input: createReadStream(path, 'utf8') }) }],
    heads: given.heads ? headsOf(read(given.heads), given.heads) : [],
    keys: given.keys ? keysOf(read(given.keys), given.keys) : [],
  }
}

/** From a running instance; its entries are for auditors. */
export async function evidenceOfInstance(
  url: string,
  token: string | undefined,
  fetch: typeof globalThis.fetch,
): Promise<Evidence> {
  const base = url.replace(/\/+$/, '')
  const headers = token ? { authorization: `Bearer ${token}` } : undefined
  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(`${base}${path}`, { ...(headers && { headers }) }).catch((error) => {
      throw unavailable(`${base} does not answer: ${(error as Error).message}.`)
    })
    if (response.ok) return response
    const hint =
      response.status === 401 || response.status === 403
        ? 'Entries are for auditors: give their token with --token-file.'
        : undefined
    throw unavailable(`${base}${path} answers ${response.status}.`, hint)
  }
  const [heads, keys] = await Promise.all(
    ['/api/v1/journal/heads', '/api/v1/journal/keys'].map(async (path) =>
      jsonOf(await (await ask(path)).text(), path),
    ),
  )
  const { body } = await ask('/api/v1/journal/entries')
  const input = body ? Readable.fromWeb(body as ReadableStream) : Readable.from([])
  return {
    chains: [{ name: base, lines: createInterface({ input }) }],
    heads: headsOf(heads, '/api/v1/journal/heads'),
    keys: keysOf(keys, '/api/v1/journal/keys'),
  }
}

function jsonOf(text: string, from: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidInput(`${from} is not JSON.`)
  }
}

function headsOf(given: unknown, from: string): JournalHead[] {
  if (Value.Check(HeadsFile, given)) return given.heads
  throw invalidInput(`${from} holds no heads: save what /api/v1/journal/heads answers.`)
}

function keysOf(given: unknown, from: string): JournalKey[] {
  if (Value.Check(KeysFile, given)) return given.keys
  throw invalidInput(`${from} holds no keys: save what /api/v1/journal/keys answers.`)
}
