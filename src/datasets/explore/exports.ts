/** Exports: all rows of an answer as a file, written as the engine finds them. */
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { Expression, From } from '../../engines/columnar/query.ts'
import { LacydonError, notFound } from '../../errors.ts'
import type { ExportContext, RowFormat } from '../exports/format.ts'
import { rowFormats } from '../exports/formats.ts'
import { gzipped } from '../exports/gzip.ts'
import { tileOf, touchesTile } from '../exports/mvt.ts'
import { outlet } from '../exports/outlet.ts'
import { projectTo } from '../exports/projection.ts'
import { distinctNames, type RowStream } from '../exports/rows.ts'
import { planQuery } from '../odsql/compile.ts'
import type { Plan } from '../odsql/plan.ts'
import { parseQuery, type QueryText } from '../odsql/query-text.ts'
import type { Relation } from '../odsql/relation.ts'
import type { DatasetField } from '../schema.ts'
import { wordsIn } from './dataset-body.ts'
import { exportLimit, type Parameters } from './parameters.ts'
import { type Asking, askOf } from './records.ts'

export interface Exported {
  /** What the file is called, without extension. */
  name: string
  title: string
  /** Address of what is exported. */
  address: string
  relation: Relation
  text: QueryText
  offset?: number | undefined
}

/** The format of a name. Throws 404. */
export function formatNamed(name: string): RowFormat {
  const format = Object.hasOwn(rowFormats, name) ? rowFormats[name] : undefined
  if (!format) throw notFound('format', name)
  return format
}

/** The file of an export as pieces. What can be refused is refused before this resolves. */
export async function openExport(
  format: RowFormat,
  { name, title, address, relation, text, offset }: Exported,
  parameters: Parameters,
  asking: Asking,
): Promise<AsyncGenerator<Uint8Array>> {
  const parsed = parseQuery(text)
  const epsg = parameters.whole('epsg', 1, 999_999) ?? 4326
  const context: ExportContext = {
    parameters,
    datasetId: name,
    title,
    address,
    epsg,
    project: projectTo(epsg),
    now: asking.now,
  }
  const limited = { ...parsed, limit: exportLimit(parameters), ...(offset && { offset }) }
  const secured = format === rowFormats.mvt ? inTile(relation, parameters) : relation
  const order = offset ? 'total' : 'physical'
  const plan = planQuery(limited, secured, { now: asking.now, order })
  const abort = new AbortController()
  const signal = AbortSignal.any([asking.signal, abort.signal])
  const ready = plan.prepare ? await plan.prepare(askOf({ ...asking, signal })) : plan
  const rows = asking.columnar.stream(ready.query, { class: 'export', signal })[Symbol.asyncIterator]()
  const stop = (iterator: AsyncIterator<Uint8Array>) =>
    signal.addEventListener('abort', () => void iterator.return?.().catch(() => undefined))
  // Nobody may ever read what was opened, and what waits to be read lets go of nothing by itself.
  stop(rows)
  try {
    const stream: RowStream = {
      ...described(ready, relation.fields, parameters, parsed.lang),
      chunks: await begun(rows),
    }
    const written = format.write(stream, context)
    const packed = parameters.flag('compressed', false) ? gzipped(written) : written
    const pieces = packed[Symbol.asyncIterator]()
    stop(pieces)
    return outlet(await begun(pieces), { abort: () => abort.abort() })
  } catch (error) {
    abort.abort()
    throw error
  }
}

/** What the columns are called, and where the engine's rows have their cells. */
function described(
  { columns, query }: Plan,
  fields: readonly DatasetField[],
  parameters: Parameters,
  lang: string,
): Omit<RowStream, 'chunks'> {
  const useLabels = parameters.flag('use_labels', false)
  const labels = new Map(fields.map(({ name, label }) => [name, wordsIn(label, lang)]))
  const names = columns.map(({ label }) => (useLabels && labels.get(label)) || label)
  return { columns, names: distinctNames(names), cells: (query.select ?? []).map(({ as }) => as) }
}

/** The same pieces, the first one known already: what fails at once fails here. */
async function begun(iterator: AsyncIterator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  let first: IteratorResult<Uint8Array> | undefined = await iterator.next()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const next = first ?? (await iterator.next())
        first = undefined
        // What comes from another thread may come without end: others get their turn between two pieces.
        await nextTurn()
        return next
      },
      return: async (value) => (await iterator.return?.(value)) ?? { done: true, value },
    }),
  }
}

function inTile(relation: Relation, parameters: Parameters): Relation {
  const asked = parameters.text('geo')
  const field = relation.fields.find(
    ({ name, type }) =>
      (type === 'geo_point_2d' || type === 'geo_shape') && (asked === undefined || name === asked),
  )
  const address = tileOf(parameters)
  if (!field)
    throw new LacydonError(
      'InvalidRESTParameterError',
      400,
      'This format needs a field of points or shapes, and the dataset has none of that name.',
    )
  return { ...relation, from: filtered(relation.from, touchesTile(field, address)) }
}

const filtered = (from: From, where: Expression): From => ({ kind: 'query', query: { from, where } })

/** Sends a file. A failure after its first byte cuts the connection: half a file never looks whole. */
export function sendFile(
  reply: FastifyReply,
  pieces: AsyncIterable<Uint8Array>,
  { contentType, fileName }: { contentType: string; fileName: string },
): FastifyReply {
  return fileHeaders(reply, contentType, fileName).send(Readable.from(pieces, { objectMode: false }))
}

export function fileHeaders(reply: FastifyReply, contentType: string, fileName: string): FastifyReply {
  return reply.type(contentType).headers({
    'content-disposition': `attachment; filename="${fileName}"`,
    'x-content-type-options': 'nosniff',
  })
}
