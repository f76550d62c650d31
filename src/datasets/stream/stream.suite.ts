/** Streams to listen to, and who listens. */
import type { Row } from '../../engines/columnar/columnar.ts'
import { anonymous } from '../../http/principal.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import type { RowStreams, StreamRequest } from './row-streams.ts'

const field = (name: string, type: DatasetField['type']): DatasetField => ({
  name,
  type,
  label: { fr: name, en: name },
})
const dataset = (id: string, of: Partial<DatasetDefinition>): DatasetDefinition => ({
  id,
  kind: 'stream',
  title: { fr: id, en: id },
  description: { fr: '', en: '' },
  simulated: false,
  fields: [],
  sortBy: [],
  ...of,
})
export const fixes = dataset('fixes', {
  simulated: true,
  fields: [
    field('at', 'timestamp'),
    field('mmsi', 'integer'),
    field('speedKn', 'double'),
    field('name', 'text'),
  ],
  eventTime: 'at',
  receiveTime: 'at',
  sortBy: ['mmsi', 'at'],
})
export const notes = dataset('notes', {
  fields: [field('at', 'timestamp'), field('text', 'text')],
  eventTime: 'at',
  receiveTime: 'at',
})
export const quays = dataset('quays', { kind: 'snapshot', fields: [field('name', 'text')] })
export const definitions = [fixes, notes, quays]

export const fix = (mmsi: number, second: number, speedKn = second, name = `V${mmsi}`): Row => ({
  mmsi,
  at: new Date(Date.UTC(2026, 2, 1, 8, 0, second)).toISOString(),
  speedKn,
  name,
})

/** A reader that keeps what it is told. */
export class Listener {
  readonly #streams: RowStreams
  text = ''
  dropped = 0
  waiting = 0
  leave = () => {}
  constructor(streams: RowStreams) {
    this.#streams = streams
  }

  async join(request: Partial<StreamRequest> = {}) {
    const wanted = {
      id: 'fixes',
      select: undefined,
      where: [],
      timezone: undefined,
      lang: undefined,
      intervalMs: 1_000,
      lastEventId: undefined,
    }
    this.leave = await this.#streams.join(
      { ...wanted, ...request },
      { credential: null, principal: anonymous },
      () => ({
        write: (text) => {
          this.text += text
          return this.waiting
        },
        drop: () => {
          this.dropped++
        },
      }),
    )
    return this
  }
  get events() {
    return this.text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const of = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
        return { id: of('id'), event: of('event'), data: JSON.parse(of('data')!) }
      })
  }
  get rows(): Record<string, unknown>[][] {
    return this.events.flatMap(({ event, data }) => (event === 'rows' ? [data.rows] : []))
  }
  get lastId() {
    return this.events.findLast(({ id }) => id)?.id
  }
}
