/** Exports: all rows of an answer as a file, written as the engine finds them. */
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { Expression, From } from '../../engines/columnar/query.ts'
import { LacydonError } from '../../errors.ts'
import type { RowFormat } from '../exports/format.ts'
import { formatNamed } from '../exports/formats.ts'
import { gzipped } from '../exports/gzip.ts'
import { tileOf, touchesTile } from '../exports/mvt.ts'
import { outlet } from '../exports/outlet.ts'
import { type ExportQuestion, plannedExport } from '../exports/planned.ts'
import type { Relation } from '../odsql/relation.ts'
import type { Parameters } from './parameters.ts'
import { type Asking, askOf } from './records.ts'
import { countingRows } from './use.ts'

export type Exported = Omit<ExportQuestion, 'parameters' | 'nowMs'>

/** The file of an export as pieces. What can be refused is refused before this resolves. */
export async function openExport(
  format: string | RowFormat,
  exported: Exported,
  parameters: Parameters,
  asking: Asking,
): Promise<AsyncGenerator<Uint8Array>> {
  const found = typeof format === 'string' ? formatNamed(format) : format
  const relation = format === 'mvt' ? inTile(exported.relation, parameters) : exported.relation
  const question: ExportQuestion = {
    ...exported,
    relation,
    parameters: parameters.toString(),
    nowMs: asking.now.getTime(),
  }
  const { plan, context, describe } = plannedExport(question)
  const abort = new AbortController()
  const signal = AbortSignal.any([asking.signal, abort.signal])
  const ready = plan.prepare ? await plan.prepare(askOf({ ...asking, signal })) : plan
  const { access, columnar } = asking
  const rows = countingRows(
    columnar.stream(ready.query, { class: 'export', signal })[Symbol.asyncIterator](),
    access ? (count) => access.addRows(count) : undefined,
  )
  const stop = (iterator: AsyncIterator<Uint8Array>) =>
    signal.addEventListener('abort', () => void iterator.return?.().catch(() => undefined))
  // Nobody may ever read what was opened, and what waits to be read lets go of nothing by itself.
  stop(rows)
  try {
    const chunks = await begun(rows, signal)
    // What had to be prepared cannot be told to another thread; it is groups, and few.
    const isElsewhere = typeof format === 'string' && found.isSlow && ready === plan
    const written = isElsewhere
      ? asking.writers.write(format, question, chunks)
      : found.write({ ...describe(ready), chunks }, context)
    const packed = parameters.flag('compressed', false) ? gzipped(written) : written
    const pieces = packed[Symbol.asyncIterator]()
    stop(pieces)
    return outlet(await begun(pieces, signal), { abort: () => abort.abort() })
  } catch (error) {
    abort.abort()
    throw error
  }
}

/**
 * The same pieces, the first one known already: what fails at once fails here. What was stopped fails too: an iterator
 * that is told to return ends as if it had said everything.
 */
async function begun(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  let first: IteratorResult<Uint8Array> | undefined = await iterator.next()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const next = first ?? (await iterator.next())
        first = undefined
        if (next.done) signal.throwIfAborted()
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
    // Whatever it holds, and however it is opened: it runs nothing on this origin.
    'content-security-policy': "sandbox; default-src 'none'",
  })
}
