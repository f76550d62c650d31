import type { OtherMessage } from './message.ts'
import { latitude, longitude } from './scales.ts'
import type { SixBits } from './sixbit.ts'

/** All types that are neither positions nor static data. */
export function decodeOther(bits: SixBits, type: number, repeat: number, mmsi: number): OtherMessage {
  const message: OtherMessage = {
    group: 'other',
    type,
    repeat,
    mmsi,
    lon: null,
    lat: null,
    dac: null,
    fid: null,
    fields: {},
  }
  if (type === 4 || type === 11) {
    message.lon = longitude(bits, 79)
    message.lat = latitude(bits, 107)
  }
  return message
}
