import { useLanguage } from '../ui/use-language.ts'

const outcomes = ['complete', 'refused', 'over-quota', 'failed', 'cut', 'revoked', 'interrupted'] as const

/** How an access ended, in words; what is not known is shown as it is written. */
export function useOutcome(): (outcome: string | null) => string {
  const { t } = useLanguage()
  return (outcome) => {
    const known = outcomes.find((name) => name === outcome)
    return known ? t(`journal.outcome.${known}`) : (outcome ?? '')
  }
}
