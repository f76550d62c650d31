import { expect, test } from 'vitest'
import { readNatsUrl } from './nats-settings.ts'

test('an address alone has the usual settings; credentials and stream settings are read', () => {
  expect(readNatsUrl('nats://127.0.0.1:4222')).toEqual({
    servers: ['127.0.0.1:4222'],
    user: undefined,
    password: undefined,
    isEncrypted: false,
    prefix: 'lacydon',
    replicas: 1,
    maxBytes: 1024 ** 3,
  })
  expect(readNatsUrl('tls://u:p%40ss@a:1,tls://b:2?replicas=3&max_mb=4096&prefix=port-a')).toEqual({
    servers: ['a:1', 'b:2'],
    user: 'u',
    password: 'p@ss',
    isEncrypted: true,
    prefix: 'port-a',
    replicas: 3,
    maxBytes: 4 * 1024 ** 3,
  })
})

test('anything else is refused in one sentence that keeps the password', () => {
  for (const rest of [
    '?replicas=0',
    '?replicas=9',
    '?max_mb=1',
    '?max_mb=x',
    '?prefix=a.b',
    '?other=1',
    ',http://b',
  ]) {
    const url = `nats://u:secret@a:1${rest}`
    expect(() => readNatsUrl(url)).toThrow(/^NATS_URL is “nats:\/\/…@a:1.*”: write nats:/)
    expect(() => readNatsUrl(url)).not.toThrow('secret')
  }
  for (const url of ['', 'nats', 'nats://%zz@a:1', 'nats://', 'http://a:1'])
    expect(() => readNatsUrl(url)).toThrow('NATS_URL is')
})
