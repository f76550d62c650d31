import { useTranslation } from 'react-i18next'

/** What themes, sectors and features are called; a word that is not one of ours is shown as it is. */
export function useNames() {
  const { t, i18n } = useTranslation()
  const known = (key: string, word: string): string => (i18n.exists(key) ? t(key as never) : word)
  return {
    theme: (word: string) => known(`datasets.theme.${word}`, word),
    licence: (word: string) => known(`datasets.licence.${word}`, word),
    sector: (word: string) => known(`datasets.sector.${word}`, word),
    feature: (word: string) => known(`datasets.feature.${word}`, word),
    origin: (word: string) => known(`datasets.origin.${word}`, word),
    quality: (word: string) => known(`datasets.quality.level.${word}`, word),
    type: (word: string) => known(`datasets.type.${word}`, word),
  }
}
