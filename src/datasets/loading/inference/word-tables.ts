/** Words by which files say months, yes and no, and nothing: the tables of data/loading. */
import { readCodeTable } from '../../../package-root.ts'

/** Month (1 to 12) by its word, lower case, without a final point. */
export const monthOfWord: ReadonlyMap<string, number> = new Map(
  readCodeTable('loading/months.csv').map(({ word, month }) => [word!, Number(month)]),
)

/** Pairs that mean true and false, lower case, the commonest first. */
export const booleanPairs: readonly (readonly [string, string])[] = readCodeTable(
  'loading/boolean-words.csv',
).map(({ yes, no }) => [yes!, no!])

export const booleanWords: ReadonlySet<string> = new Set(booleanPairs.flat())

/** Texts that stand for “no value” as they are written. */
export const nullTexts: ReadonlySet<string> = new Set(
  readCodeTable('loading/null-texts.csv').map(({ text }) => text!),
)

/** The commonest words of a language (ISO 639-1). */
export const stopWords: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  readCodeTable('loading/stop-words.csv').map(({ language, words }) => [
    language!,
    new Set(words!.split(' ')),
  ]),
)
