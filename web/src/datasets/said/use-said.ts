import { useLanguage } from '../../ui/use-language.ts'
import { inFrench } from './say.ts'

/** Turns what the server says, in English, into the reader's language. */
export function useSaid(): (text: string) => string {
  const { language } = useLanguage()
  return language === 'fr' ? inFrench : (text) => text
}
