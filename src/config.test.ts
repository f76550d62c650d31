import { describe, expect, it } from 'vitest'
import { readConfig, redact } from './config.ts'

const read = (args: string[] = [], env: Record<string, string> = {}) => readConfig(env, args, '/srv/port')

describe('readConfig', () => {
  it('starts the demo on loopback when nothing is set', () => {
    expect(read()).toMatchObject({
      port: 8787,
      host: '127.0.0.1',
      dataDir: '/srv/port/.lacydon',
      ais: [],
      demo: true,
    })
  })

  it('lets flags win over the environment, in both spellings', () => {
    expect(read(['--port', '9000', '--data-dir=data'], { PORT: '9001' })).toMatchObject({
      port: 9000,
      dataDir: '/srv/port/data',
    })
  })

  it('turns the demo off for a real source or on request', () => {
    expect(read(['--ais', 'tcp://10.0.0.5:4002', '--ais', 'udp://0.0.0.0:4003'])).toMatchObject({
      demo: false,
      ais: ['tcp://10.0.0.5:4002', 'udp://0.0.0.0:4003'],
    })
    expect(read(['--ais', 'file:my day.nmea']).ais).toEqual(['file:my day.nmea'])
    expect(read([], { AIS: 'tcp://a:1 udp://:2' }).ais).toEqual(['tcp://a:1', 'udp://:2'])
    expect(read(['--no-demo']).demo).toBe(false)
    expect(read([], { DEMO: 'no' }).demo).toBe(false)
  })

  it.each([
    [['--port', 'eighty'], 'PORT is “eighty”: write a whole number from 0 to 65535.'],
    [['--port', '70000'], 'PORT is “70000”: write a whole number from 0 to 65535.'],
    [['--demo=perhaps'], 'DEMO is “perhaps”: write yes or no.'],
    [
      ['--nats-url', 'localhost:4222'],
      'NATS_URL is “localhost:4222”: write an address that begins with nats:// or tls://.',
    ],
    [['--log-level', 'loud'], 'LOG_LEVEL is “loud”: write silent, error, warn, info or debug.'],
    [['--trusted-proxies', '10.0.0.0/64'], /TRUSTED_PROXIES is “10.0.0.0\/64”: write addresses/],
    [['--prot', '80'], /The option is “--prot”: write one of --port, --host/],
    [['--port'], /--port is “”: write port of the web server/],
  ])('refuses %j with one sentence', (args, message) => {
    expect(() => read(args)).toThrow(message)
  })

  it('never repeats a password', () => {
    expect(() => read(['--database-url', 'mysql://root:secret@db/x'])).toThrow('“mysql://…@db/x”')
    expect(redact('aisstream:?key=abc&bbox=1,2,3,4')).toBe('aisstream:?key=…&bbox=1,2,3,4')
  })
})
