import type { CatalogueEntry } from '../explore-answers.ts'
import { slipsFor, slipsToPrefix, stem, wordsOf } from './words.ts'

interface IndexedWord {
  word: string
  stem: string
  /** What the place of the word is worth: a title tells more than a description. */
  weight: number
}

export interface SearchIndex {
  entries: readonly CatalogueEntry[]
  words: IndexedWord[][]
}

const weights = { title: 8, id: 5, keyword: 4, theme: 3, publisher: 3, description: 1 }

/** Cuts every text of the catalogue into words once; `themeName` says what a theme is called on the page. */
export function indexCatalogue(
  entries: readonly CatalogueEntry[],
  themeName: (theme: string) => string = (theme) => theme,
): SearchIndex {
  return { entries, words: entries.map((entry) => indexEntry(entry, themeName)) }
}

function indexEntry(entry: CatalogueEntry, themeName: (theme: string) => string): IndexedWord[] {
  const best = new Map<string, IndexedWord>()
  const add = (text: string | null | undefined, weight: number) => {
    for (const word of wordsOf(text ?? ''))
      if ((best.get(word)?.weight ?? 0) < weight) best.set(word, { word, stem: stem(word), weight })
  }
  add(entry.title, weights.title)
  add(entry.dataset_id, weights.id)
  for (const text of entry.keyword ?? []) add(text, weights.keyword)
  for (const text of entry.theme ?? []) add(themeName(text), weights.theme)
  for (const text of entry.territory ?? []) add(text, weights.theme)
  add(entry.publisher, weights.publisher)
  add(entry.description, weights.description)
  return [...best.values()]
}

/** What a typed word is worth against a known one: whole, beginning, same stem, then with slips; 0 when not at all. */
function likeness(typed: string, typedStem: string, known: IndexedWord): number {
  if (known.word === typed) return 1
  if (known.word.startsWith(typed)) return 0.85
  if (known.stem === typedStem) return 0.8
  const most = slipsFor(typed.length)
  if (most === 0) return 0
  const slips = slipsToPrefix(typed, known.word, most)
  return slips === Number.POSITIVE_INFINITY ? 0 : 0.55 / slips
}

/**
 * Datasets that hold every typed word, best first; all of them, in the order given, when nothing is typed. A word may
 * be unfinished, inflected or misspelt.
 */
export function searchCatalogue(index: SearchIndex, text: string): CatalogueEntry[] {
  const typed = [...new Set(wordsOf(text))].map((word) => ({ word, stem: stem(word) }))
  if (typed.length === 0) return [...index.entries]
  const found: { entry: CatalogueEntry; score: number }[] = []
  index.entries.forEach((entry, i) => {
    let score = 0
    for (const { word, stem: typedStem } of typed) {
      let best = 0
      for (const known of index.words[i]!) {
        if (known.weight <= best) continue
        best = Math.max(best, known.weight * likeness(word, typedStem, known))
      }
      if (best === 0) return
      score += best
    }
    found.push({ entry, score })
  })
  return found.sort((a, b) => b.score - a.score).map(({ entry }) => entry)
}
