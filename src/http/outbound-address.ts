/** Which addresses may be reached from here. Pure. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { invalidSetting } from '../errors.ts'

/** A range of addresses that the operator opens, for all ports or one. */
export interface AllowedRange {
  list: BlockList
  port: number | null
}

/**
 * Not for the public internet (IANA special-purpose address registries), and the metadata service of a cloud whose
 * address is public. Documentation ranges are left out: nothing answers there.
 */
const refusedV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const refusedV6 = [
  // The unspecified address, loopback, and IPv4 in the deprecated compatible form.
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2002::/16',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

const refused = new BlockList()
for (const range of refusedV4) addRange(refused, range)
for (const range of refusedV6) addRange(refused, range)

/** Services that speak no HTTP, or that nobody offers to strangers on purpose. */
const refusedPorts = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720,
  1723, 2049, 2375, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5984, 6000, 6379, 6566, 6665, 6666,
  6667, 6668, 6669, 6679, 6697, 8123, 9042, 9200, 10080, 10250, 11211, 27017,
])

function addRange(list: BlockList, range: string): void {
  const [address, bits] = range.split('/') as [string, string]
  list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6')
}

/**
 * Reads `OUTBOUND_ALLOW`: `10.0.0.0/8`, `192.168.1.20:8080`, `10.1.0.0/16:443`, `fd00::/8`, `[fd00::/8]:443`, separated by
 * commas or spaces. Throws `invalid_setting`.
 */
export function readAllowed(text: string): AllowedRange[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => {
      const match = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry) ?? /^([\d./]+)(?::(\d{1,5}))?$/.exec(entry)
      const [address, bits, ...more] = (match?.[1] ?? entry).split('/')
      const version = isIP(address!)
      const widest = version === 4 ? 32 : 128
      const length = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
      const port = match?.[2] === undefined ? null : Number(match[2])
      const isRange = version !== 0 && length <= widest && more.length === 0
      if (!isRange || (port !== null && (port < 1 || port > 65_535)))
        throw invalidSetting(
          'OUTBOUND_ALLOW',
          entry,
          'ranges such as 10.0.0.0/8, 192.168.1.20:8080 or [fd00::/8]:443, separated by commas',
        )
      const list = new BlockList()
      list.addSubnet(address!, length, version === 4 ? 'ipv4' : 'ipv6')
      return { list, port }
    })
}

/** The IPv4 address inside a mapped or NAT64 one; otherwise the address itself. */
function plainAddress(address: string): string {
  if (!isIPv6(address)) return address
  const words = wordsOf(address)
  const high = words.slice(0, 6).join(':')
  if (high !== '0:0:0:0:0:ffff' && high !== '64:ff9b:0:0:0:0') return address
  const [a, b] = words.slice(6).map((word) => Number.parseInt(word, 16)) as [number, number]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}

/** The eight groups of an IPv6 address, hexadecimal without leading zeros. */
function wordsOf(address: string): string[] {
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const hex = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16)
  const text = tail ? `${tail[1]}${hex(tail[2]!, tail[3]!)}:${hex(tail[4]!, tail[5]!)}` : address
  const [before = '', after] = text.split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array<string>(zeros).fill('0'), ...right].map((word) =>
    Number.parseInt(word, 16).toString(16),
  )
}

/** Whether the operator opens this address and port. */
export function isAllowed(address: string, port: number, allowed: readonly AllowedRange[]): boolean {
  const plain = plainAddress(address)
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
  return allowed.some((range) => (range.port ?? port) === port && range.list.check(plain, family))
}

/** Why this address and port may not be reached; undefined when they may. */
export function refusalOf(
  address: string,
  port: number,
  allowed: readonly AllowedRange[],
): string | undefined {
  // With a zone (fe80::1%eth0) it is an address of one network card here.
  if (isIP(address) === 0 || address.includes('%')) return `“${address.slice(0, 60)}” is no public address`
  if (isAllowed(address, port, allowed)) return undefined
  const plain = plainAddress(address)
  if (refused.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6'))
    return `${address} belongs to a private or reserved network`
  if (refusedPorts.has(port)) return `port ${port} is not one of the web`
  return undefined
}
