import { invalidInput } from '../../../errors.ts'
import type { Query } from '../query.ts'

const maxDepth = 64
const maxNodes = 5_000
const maxListValues = 10_000
/** Emitted text beyond this means nested choices that multiply. */
export const maxSqlLength = 1_000_000

/** Throws `invalid_input` for a query too deep or too large to be compiled safely. */
export function checkSize(query: Query): void {
  let nodes = 0
  const visit = (node: unknown, depth: number): void => {
    if (depth > maxDepth * 3) throw invalidInput('The query is nested too deeply.')
    if (typeof node !== 'object' || node === null) return
    const isValues = Array.isArray(node) && node.length > 0 && typeof node[0] !== 'object'
    if (isValues) {
      if (node.length > maxListValues)
        throw invalidInput(`A list in the query has more than ${maxListValues} values.`)
      return
    }
    if (++nodes > maxNodes) throw invalidInput('The query has too many parts.')
    for (const child of Object.values(node)) visit(child, depth + 1)
  }
  visit(query, 0)
}
