/** Full text: words as letters and digits, without case or accents. */
import { and, call, column, type Expression, or, value } from '../../engines/columnar/query.ts'
import { limits } from './limits.ts'
import { Malformed, type Span } from './malformed.ts'
import type { Value } from './value.ts'

export type TextValue = (Value & { kind: 'scalar' }) | (Value & { kind: 'list' })

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

/** Every word is a whole word of one of the texts. No word matches nothing. */
export const hasWords = (texts: readonly TextValue[], words: readonly string[]): Expression =>
  every(texts, words, () => 'whole')

/** As `hasWords`, the last word being the beginning of one. */
export const hasPrefix = (texts: readonly TextValue[], words: readonly string[]): Expression =>
  every(texts, words, (i) => (i === words.length - 1 ? 'prefix' : 'whole'))

/** The last word is the beginning of one, the others may be misspelt: 2 edits above 5 letters, 1 above 2. */
export const isNear = (texts: readonly TextValue[], words: readonly string[]): Expression =>
  every(texts, words, (i) => {
    if (i === words.length - 1) return 'prefix'
    const length = [...words[i]!].length
    return length > 5 ? { edits: 2 } : length > 2 ? { edits: 1 } : 'whole'
  })

export const startsWith = (texts: readonly TextValue[], text: string): Expression =>
  or(...texts.map((of) => inText(of, (one) => call('starts-with', one, value(text)))))

function every(
  texts: readonly TextValue[],
  words: readonly string[],
  match: (index: number) => Match,
): Expression {
  if (words.length === 0) return or()
  // Misspelt words are dear to find: last, on the rows that have the others.
  const order = words
    .map((_, i) => i)
    .sort((a, b) => Number(typeof match(a) === 'object') - Number(typeof match(b) === 'object'))
  return and(...order.map((i) => or(...texts.map((of) => textHas(of, words[i]!, match(i))))))
}

/** A condition on the text, or on one of the texts of a list. */
function inText(of: TextValue, condition: (text: Expression) => Expression): Expression {
  if (of.kind === 'scalar') return condition(of.expression)
  return { kind: 'any', list: of.list, as: '__text', where: condition(column('__text')) }
}

function textHas(of: TextValue, word: string, match: Match): Expression {
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
