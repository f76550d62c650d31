import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Started, startProduct } from '../tests/start/started-product.ts'
import { countStored, StreamReader, storedAtMs } from './feed-reader.ts'
import { type Answer, type Order, preciseNowMs, probeMmsi, viewport } from './feed-transmitter.ts'
import { processorS, quantile, residentMb } from './process-usage.ts'
import type { BenchTable } from './table.ts'

export const name = 'feed'

const fleet = 50_000
const sustainedRate = 50_000
const sustainedS = Number(process.env.BENCH_SUSTAINED_S ?? 60)
const restS = Number(process.env.BENCH_REST_S ?? 30)
/** The whole world's satellites and stations together receive about 19,000 messages a second. */
const otherRates = [1_000, 19_000]
const probesPerRate = 40
const lostAfterMs = 60_000

/** From the line that a receiver sends to the answer of a query and to the map, through the product as users run it. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-bench-'))
  const transmitter = new Transmitter()
  const args = ['--port', '0', '--data-dir', folder, '--ais', `tcp://127.0.0.1:${await transmitter.port}`]
  const rows: [string, number | string, string][] = []
  const open: Started[] = []
  const start = async (what: string) => {
    const beganAtMs = preciseNowMs()
    const product = startProduct(args)
    open.push(product)
    const address = await product.address
    await untilHealthy(address)
    const pid = product.child.pid as number
    rows.push(
      [`${what}: first 200 of /health`, (preciseNowMs() - beganAtMs) / 1000, 's'],
      [`${what}: processor time until then`, processorS(pid), 's'],
    )
    await transmitter.connected
    return { product, address, pid }
  }
  try {
    const { product, address, pid } = await start('start on an empty folder')
    rows.push(['start on an empty folder: resident', residentMb(pid), 'MB'])
    const stream = await StreamReader.open(address, viewport)
    let probe = 0
    const measure = async (rate: number, probes: number) => {
      const delays = { stored: [] as number[], told: [] as number[] }
      const pending: Promise<void>[] = []
      for (let i = 0; i < probes; i++) {
        await wait(250)
        pending.push(sendProbe(transmitter, address, stream, probe++, delays))
      }
      await Promise.all(pending)
      for (const [what, values] of [
        ['line → answer of a query', delays.stored],
        ['line → live stream', delays.told],
      ] as const) {
        const at = `${what}, at ${rate.toLocaleString('en')} messages/s`
        rows.push([`${at}: median`, quantile(values, 0.5) / 1000, 's'])
        rows.push([`${at}: 95th percentile`, quantile(values, 0.95) / 1000, 's'])
      }
    }

    const feedBeganAtMs = Date.now()
    let otherSent = 0
    for (const rate of otherRates) {
      await transmitter.send(rate, fleet)
      await wait(2_000)
      await measure(rate, probesPerRate)
      otherSent += await transmitter.send(0, 0)
      await wait(2_000)
    }

    const processorBefore = processorS(pid)
    const resident: number[] = []
    const sampler = setInterval(() => resident.push(residentMb(pid)), 1_000)
    const beganAtMs = preciseNowMs()
    await transmitter.send(sustainedRate, fleet)
    await measure(sustainedRate, Math.floor((sustainedS * 1000) / 250))
    await wait(Math.max(0, sustainedS * 1000 - (preciseNowMs() - beganAtMs)))
    const sent = await transmitter.send(0, 0)
    const sentS = (preciseNowMs() - beganAtMs) / 1000
    const expected = otherSent + sent + probe
    const stored = await untilStored(address, feedBeganAtMs - 60_000, expected)
    const storedS = (preciseNowMs() - beganAtMs) / 1000
    clearInterval(sampler)
    const third = Math.floor(resident.length / 3)
    rows.push(
      ['sustained: sent', sent / sentS, 'messages/s'],
      ['sustained: duration', sentS, 's'],
      ['sustained: stored after the end', storedS - sentS, 's'],
      ['sent in all but not stored', expected - stored, 'messages'],
      ['sustained: processor', (processorS(pid) - processorBefore) / storedS, 'cores'],
      ['resident during the first third: median', quantile(resident.slice(0, third), 0.5), 'MB'],
      ['resident during the last third: median', quantile(resident.slice(-third), 0.5), 'MB'],
      ['resident: highest', quantile(resident, 1), 'MB'],
    )
    await stream.close()
    await product.stop('SIGINT')

    const again = await start(`start on ${Math.round(stored / 1e5) / 10} million stored positions`)
    await wait(restS * 1000)
    rows.push([`at rest after ${restS} s: resident`, residentMb(again.pid), 'MB'])
    await again.product.stop('SIGINT')
  } finally {
    transmitter.stop()
    await Promise.all(open.map((product) => product.stop('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    title: 'The feed, through the started product',
    columns: ['measure', 'figure', 'unit'],
    rows,
    notes: [
      `Type 1 reports of ${fleet.toLocaleString('en')} vessels, all distinct, sent over TCP on loopback by another process of the same machine; spooled and fsynced, decoded, judged, stored in DuckDB.`,
      'Latency is that of vessels never heard before: from the moment their only line is written to the socket until a query finds the stored position (asked every 50 ms), and until the live stream of a viewport with about 450 vessels tells it (one frame a second by design).',
      'The transmitter and this program share the two cores with the product.',
    ],
  }
}

/** The child process that plays the receiver. */
class Transmitter {
  readonly port: Promise<number>
  readonly connected: Promise<void>
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'feed-transmitter.ts'), { execArgv: ['--import', 'tsx'] })
    this.port = this.#answer('port').then(({ port }) => port)
    this.connected = this.#answer('connected').then(() => {})
  }

  /** Sets rate and fleet; resolves to the lines sent since the last order. */
  async send(rate: number, vessels: number): Promise<number> {
    const answer = this.#answer('sent')
    this.#child.send({ rate, vessels } satisfies Order)
    return (await answer).sent
  }

  /** Sends one report of a new vessel; resolves to the moment it was written. */
  async probe(number: number): Promise<number> {
    const answer = this.#answer('probed', number)
    this.#child.send({ probe: number } satisfies Order)
    return (await answer).atMs
  }

  stop(): void {
    this.#child.kill()
  }

  #answer<K extends string>(key: K, value?: unknown): Promise<Extract<Answer, Record<K, unknown>>> {
    return new Promise((resolve) => {
      const listen = (answer: Answer) => {
        if (!(key in answer)) return
        if (value !== undefined && Reflect.get(answer, key) !== value) return
        this.#child.off('message', listen)
        resolve(answer as Extract<Answer, Record<K, unknown>>)
      }
      this.#child.on('message', listen)
    })
  }
}

