import { formatAge, formatDateTime, formatDay } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'

/** Days and ages of instants, as the reader's language writes them. */
export function useMoments() {
  const { language } = useLanguage()
  const nowMs = Date.now()
  return {
    day: (iso: string) => formatDay(Date.parse(iso), language),
    /** Of something that ends at an instant: the last day on which it was. */
    lastDay: (iso: string) => formatDay(Date.parse(iso) - 1, language),
    time: (iso: string) => formatDateTime(Date.parse(iso), language, nowMs),
    age: (iso: string) => formatAge((nowMs - Date.parse(iso)) / 1000, language),
  }
}
