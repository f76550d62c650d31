import { useLanguage } from '../ui/use-language.ts'

/** `2026-11` as `nov. 2026`. */
export function useMonthName(): (month: string) => string {
  const { language } = useLanguage()
  const format = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return (month) => format.format(Date.parse(`${month}-01T00:00:00Z`))
}
