/** Words as a reader means them: without case, accents or endings, and with a slip of the finger forgiven. */

export const fold = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('œ', 'oe').replaceAll('Œ', 'OE').toLowerCase()

export const wordsOf = (text: string): string[] => fold(text).match(/[a-z0-9]+/g) ?? []

/** Endings of plural and gender in French and English; at least four letters stay, so short words are compared whole. */
const endings = /(?:aux|ales|ale|al|ies|ives|ive|if|ees|ee|es|s|x|e|y)$/

export const stem = (word: string): string => {
  const cut = word.replace(endings, '')
  return cut.length >= 4 ? cut : word
}

/** How many slips a word of this length may hold. */
export const slipsFor = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2)

/**
 * Slips between a typed word and the nearest beginning of a known one: letters left out, added, changed or swapped
 * (restricted Damerau–Levenshtein distance). Infinity when there are more than `most`.
 */
export function slipsToPrefix(typed: string, known: string, most: number): number {
  if (known.length < typed.length - most) return Number.POSITIVE_INFINITY
  let beforeLast: number[] = []
  let last = Array.from({ length: known.length + 1 }, (_, j) => j)
  for (let i = 1; i <= typed.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= known.length; j++) {
      const isSame = typed[i - 1] === known[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && typed[i - 1] === known[j - 2] && typed[i - 2] === known[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least > most) return Number.POSITIVE_INFINITY
    beforeLast = last
    last = row
  }
  const slips = Math.min(...last)
  return slips <= most ? slips : Number.POSITIVE_INFINITY
}
