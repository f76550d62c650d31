import type { Measure } from '../../http/metrics.ts'
import type { WordIndexes } from './word-indexes.ts'

/** What /metrics shows of word indexes. */
export const wordMeasure = (words: WordIndexes): Measure => ({
  name: 'lacydon_word_indexes',
  help: 'Datasets with versions, by the state of their index of words',
  labels: ['state'],
  *read() {
    for (const [state, value] of Object.entries(words.states())) yield { labels: { state }, value }
  },
})
