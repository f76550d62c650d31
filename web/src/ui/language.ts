import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type fr from '../locales/fr.json'

export const languages = ['fr', 'en'] as const
export type Language = (typeof languages)[number]

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof fr }
  }
}

const texts = {
  fr: () => import('../locales/fr.json'),
  en: () => import('../locales/en.json'),
}

/**
 * The language of the page: the one its address asks for, else the first of the reader's languages we speak,
 * else French.
 */
export function chooseLanguage(asked: string | undefined, preferred: readonly string[]): Language {
  const known = [asked ?? '', ...preferred].map((tag) => tag.slice(0, 2).toLowerCase())
  return languages.find((language) => language === known.find((tag) => isLanguage(tag))) ?? 'fr'
}

export const isLanguage = (text: unknown): text is Language => languages.includes(text as Language)

/** Loads the texts of `language` and makes it the one of the page. */
export async function speak(language: Language): Promise<void> {
  const { default: translation } = await texts[language]()
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      resources: { [language]: { translation } },
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
    })
  } else {
    i18next.addResourceBundle(language, 'translation', translation, true, true)
    await i18next.changeLanguage(language)
  }
  document.documentElement.lang = language
}
