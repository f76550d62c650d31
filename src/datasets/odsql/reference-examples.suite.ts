/** The examples of the official reference, read where it lies. They are never copied: cases name them by their place. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const path = resolve(import.meta.dirname, '../../../../shared/spec/odsql-reference.md')

export const referenceMissing = existsSync(path) ? undefined : 'the ODSQL reference is not in ../shared/spec'

export interface Example {
  /** `block.index`, both from 0. */
  place: string
  text: string
}

export function readExamples(): Example[] {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/```sql\n(.*?)```/gs)]
  return blocks.flatMap(([, block], i) => examplesOf(block!).map((text, j) => ({ place: `${i}.${j}`, text })))
}

/** One example a line, without its comment; a line that leaves a parenthesis open goes on in the next. */
function examplesOf(block: string): string[] {
  const examples: string[] = []
  let isInComment = false
  let open = ''
  for (const line of block.split('\n')) {
    if (line.trim() === '') {
      isInComment = false
      continue
    }
    const [code, comment] = cutComment(line)
    // A comment that leaves a quote open goes on in the next line.
    if (isInComment && open === '') {
      isInComment = hasOpenQuote(line) === false
      continue
    }
    isInComment = comment !== undefined && hasOpenQuote(comment)
    if (code.trim() === '') continue
    open = open === '' ? code : `${open} ${code.trim()}`
    if (count(open, '(') > count(open, ')')) continue
    examples.push(open.trim())
    open = ''
  }
  return examples
}

const count = (text: string, character: string) => text.split(character).length - 1
const hasOpenQuote = (text: string) => count(text, "'") % 2 === 1 || count(text, '"') % 2 === 1

function cutComment(line: string): [code: string, comment: string | undefined] {
  const at = /(^|\s)--\s/.exec(line)
  return at ? [line.slice(0, at.index), line.slice(at.index + at[0].length)] : [line, undefined]
}
