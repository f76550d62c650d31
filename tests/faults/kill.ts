import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Started, startProduct } from '../start/started-product.ts'
import { decodedRows, difference, type RowText, storedRows } from './stored-rows.ts'
import { Traffic } from './traffic.ts'

export interface KillReport {
  kills: number
  /** Of which before the product answered. */
  killsDuringStart: number
  sentBytes: number
  /** Bytes of the spool at the end: what was fsynced, and so owed. */
  keptBytes: number
  rows: number
  /** Rows owed and not stored, stored and not owed (doubled or invented). */
  lost: RowText[]
  surplus: RowText[]
}

export interface KillOptions {
  kills: number
  seed: number
  /** Empty folder for the data. */
  folder: string
  say: (text: string) => void
}

const messagesPerBatch = 250
const batchEveryMs = 20

/**
 * Feeds the product distinct lines over TCP and kills it with SIGKILL at random moments, during the feed and during the
 * start, then compares its rows with a decode of what its spool owes. Throws when a restart finds less in the
 * spool than /metrics had called durable.
 */
export async function killRepeatedly({ kills, seed, folder, say }: KillOptions): Promise<KillReport> {
  const random = randomOf(seed)
  const port = await freePort()
  const dataDir = join(folder, 'data')
  const source = `tcp-server-127-0-0-1-${port}`
  const traffic = new Traffic(Date.now())
  const owed: Buffer[] = []
  let owedBytes = 0
  let session: Buffer[] = []
  let durableSeen = 0
  const report = { kills: 0, killsDuringStart: 0, sentBytes: 0 }
  const start = () =>
    startProduct(['--port', '0', '--data-dir', dataDir, '--ais', `tcp-server://127.0.0.1:${port}`])

  /** At a restart the spool says which bytes of the last session it kept: they are owed from then on. */
  const settle = async (address: string) => {
    const { durableSeq } = await positions(address, source)
    if (durableSeq < durableSeen) throw new Error(`${durableSeen} bytes were durable, ${durableSeq} are left`)
    const kept = Buffer.concat(session).subarray(0, durableSeq - owedBytes)
    if (owedBytes + kept.length !== durableSeq) throw new Error('The spool holds bytes that were not sent')
    owed.push(kept)
    owedBytes = durableSeq
    session = []
  }

  while (report.kills < kills) {
    const product = start()
    try {
      if (random() < 0.2) {
        await Promise.race([wait(random() * 800), product.ended])
        report.killsDuringStart += 1
      } else {
        const address = await product.address
        await settle(address)
        const socket = await sender(port)
        const feeding = feed(socket, traffic, session)
        const watching = new AbortController()
        const watched = watch(address, source, watching.signal, (seq) => {
          durableSeen = Math.max(durableSeen, seq)
        })
        await wait(20 + random() * 1_500)
        product.child.kill('SIGKILL')
        watching.abort()
        await Promise.all([watched, feeding])
        report.sentBytes += session.reduce((sum, part) => sum + part.length, 0)
      }
    } finally {
      product.child.kill('SIGKILL')
      await product.ended
    }
    report.kills += 1
    say(`kill ${report.kills}/${kills}: ${durableSeen} bytes seen durable`)
  }

  const last = start()
  try {
    const address = await last.address
    await settle(address)
    await committed(last, address, source)
    const code = await last.stop()
    if (code !== 0) throw new Error(`The last stop ended with ${code}: ${last.stderr()}`)
  } finally {
    last.child.kill('SIGKILL')
    await last.ended
  }
  const expected = decodedRows(Buffer.concat(owed))
  const stored = await storedRows(dataDir, source)
  return { ...report, keptBytes: owedBytes, rows: stored.length, ...difference(expected, stored) }
}

/** Writes until the connection breaks; `session` receives what was written. */
async function feed(socket: Socket, traffic: Traffic, session: Buffer[]): Promise<void> {
  // Not `once` of node:events, which rejects on the reset that a kill causes.
  const event = (name: 'close' | 'drain') =>
    new Promise<void>((resolve) => socket.once(name, () => resolve()))
  const broken = event('close')
  while (!socket.destroyed) {
    const batch = traffic.take(messagesPerBatch)
    session.push(batch)
    if (!socket.write(batch)) await Promise.race([event('drain'), broken])
    await Promise.race([wait(batchEveryMs), broken])
  }
}

async function watch(
  address: string,
  source: string,
  signal: AbortSignal,
  see: (durableSeq: number) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      see((await positions(address, source)).durableSeq)
    } catch {
      // Killed in the middle of an answer.
      return
    }
  }
}

/** Until every durable line is stored. */
async function committed(product: Started, address: string, source: string): Promise<void> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const { durableSeq, committedSeq } = await positions(address, source)
    if (committedSeq >= durableSeq) return
    if (Date.now() > deadline) throw new Error(`${committedSeq} of ${durableSeq} stored: ${product.stderr()}`)
    await wait(100)
  }
}

async function positions(address: string, source: string) {
  const text = await (await fetch(`${address}/metrics`)).text()
  const value = (name: string) => {
    const match = new RegExp(`^${name}\\{source="${source}"\\} (\\S+)$`, 'm').exec(text)
    if (!match) throw new Error(`/metrics has no ${name} of ${source}`)
    return Number(match[1])
  }
  return {
    durableSeq: value('lacydon_spool_durable_seq'),
    committedSeq: value('lacydon_spool_committed_seq'),
  }
}

/** The input listens shortly after the product answers. */
async function sender(port: number): Promise<Socket> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (isOpen) {
      socket.on('error', () => {})
      return socket
    }
    await wait(20)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Numbers in [0, 1) fixed by the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
