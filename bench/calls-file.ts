/** A CSV file of port calls, 12 columns, the same for every run: what the benchmarks of datasets load. */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

export const callsColumns = [
  ['call', 'BIGINT'],
  ['ship', 'VARCHAR'],
  ['mmsi', 'BIGINT'],
  ['category', 'VARCHAR'],
  ['terminal', 'VARCHAR'],
  ['arrival', 'TIMESTAMP'],
  ['day', 'DATE'],
  ['length_m', 'DOUBLE'],
  ['draught_m', 'DOUBLE'],
  ['is_dangerous', 'BOOLEAN'],
  ['lon', 'DOUBLE'],
  ['lat', 'DOUBLE'],
] as const

const categories = ['cargo', 'tanker', 'passenger', 'tug-pilot', 'fishing', 'pleasure', 'service', 'other']
const words = [
  'azur',
  'mistral',
  'étoile',
  'calanque',
  'phare',
  'lavande',
  'camargue',
  'provence',
  'tramontane',
  'cigale',
]
const firstMs = Date.UTC(2020, 0, 1)

/** Writes `rows` rows; answers the size in bytes. */
export async function writeCalls(path: string, rows: number): Promise<number> {
  const file = createWriteStream(path)
  let state = 7
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
  const pick = (list: readonly string[]) => list[Math.floor(next() * list.length)]!
  let bytes = 0
  let text = `${callsColumns.map(([name]) => name).join(',')}\n`
  const flush = async () => {
    const block = Buffer.from(text)
    bytes += block.length
    text = ''
    if (!file.write(block)) await once(file, 'drain')
  }
  for (let i = 0; i < rows; i++) {
    const arrival = new Date(firstMs + i * 20_000).toISOString()
    const lon = (3 + next() * 4).toFixed(5)
    const lat = (42 + next() * 1.6).toFixed(5)
    text += `${i},${pick(words)} ${pick(words)} ${Math.floor(next() * 5_000)},${200_000_000 + Math.floor(next() * 50_000)},${pick(categories)},T${Math.floor(next() * 200)},${arrival},${arrival.slice(0, 10)},${(next() * 399 + 1).toFixed(1)},${(next() * 15 + 1).toFixed(1)},${next() < 0.1},${lon},${lat}\n`
    if (text.length > 1 << 20) await flush()
  }
  await flush()
  file.end()
  await once(file, 'close')
  return bytes
}
