import { isIP, isIPv6 } from 'node:net'
import { fileURLToPath } from 'node:url'
import { redact } from '../../../config.ts'
import { invalidSetting } from '../../../errors.ts'

export interface FileAddress {
  kind: 'file'
  path: string
  /** Replay so many times faster than the TAG times say, 1–1,000; null = as fast as the spool takes it. */
  speed: number | null
}

export interface TcpAddress {
  kind: 'tcp'
  host: string
  port: number
}

export interface ServerAddress {
  kind: 'tcp-server' | 'udp'
  /** Interface to listen on; empty = all of them. */
  host: string
  /** 0 = chosen by the system. */
  port: number
  /** Lines a second one sender may send on average: TCP is slowed down, UDP refused. */
  maxLinesPerS: number
}

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

export interface AisStreamAddress {
  kind: 'aisstream'
  url: string
  /** Secret: never shown nor logged. */
  key: string
  /** Two when the asked box crosses the antimeridian. */
  boxes: Box[]
  /** Only these ships, at most 50; empty = all. */
  mmsis: string[]
}

export type AisAddress = FileAddress | TcpAddress | ServerAddress | AisStreamAddress

const forms =
  'file:PATH, file:PATH?speed=10, tcp://HOST:PORT, tcp-server://[HOST]:PORT, udp://[HOST]:PORT or aisstream:?key=KEY&bbox=WEST,SOUTH,EAST,NORTH'

/** Three times what the whole world transmits: no honest sender comes near. */
const defaultMaxLinesPerS = 60_000

/**
 * Reads one `AIS` setting, such as `tcp://192.168.1.20:10110` or `file:day.nmea?speed=10`.
 * Throws `invalidSetting` with one sentence that says what to write; keys are blotted out of it.
 */
export function parseAisAddress(text: string): AisAddress {
  const address = text.trim()
  const fail = (expected: string): never => {
    throw invalidSetting('AIS', redact(address), expected)
  }
  const [, scheme = '', rest = ''] = /^([a-z-]+):(.*)$/is.exec(address) ?? []
  switch (scheme.toLowerCase()) {
    case 'file':
      return fileAddress(rest, fail)
    case 'tcp': {
      const { host, port } = hostAndPort(rest, fail, 'tcp://HOST:PORT, such as tcp://192.168.1.20:10110')
      if (host === '') fail('the host of the receiver too, such as tcp://192.168.1.20:10110')
      if (port === 0) fail('a port from 1 to 65535')
      return { kind: 'tcp', host, port }
    }
    case 'tcp-server':
    case 'udp':
      return serverAddress(scheme.toLowerCase() as 'tcp-server' | 'udp', rest, fail)
    case 'aisstream':
    case 'wss':
    case 'ws':
      return aisStreamAddress(address, scheme.toLowerCase(), rest, fail)
    default:
      return fail(`one of ${forms}`)
  }
}

type Fail = (expected: string) => never

function fileAddress(rest: string, fail: Fail): FileAddress {
  // A `?` may belong to the file's name: only name=value pairs at the end are options.
  const [, path = '', query = ''] = /^(.*?)(?:\?(\w+=[^?]*))?$/s.exec(rest) ?? []
  const options = readOptions(query, ['speed'], fail)
  const speed = options.get('speed')
  if (path === '') fail('the path after file:, such as file:day.nmea')
  return {
    kind: 'file',
    path: path.startsWith('//') ? fromFileUrl(`file:${path}`, fail) : path,
    speed:
      speed === undefined
        ? null
        : number(speed, 1, 1000, fail, 'a speed from 1 to 1000, such as file:day.nmea?speed=10'),
  }
}

function fromFileUrl(url: string, fail: Fail): string {
  try {
    return fileURLToPath(url)
  } catch {
    return fail('file:PATH or file:///ABSOLUTE/PATH')
  }
}

