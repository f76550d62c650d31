import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { JsonLines } from '../src/connectors/ais/json-lines.ts'
import { AisReader } from '../src/connectors/ais/reader.ts'

/** One decoder, in a process of its own: `decoder-child.ts <name> <file of lines>`; prints one line of JSON. */

type Decode = (input: Buffer) => Promise<number> | number

/** Loosely typed peers: they are measured, not used. */
const require = createRequire(new URL('./package.json', import.meta.url))
const linesOf = (input: Buffer) => input.toString('latin1').split('\n')

function ours(input: Buffer): number {
  let messages = 0
  let sum = 0
  const reader = new AisReader('bench', {
    message(message, heard) {
      if (message.group !== 'static' || message.type !== 19) messages++
      // What a consumer looks at, so that nothing can be left out.
      sum += message.mmsi + heard.atMs
    },
    reject() {},
  })
  reader.read(input, 0, 1_700_000_000_000)
  reader.end()
  return sum > 0 ? messages : 0
}

function oursAsJson(input: Buffer): number {
  const lines = new JsonLines()
  const reader = new AisReader('bench', lines)
  for (let at = 0; at < input.length; ) {
    const end = input.indexOf(10, Math.min(at + 65_536, input.length - 1)) + 1 || input.length
    reader.read(input.subarray(at, end), at, 1_700_000_000_000)
    lines.take()
    at = end
  }
  return reader.counters.messages
}

function aisStreamDecoder(input: Buffer): Promise<number> {
  const { default: AisDecoder } = require('ais-stream-decoder')
  const decoder = new AisDecoder({ silent: true })
  let messages = 0
  decoder.on('error', () => {})
  decoder.on('data', () => messages++)
  return new Promise((resolve) => {
    decoder.on('end', () => resolve(messages))
    for (const line of linesOf(input)) decoder.write(line)
    decoder.end()
  })
}

function ggencoder(input: Buffer): number {
  const { AisDecode } = require('ggencoder')
  const session = {}
  let messages = 0
  for (const line of linesOf(input)) if (new AisDecode(line, session).valid === true) messages++
  return messages
}

function signalk(input: Buffer): number {
  const Parser = require('@signalk/nmea0183-signalk')
  const parser = new Parser()
  let messages = 0
  for (const line of linesOf(input)) {
    try {
      if (parser.parse(line)) messages++
    } catch {
      // It throws on what it does not know.
    }
  }
  return messages
}

const decoders: Record<string, Decode> = { ours, oursAsJson, aisStreamDecoder, ggencoder, signalk }

const [name = '', file = ''] = process.argv.slice(2)
const decode = decoders[name]!
const input = readFileSync(file)
const rounds: { messages: number; processorS: number; wallS: number }[] = []
for (let round = 0; round < 3; round++) {
  const before = process.cpuUsage()
  const start = performance.now()
  const messages = await decode(input)
  const wallS = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  rounds.push({ messages, processorS: (user + system) / 1e6, wallS })
}
process.stdout.write(`${JSON.stringify(rounds)}\n`)