async function sendProbe(
  transmitter: Transmitter,
  address: string,
  stream: StreamReader,
  number: number,
  delays: { stored: number[]; told: number[] },
): Promise<void> {
  const mmsi = probeMmsi(number)
  const atMs = await transmitter.probe(number)
  const stored = await storedAtMs(address, mmsi, atMs, lostAfterMs)
  if (stored !== undefined) delays.stored.push(stored - atMs)
  else delays.stored.push(Number.POSITIVE_INFINITY)
  while (stream.seenAtMs(mmsi) === undefined && preciseNowMs() - atMs < lostAfterMs) await wait(50)
  delays.told.push((stream.seenAtMs(mmsi) ?? Number.POSITIVE_INFINITY) - atMs)
}

/** Waits for the first 200 of /health, at most a minute. */
async function untilHealthy(address: string): Promise<void> {
  const beganAtMs = preciseNowMs()
  for (;;) {
    const response = await fetch(`${address}/health`)
    const body = await response.text()
    if (response.status === 200) return
    if (preciseNowMs() - beganAtMs > 60_000) throw new Error(`/health answers ${response.status}: ${body}`)
    await wait(100)
  }
}

/** Waits until `expected` positions are stored, or until their number stands still for 10 s. */
async function untilStored(address: string, fromMs: number, expected: number): Promise<number> {
  let last = -1
  let stillSinceMs = preciseNowMs()
  for (;;) {
    const stored = await countStored(address, fromMs, Date.now() + 60_000)
    if (stored >= expected) return stored
    if (stored !== last) stillSinceMs = preciseNowMs()
    if (preciseNowMs() - stillSinceMs > 10_000) return stored
    last = stored
    await wait(200)
  }
}