function serverAddress(kind: 'tcp-server' | 'udp', rest: string, fail: Fail): ServerAddress {
  const { host, port, query } = hostAndPort(
    rest,
    fail,
    `${kind}://:PORT or ${kind}://HOST:PORT, such as ${kind}://:10110`,
  )
  const rate = readOptions(query, ['rate'], fail).get('rate')
  return {
    kind,
    host,
    port,
    maxLinesPerS:
      rate === undefined
        ? defaultMaxLinesPerS
        : number(rate, 1, 1_000_000, fail, 'a rate from 1 to 1000000 lines a second'),
  }
}

function aisStreamAddress(address: string, scheme: string, rest: string, fail: Fail): AisStreamAddress {
  const example = 'aisstream:?key=KEY&bbox=WEST,SOUTH,EAST,NORTH, such as bbox=4.2,42.8,6.4,43.7'
  const query = rest.slice(rest.indexOf('?') + 1)
  if (!rest.includes('?')) fail(example)
  const options = readOptions(query, ['key', 'bbox', 'mmsi'], fail)
  const key = options.get('key') ?? ''
  if (key === '') fail(`the key of your aisstream.io account: ${example}`)
  const bbox = (options.get('bbox') ?? '')
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = bbox
  const isBox =
    bbox.length === 4 &&
    Math.abs(west) <= 180 &&
    Math.abs(east) <= 180 &&
    south >= -90 &&
    north <= 90 &&
    south < north
  if (!isBox || west === east) fail(`the box of your waters in degrees: ${example}`)
  const mmsis = options.get('mmsi')?.split(',') ?? []
  if (mmsis.length > 50 || mmsis.some((mmsi) => !/^\d{9}$/.test(mmsi)))
    fail('at most 50 MMSI of nine digits after mmsi=')
  return {
    kind: 'aisstream',
    url: scheme === 'aisstream' ? 'wss://stream.aisstream.io/v0/stream' : streamUrl(address, scheme, fail),
    key,
    boxes:
      west < east
        ? [{ west, south, east, north }]
        : [
            { west, south, east: 180, north },
            { west: -180, south, east, north },
          ],
    mmsis,
  }
}

function streamUrl(address: string, scheme: string, fail: Fail): string {
  if (!URL.canParse(address)) fail('wss://HOST/PATH?key=KEY&bbox=WEST,SOUTH,EAST,NORTH')
  const url = new URL(address)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (scheme === 'ws' && !isLoopback) fail('wss:// instead of ws://, which would show the key to the network')
  if (url.username !== '') fail('no user name in the address')
  url.search = ''
  url.hash = ''
  return url.href
}

function hostAndPort(
  rest: string,
  fail: Fail,
  expected: string,
): { host: string; port: number; query: string } {
  const [, bracketed, plain = '', portText = '', query = ''] =
    /^\/\/(?:\[([^\]]*)\]|([^:/?#[\]@]*)):(\d{1,5})(?:\?(.*))?$/s.exec(rest) ?? fail(expected)
  const host = bracketed ?? plain
  const port = Number(portText)
  if (port > 65_535) fail('a port from 1 to 65535')
  if (bracketed !== undefined && !isIPv6(bracketed))
    fail(`an IPv6 address between the brackets, or ${expected}`)
  // Digits and dots that are no address would be looked up as a name, or read as octal.
  if (/^[\d.]+$/.test(host) && isIP(host) !== 4)
    fail('an IPv4 address of four numbers from 0 to 255, or a host name')
  if (!bracketed && !/^[\w.-]*$/.test(host)) fail(expected)
  return { host, port, query }
}

function readOptions(query: string, known: string[], fail: Fail): Map<string, string> {
  const options = new Map<string, string>()
  if (query === '') return options
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name) || options.has(name))
      fail(`after “?” only ${known.map((k) => `${k}=`).join(', ')}, once each`)
    options.set(name, value)
  }
  return options
}

function number(text: string, min: number, max: number, fail: Fail, expected: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : fail(expected)
}
