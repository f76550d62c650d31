/** How far rows of a stream have been sent: the spool position reached of each source. Pure. */
import { invalidInput } from '../../errors.ts'

export type Watermark = ReadonlyMap<string, number>

const maxSources = 1_000

/** As `id:` of an event: `demo:1234,tcp-port-example-5631:99`; `-` before any source. */
export const writeWatermark = (watermark: Watermark): string =>
  [...watermark]
    .map(([source, hi]) => `${encodeURIComponent(source)}:${hi}`)
    .sort()
    .join(',') || '-'

/** Throws `invalid_input` for what no event of ours had as its id. */
export function readWatermark(text: string): Watermark {
  if (text === '-') return new Map()
  const parts = text.split(',')
  const pairs = parts.map((part): [string, number] => {
    const [, source, hi] = /^([^:]{1,300}):(\d{1,15})$/.exec(part) ?? []
    if (source === undefined) throw wrongId(text)
    try {
      return [decodeURIComponent(source), Number(hi)]
    } catch {
      throw wrongId(text)
    }
  })
  if (pairs.length > maxSources) throw wrongId(text)
  return new Map(pairs)
}

const wrongId = (text: string) =>
  invalidInput(
    `Last-Event-ID is “${text.slice(0, 60)}”: write the id of the last event received, or leave it out to begin now.`,
  )

export interface SpoolPart {
  source: string
  /** From here on… */
  lo: number
  /** …up to here, exclusive. */
  hi: number
}

/** What lies between two watermarks. A source that is behind, as after a restore, has nothing. */
export function partsBetween(from: Watermark, to: Watermark): SpoolPart[] {
  return [...to].flatMap(([source, hi]): SpoolPart[] => {
    const lo = from.get(source) ?? 0
    return hi > lo ? [{ source, lo, hi }] : []
  })
}
