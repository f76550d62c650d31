import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAllowed, refusalOf } from './outbound-address.ts'

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '168.63.129.16',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:FFFF:10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '::127.0.0.1',
    'not an address',
  ])('%s is refused', (address) => {
    expect(refusalOf(address, 80, [])).toBeTypeOf('string')
  })

  it.each(['8.8.8.8', '203.0.113.10', '172.32.0.1', '2606:4700::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    '%s is public',
    (address) => {
      expect(refusalOf(address, 443, [])).toBeUndefined()
    },
  )

  it.each([22, 25, 6379, 8123, 5432])('port %s is refused', (port) => {
    expect(refusalOf('8.8.8.8', port, [])).toContain(`port ${port}`)
  })

  it('ranges of the operator open what they say and nothing else', () => {
    const allowed = readAllowed('10.0.0.0/8, 192.168.1.20:8080 [fd00::/8]:443,fd01::/16')
    expect(refusalOf('10.9.9.9', 6379, allowed)).toBeUndefined()
    expect(refusalOf('::ffff:10.9.9.9', 80, allowed)).toBeUndefined()
    expect(refusalOf('192.168.1.20', 8080, allowed)).toBeUndefined()
    expect(refusalOf('192.168.1.20', 80, allowed)).toBeTypeOf('string')
    expect(refusalOf('192.168.1.21', 8080, allowed)).toBeTypeOf('string')
    expect(refusalOf('fd00::1', 443, allowed)).toBeUndefined()
    expect(refusalOf('fd00::1', 80, allowed)).toBeTypeOf('string')
    expect(refusalOf('fd01::1', 80, allowed)).toBeUndefined()
    expect(refusalOf('127.0.0.1', 80, allowed)).toBeTypeOf('string')
  })

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'localhost',
    '10.0.0.1:0',
    '10.0.0.1:99999',
    '[fd00::/8',
    'fd00::/129',
    '10.0.0.0/8/8',
  ])('OUTBOUND_ALLOW=%s stops the start', (entry) => {
    expect(() => readAllowed(entry)).toThrow(/OUTBOUND_ALLOW/)
  })

  it('every spelling of an IPv4 address in IPv6 is judged as that address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        const plain = refusalOf(address, 80, []) === undefined
        for (const form of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `0:0:0:0:0:ffff:${hex}`])
          expect(refusalOf(form, 80, []) === undefined).toBe(plain)
      }),
    )
  })
})
