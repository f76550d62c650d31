/** What an answer was made from, for the log of accesses. */
import type { FastifyRequest } from 'fastify'
import type { DatasetField } from '../schema.ts'
import type { Parameters } from './parameters.ts'

const conditions = ['where', 'refine', 'exclude', 'q'] as const
const clauses = ['select', 'columns', 'group_by', 'order_by', 'facet'] as const

/**
 * Notes the conditions asked for (only their hash is kept) and the fields used: all that are visible unless some were
 * selected, else those that any clause names. A word that only looks like a field counts as one: rather too many than
 * too few. Nothing where use is counted and not logged.
 */
export function noteUse(
  { access, principal }: Pick<FastifyRequest, 'access' | 'principal'>,
  parameters: Parameters,
  fields: readonly DatasetField[],
  isPublic: boolean,
): void {
  if (!access || (isPublic && principal.kind === 'anonymous')) return
  const asked = conditions.flatMap((name) => parameters.all(name).map((text) => `${name}=${text}`))
  access.noteFilter(asked.join('\n'))
  const said = [...asked, ...clauses.flatMap((name) => parameters.all(name))].join(' ')
  const isSelected = ['select', 'columns', 'group_by', 'facet'].some(
    (name) => parameters.all(name).length > 0,
  )
  const isAll = !isSelected || /(^|[\s,])\*|include\s*\(|exclude\s*\(/i.test(parameters.list('select') ?? '')
  access.addColumns(fields.map(({ name }) => name).filter((name) => isAll || said.includes(name)))
}

/** The same chunks of whole lines, each line told as a row before it is given. Throws what `addRows` rejects with. */
export function countingRows(
  chunks: AsyncIterator<Uint8Array>,
  addRows: ((count: number) => Promise<void> | undefined) | undefined,
): AsyncIterator<Uint8Array> {
  if (!addRows) return chunks
  return {
    async next() {
      const result = await chunks.next()
      if (!result.done) await addRows(linesIn(result.value))
      return result
    },
    return: async (value) => (await chunks.return?.(value)) ?? { done: true, value },
  }
}

/** Lines of text that ends with one. */
export function linesIn(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}
