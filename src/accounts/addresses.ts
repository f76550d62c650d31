/** Network addresses a key may be used from. */
import { BlockList, isIP } from 'node:net'
import { invalidInput } from '../errors.ts'

/** `10.0.0.0/8`, `2001:db8::/32` or one address, as written; throws `invalid_input` otherwise. */
export function checkCidr(text: string): string {
  listOf([text])
  return text
}

/** Whether an address lies in one of the ranges; IPv4 addresses inside IPv6 count as IPv4. */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(plain)
  return family !== 0 && listOf(ranges).check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits, ...rest] = range.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    if (
      version === 0 ||
      rest.length > 0 ||
      (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))
    )
      throw invalidInput(
        `“${range.slice(0, 60)}” is no range of addresses: write 192.0.2.0/24 or 2001:db8::/32.`,
      )
    list.addSubnet(address, bits === undefined ? most : Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
