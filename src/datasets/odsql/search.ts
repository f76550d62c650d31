/** Full text: words as letters and digits, without case or accents. */
import { and, call, column, type Expression, or, type Query, value } from '../../engines/columnar/query.ts'
import { limits } from './limits.ts'
import { Malformed, type Span } from './malformed.ts'
import type { WordIndex } from './relation.ts'
import type { Value } from './value.ts'

/** A text of a row to look into; the name of its field where it is one. */
export interface SearchedText {
  of: (Value & { kind: 'scalar' }) | (Value & { kind: 'list' })
  field?: string
}

/** How a word of the search meets a word of the row. */
type Match = 'whole' | 'prefix' | { edits: number }

/** Throws Malformed for more words than a search may have. */
export function wordsOf(text: string, at: Span): string[] {
  const words = text
    .normalize('NFC')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '')
  if (words.length > limits.searchWords)
    throw new Malformed(`a search has more than ${limits.searchWords} words.`, at)
  return words
}

/** Where to look: without an index, texts are cut into words row by row. */
export interface Searched {
  texts: readonly SearchedText[]
  index?: WordIndex
}

/** Every word is a whole word of one of the texts. No word matches nothing. */
export const hasWords = (searched: Searched, words: readonly string[]): Expression =>
  every(searched, words, () => 'whole')

/** As `hasWords`, the last word being the beginning of one. */
export const hasPrefix = (searched: Searched, words: readonly string[]): Expression =>
  every(searched, words, (i) => (i === words.length - 1 ? 'prefix' : 'whole'))

/** The last word is the beginning of one, the others may be misspelt: 2 edits above 5 letters, 1 above 2. */
export const isNear = (searched: Searched, words: readonly string[]): Expression =>
  every(searched, words, (i) => {
    if (i === words.length - 1) return 'prefix'
    const length = [...words[i]!].length
    return { edits: length > 5 ? 2 : length > 2 ? 1 : 0 }
  })

export const startsWith = ({ texts }: Searched, text: string): Expression =>
  or(...texts.map(({ of }) => inText(of, (one) => call('starts-with', one, value(text)))))

function every(searched: Searched, words: readonly string[], match: (index: number) => Match): Expression {
  if (words.length === 0) return or()
  // Misspelt words are dear to find: last, on the rows that have the others.
  const order = words
    .map((_, i) => i)
    .sort((a, b) => Number(typeof match(a) === 'object') - Number(typeof match(b) === 'object'))
  return and(...order.map((i) => wordIsIn(searched, words[i]!, match(i))))
}

function wordIsIn({ texts, index }: Searched, word: string, match: Match): Expression {
  const fields = texts.flatMap(({ field }) => field ?? [])
  if (!index || fields.length < texts.length || fields.length === 0)
    return or(...texts.map(({ of }) => textHas(of, word, match)))
  const token = column('token')
  const isToken: Expression =
    typeof match === 'object'
      ? { kind: 'in-query', of: token, query: nearTokens(index, word, match.edits) }
      : call(match === 'whole' ? '=' : 'starts-with', token, folded(word))
  const inFields: Expression = { kind: 'in', of: column('field'), values: fields }
  return {
    kind: 'in-query',
    of: column(index.row),
    query: {
      from: index.tokens,
      where: and(inFields, isToken),
      select: [{ as: 'row', value: column('row') }],
    },
  }
}

const nearTokens = ({ vocabulary }: WordIndex, word: string, edits: number): Query => ({
  from: vocabulary,
  where: call('<=', call('edit-distance', column('token'), folded(word)), value(edits)),
  select: [{ as: 'token', value: column('token') }],
})

/** A condition on the text, or on one of the texts of a list. */
function inText(of: SearchedText['of'], condition: (text: Expression) => Expression): Expression {
  if (of.kind === 'scalar') return condition(of.expression)
  return { kind: 'any', list: of.list, as: '__text', where: condition(column('__text')) }
}

function textHas(of: SearchedText['of'], word: string, match: Match): Expression {
  const found = inText(of, (text) => wordIn(text, word, match))
  // The array as it is written holds the letters of its texts: most rows need not be taken apart.
  return of.kind === 'list' && typeof match !== 'object' ? and(mayHave(of.column, word), found) : found
}

// The engine folds both sides, so that both follow its tables.
const folded = (word: string) => call('fold', value(word))
const mayHave = (text: Expression, word: string) => call('contains', call('fold', text), folded(word))

function wordIn(text: Expression, word: string, match: Match): Expression {
  const found = column('__word')
  const has = (where: Expression): Expression => ({
    kind: 'any',
    list: { kind: 'words', of: text },
    as: '__word',
    where,
  })
  if (typeof match === 'object')
    return has(call('<=', call('edit-distance', found, folded(word)), value(match.edits)))
  const isWord = has(call(match === 'whole' ? '=' : 'starts-with', found, folded(word)))
  // Cutting a text into words is dear: most rows do not even contain the letters.
  return and(mayHave(text, word), isWord)
}
