import { describe, expect, test } from 'vitest'
import { LacydonError } from '../../../errors.ts'
import { parseAisAddress } from './address.ts'

describe('an AIS address', () => {
  test.each([
    ['file:day.nmea', { kind: 'file', path: 'day.nmea', speed: null }],
    ['file:../shared/a b.nmea?speed=10', { kind: 'file', path: '../shared/a b.nmea', speed: 10 }],
    ['file:odd?.nmea', { kind: 'file', path: 'odd?.nmea', speed: null }],
    ['file:///var/day%201.nmea', { kind: 'file', path: '/var/day 1.nmea', speed: null }],
    ['tcp://receiver.local:10110', { kind: 'tcp', host: 'receiver.local', port: 10110 }],
    ['tcp://[fe80::1]:4001', { kind: 'tcp', host: 'fe80::1', port: 4001 }],
    ['TCP-SERVER://:10110', { kind: 'tcp-server', host: '', port: 10110, maxLinesPerS: 60_000 }],
    [
      'tcp-server://127.0.0.1:0?rate=500',
      { kind: 'tcp-server', host: '127.0.0.1', port: 0, maxLinesPerS: 500 },
    ],
    ['udp://[::]:10110', { kind: 'udp', host: '::', port: 10110, maxLinesPerS: 60_000 }],
    [
      'aisstream:?key=abc&bbox=4.2,42.8,6.4,43.7&mmsi=227006760',
      {
        kind: 'aisstream',
        url: 'wss://stream.aisstream.io/v0/stream',
        key: 'abc',
        boxes: [{ west: 4.2, south: 42.8, east: 6.4, north: 43.7 }],
        mmsis: ['227006760'],
      },
    ],
    [
      'ws://127.0.0.1:9/v0?key=abc&bbox=170,-20,-170,20',
      {
        kind: 'aisstream',
        url: 'ws://127.0.0.1:9/v0',
        key: 'abc',
        boxes: [
          { west: 170, south: -20, east: 180, north: 20 },
          { west: -180, south: -20, east: -170, north: 20 },
        ],
        mmsis: [],
      },
    ],
  ])('%s', (text, address) => {
    expect(parseAisAddress(text)).toEqual(address)
  })

  test.each([
    '',
    'day.nmea',
    'file:',
    'file:day.nmea?speed=0',
    'file:day.nmea?speed=2000',
    'file:day.nmea?sped=2',
    'tcp://:10110',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:70000',
    'tcp://user@host:1',
    'tcp://0177.0.0.1.2:80',
    'tcp://2130706433:80',
    'tcp://[not]:80',
    'tcp://ho st:80',
    'tcp-server://:10110?rate=0',
    'udp://:x',
    'http://host:80',
    'aisstream:',
    'aisstream:?bbox=1,2,3,4',
    'aisstream:?key=abc',
    'aisstream:?key=abc&bbox=1,2,3',
    'aisstream:?key=abc&bbox=1,,3,4',
    'aisstream:?key=abc&bbox=1,50,3,40',
    'aisstream:?key=abc&bbox=1,2,3,4&mmsi=12',
    'aisstream:?key=abc&key=def&bbox=1,2,3,4',
    'ws://example.org/v0?key=abc&bbox=1,2,3,4',
  ])('%s is refused with one sentence', (text) => {
    let refusal: unknown
    try {
      parseAisAddress(text)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(LacydonError)
    const { code, message } = refusal as LacydonError
    expect(code).toBe('invalid_setting')
    expect(message).toMatch(/^AIS is “.*”: write .+\.$/s)
    expect(message).not.toContain('abc')
  })
})
