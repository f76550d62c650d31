import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatViewport,
  parseSort,
  parseViewport,
  readLiveAddress,
  readSearch,
  writeSearch,
} from './address.ts'

describe('the address of the live page', () => {
  it('comes back as it was written', () => {
    const address = {
      lang: 'en' as const,
      at: '2026-11-24T12:00:00.000Z',
      map: '43.3150,5.1200,10.4',
      vessel: 227006760,
      type: 'passenger,cargo',
      state: 'moored',
      name: 'été & co',
      sort: '-speed',
      track: true as const,
    }
    const text = writeSearch(address)
    expect(text).toContain('map=43.3150,5.1200,10.4')
    expect(text).toContain('at=2026-11-24T12:00:00.000Z')
    expect(readLiveAddress(readSearch(text))).toEqual(address)
  })

  it('leaves out what it does not understand', () => {
    const raw = {
      map: 'north',
      vessel: '-3',
      at: 'yesterday',
      type: 'submarine',
      state: '',
      sort: 'colour',
      lang: 'de',
    }
    expect(readLiveAddress(raw)).toEqual({})
  })

  it('has no track without a vessel', () => {
    expect(readLiveAddress({ track: '1' })).toEqual({})
  })

  it('drops a filter that lets everything through', () => {
    expect(readLiveAddress({ state: 'under-way,anchored,moored,unknown' })).toEqual({})
  })

  it('never throws, whatever the query', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean())), (raw) => {
        readLiveAddress(raw)
      }),
    )
  })
})

describe('the viewport', () => {
  it('wraps longitudes and refuses what is not on Earth', () => {
    expect(formatViewport({ lat: 43.3, lon: 365.12, zoom: 10 })).toBe('43.3000,5.1200,10.0')
    expect(parseViewport('95,5,10')).toBeUndefined()
    expect(parseViewport('43,5')).toBeUndefined()
    expect(parseViewport(undefined)).toBeUndefined()
  })
})

describe('the order of the list', () => {
  it('reads a column and its direction', () => {
    expect(parseSort('-length')).toEqual({ key: 'length', descending: true })
    expect(parseSort('length')).toEqual({ key: 'length', descending: false })
    expect(parseSort('colour')).toBeUndefined()
  })
})
