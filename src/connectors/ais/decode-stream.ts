import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline, type Readable, type Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Io } from '../../cli.ts'
import { invalidInput, LacydonError } from '../../errors.ts'
import type { AisCounters } from './counters.ts'
import { JsonLines } from './json-lines.ts'
import { LineChunks } from './line-chunks.ts'
import { AisReader } from './reader.ts'

/** Decodes the input that `args` name to JSON lines on `io.stdout`; resolves to the exit code. */
export async function decodeStream(args: string[], io: Io): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--rejects')
  if (unknown) throw invalidInput(`ais decode does not know the option ${unknown}.`, 'See ais decode --help.')
  const inputs = args.filter((arg) => !arg.startsWith('--'))
  if (inputs.length !== 1) {
    throw invalidInput('ais decode reads one input.', 'Write a file name, or - for standard input.')
  }
  const printRejects = args.includes('--rejects')
  const lines = new JsonLines((reason, line) => {
    if (printRejects) io.stderr.write(`${reason}\t${line}\n`)
  })
  const reader = new AisReader('decode', lines, { baseStationClock: true, keepImpossible: true })
  const output = new Output(io.stdout)
  await readAll(inputs[0]!, io, reader, lines, output)
  await output.flush()
  // Who took what it wanted (`head`) does not want the count of what came before.
  if (!output.isClosed) io.stderr.write(`${summary(reader.counters)}\n`)
  return 0
}

const nothing = new Uint8Array()

async function readAll(
  input: string,
  io: Io,
  reader: AisReader,
  lines: JsonLines,
  output: Output,
): Promise<void> {
  const chunks = new LineChunks()
  const source = input === '-' ? io.stdin : await openFile(input)
  let seq = 0
  const take = (part: Uint8Array | null): Uint8Array => {
    if (!part) return nothing
    reader.read(part, seq, Date.now())
    seq += part.length
    return lines.take()
  }
  try {
    for await (const chunk of plain(source)) {
      // One line of input makes six of output: 64 KiB at a time, so that little waits for a slow reader.
      for (let at = 0; at < chunk.length; at += 65_536) {
        await output.write(take(chunks.push(chunk.subarray(at, at + 65_536))))
        if (output.isClosed) return
      }
    }
  } catch (error) {
    if (error instanceof LacydonError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw invalidInput(`${input} cannot be read: ${code ?? message}.`)
  } finally {
    source.destroy()
  }
  await output.write(take(chunks.rest()))
  reader.end()
  await output.write(lines.take())
}

async function openFile(path: string): Promise<Readable> {
  const found = await stat(path).catch(() => null)
  if (!found) throw invalidInput(`There is no file ${path}.`, 'Write a file name, or - for standard input.')
  if (found.isDirectory()) throw invalidInput(`${path} is a folder.`, 'Write the name of a file in it.')
  return createReadStream(path, { highWaterMark: 1 << 18 })
}

/** The bytes of `source`, unpacked when they begin like gzip, whatever the file is called. */
async function* plain(source: Readable): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]()
  const bytes = async () => {
    const { value, done } = await iterator.next()
    return done ? null : Buffer.from(value)
  }
  let head = await bytes()
  while (head && head.length < 2) {
    const more = await bytes()
    if (!more) break
    head = Buffer.concat([head, more])
  }
  if (!head) return
  async function* all() {
    yield head!
    for (let next = await bytes(); next; next = await bytes()) yield next
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) yield* all()
  else {
    const gunzip = createGunzip()
    // The error reaches the reader of `gunzip`; the callback only keeps pipeline from throwing it again.
    pipeline(all(), gunzip, () => {})
    yield* gunzip as AsyncIterable<Buffer>
  }
}

/** Standard output with back-pressure; a reader that left (`head`) ends the work without an error. */
class Output {
  readonly #stream: Writable
  #failure: NodeJS.ErrnoException | null = null

  constructor(stream: Writable) {
    this.#stream = stream
    // Kept to the end of the process: an EPIPE may come after the last write and stays quiet.
    stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  get isClosed(): boolean {
    return this.#failure !== null
  }

  /** Writes `bytes` and waits while the other end is slow. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0 && !this.#failure && !this.#stream.write(bytes)) {
      await new Promise<void>((resolve) => {
        const settle = () => {
          this.#stream.off('drain', settle).off('error', settle).off('close', settle)
          resolve()
        }
        this.#stream.on('drain', settle).on('error', settle).on('close', settle)
      })
    }
    this.check()
  }

  /** Throws when the output failed for another reason than that its reader left. */
  check(): void {
    const code = this.#failure?.code ?? this.#failure?.message
    if (code !== undefined && code !== 'EPIPE') throw invalidInput(`The output cannot be written: ${code}.`)
  }

  /** Waits until all that was written has left the process. */
  async flush(): Promise<void> {
    if (!this.#failure) await new Promise<void>((resolve) => void this.#stream.write('', () => resolve()))
    this.check()
  }
}

/** The last line: what was read, and the rejects by reason. */
export function summary(counters: AisCounters): string {
  const { lines, messages, rejects, ignored } = counters
  const reasons = Object.entries(rejects).filter(([, count]) => count > 0)
  const rejected = reasons.reduce((sum, [, count]) => sum + count, 0)
  const passedOver = ignored.blank + ignored.comments + ignored.otherSentences
  const detail = reasons.map(([reason, count]) => `${reason} ${count}`).join(', ')
  return `${lines} lines, ${messages} messages, ${passedOver} other lines, ${rejected} rejected${detail ? `: ${detail}` : ''}`
}
