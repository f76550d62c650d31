import type { Dataset } from './explore-answers.ts'

export interface CitationWords {
  title: (title: string) => string
  version: (version: number) => string
  readOn: (day: string) => string
  licence: (name: string) => string
  day: (ms: number) => string
}

/** How the dataset is cited: publisher, title, version, day of change, address of that version, day of reading, licence. */
export function citation(dataset: Dataset, page: string, words: CitationWords, nowMs: number): string {
  const { default: metas, lacydon } = dataset.metas
  const { version } = lacydon
  const what = [
    words.title(metas.title),
    version === null ? null : words.version(version),
    words.day(Date.parse(metas.modified)),
  ]
  const address = version === null ? page : `${page}?at=v${version}`
  const parts = [
    metas.publisher,
    what.filter(Boolean).join(', '),
    `${address} (${words.readOn(words.day(nowMs))})`,
    metas.license && words.licence(metas.license),
  ]
  return `${parts.filter(Boolean).join('. ')}.`
}
