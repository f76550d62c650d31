import { stopWords } from './word-tables.ts'

/**
 * Language (ISO 639-1) of texts by their function words; undefined when they are too few to tell or two languages
 * are as likely.
 */
export function languageOf(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  let words = 0
  for (const text of texts) {
    for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
      words++
      for (const [language, known] of stopWords)
        if (known.has(word)) counts.set(language, (counts.get(language) ?? 0) + 1)
    }
  }
  const [best, next] = [...counts].sort((a, b) => b[1] - a[1])
  if (!best || best[1] < 5 || best[1] < words * 0.05) return undefined
  return next && next[1] > best[1] * 0.8 ? undefined : best[0]
}
