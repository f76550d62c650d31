import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { BenchTable } from './table.ts'

export const name = 'decoder'

interface Round {
  messages: number
  processorS: number
  wallS: number
}

const sample = new URL('../../shared/data/ais/aishub/nmea-sample.txt.gz', import.meta.url)
const child = fileURLToPath(new URL('./decoder-child.ts', import.meta.url))
const copies = 4

const peers: { title: string; measure: (file: string) => Round[] | null }[] = [
  { title: 'Lacydon, to structures', measure: (file) => inNode('ours', file) },
  { title: 'Lacydon, to JSON', measure: (file) => inNode('oursAsJson', file) },
  { title: 'gpsdecode (C), to JSON', measure: gpsdecode },
  { title: 'ggencoder', measure: (file) => inNode('ggencoder', file) },
  { title: 'ais-stream-decoder', measure: (file) => inNode('aisStreamDecoder', file) },
  { title: '@signalk/nmea0183-signalk', measure: (file) => inNode('signalk', file) },
]

/** Messages a second of our reader and its peers on the AISHub sample four times over, one process each. */
export async function run(): Promise<BenchTable> {
  const columns = [
    'decoder',
    'messages',
    'messages/s',
    'our structures are faster by',
    'to structures ÷ JSON alike',
  ]
  const notes = [
    `Input: the AISHub sample ${copies} times, in one run; each decoder in a process of its own, pinned to one core where taskset exists.`,
    'Best of three rounds by processor time (user and system), which other work on the machine disturbs least.',
  ]
  if (!existsSync(sample)) {
    return { title: 'AIS decoders', columns, rows: [], notes: ['Skipped: ../shared/data/ais is not here.'] }
  }
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-bench-'))
  try {
    const file = join(folder, 'sample.nmea')
    const once = gunzipSync(readFileSync(sample))
    writeFileSync(file, Buffer.concat(Array.from({ length: copies }, () => once)))
    const results = peers.map(({ title, measure }) => ({ title, best: best(measure(file)) }))
    const [structures, json] = results.map(({ best: found }) => rate(found))
    const rows = results.flatMap(({ title, best: found }) => {
      if (!found) notes.push(`${title} is not installed here: left out.`)
      if (!found) return []
      const perS = rate(found)
      return [[title, found.messages, Math.round(perS), ratio(structures!, perS), ratio(json!, perS)]]
    })
    columns[4] = 'our JSON is faster by'
    return { title: 'AIS decoders', columns, rows, notes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const rate = (round: Round | null) => (round ? round.messages / round.processorS : Number.NaN)
const ratio = (ours: number, theirs: number) => Math.round((ours / theirs) * 100) / 100

const best = (rounds: Round[] | null): Round | null =>
  rounds?.reduce((a, b) => (b.processorS < a.processorS ? b : a)) ?? null

/** The command on one core, where that can be asked for. */
function pinned(command: string, args: string[]): [string, string[]] {
  const hasTaskset = spawnSync('taskset', ['-c', '0', 'true']).status === 0
  return hasTaskset ? ['taskset', ['-c', '0', command, ...args]] : [command, args]
}

function inNode(decoder: string, file: string): Round[] | null {
  const done = spawnSync(...pinned(process.execPath, ['--import', 'tsx', child, decoder, file]), {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const line = done.stdout.split('\n').findLast((text) => text.startsWith('['))
  if (done.status === 0 && line) return JSON.parse(line)
  if (done.stderr.includes('Cannot find module')) return null
  throw new Error(`${decoder} failed: ${done.stderr.slice(-2000)}`)
}

function gpsdecode(file: string): Round[] | null {
  if (spawnSync('gpsdecode', ['-V']).error) return null
  const lines = spawnSync(...pinned('gpsdecode', ['-j']), { input: readFileSync(file), maxBuffer: 1 << 30 })
  const messages = lines.stdout
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith('{')).length
  return [1, 2, 3].map(() => {
    const input = openSync(file, 'r')
    const start = performance.now()
    const [command, args] = pinned('bash', ['-c', 'time -p gpsdecode -j > /dev/null'])
    const done = spawnSync(command, args, { stdio: [input, 'ignore', 'pipe'], encoding: 'utf8' })
    const seconds = (kind: string) => Number(new RegExp(`^${kind} (\\S+)$`, 'm').exec(done.stderr)?.[1])
    const processorS = seconds('user') + seconds('sys')
    return { messages, processorS, wallS: (performance.now() - start) / 1000 }
  })
}
