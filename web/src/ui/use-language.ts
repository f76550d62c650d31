import { useTranslation } from 'react-i18next'
import type { Language } from './language.ts'

/** The language spoken and its texts. */
export function useLanguage() {
  const { t, i18n } = useTranslation()
  return { t, language: i18n.language as Language }
}
