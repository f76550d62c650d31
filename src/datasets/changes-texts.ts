/** What the changelog says, in the languages of the feeds. */
import type { FeedEntry } from './changes-feed.ts'
import type { DatasetEvent } from './versions-store.ts'

export const feedLanguages = ['fr', 'en'] as const
export type FeedLanguage = (typeof feedLanguages)[number]

const texts = {
  fr: {
    all: 'Jeux de données : ce qui change',
    of: (title: string) => `${title} : ce qui change`,
    created: (title: string) => `${title} : nouveau jeu de données`,
    version: (title: string, version: number | null) => `${title} : version ${version}`,
    definition: (title: string) => `${title} : description modifiée`,
    metadata: (title: string) => `${title} : métadonnées modifiées`,
    deleted: (title: string) => `${title} : supprimé`,
  },
  en: {
    all: 'Datasets: what changes',
    of: (title: string) => `${title}: what changes`,
    created: (title: string) => `${title}: new dataset`,
    version: (title: string, version: number | null) => `${title}: version ${version}`,
    definition: (title: string) => `${title}: description changed`,
    metadata: (title: string) => `${title}: metadata changed`,
    deleted: (title: string) => `${title}: deleted`,
  },
} as const

/** Title of the feed of one dataset, or of all. */
export const feedTitle = (language: FeedLanguage, title: string | undefined): string =>
  title === undefined ? texts[language].all : texts[language].of(title)

export function feedEntry(language: FeedLanguage, event: DatasetEvent): FeedEntry {
  const title = texts[language][event.kind](event.title[language], event.version)
  return { id: event.id, datasetId: event.datasetId, title, summary: event.note || title, at: event.at }
}
