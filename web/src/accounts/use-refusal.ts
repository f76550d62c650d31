import { useSaid } from '../datasets/said/use-said.ts'
import { formatDuration } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { meaningOf } from './refusal-words.ts'

/** Says an error in the reader's language: by its stable code, else by the sentence of the server. */
export function useRefusal(): (error: unknown) => string {
  const { t, language } = useLanguage()
  const said = useSaid()
  return (error) => {
    const meaning = meaningOf(error)
    switch (meaning.kind) {
      case 'told':
        return t(`accounts.refused.${meaning.code}`)
      case 'wait':
        return t('accounts.wait', { duration: formatDuration(meaning.seconds, language) })
      case 'said':
        return meaning.sentences.map(said).join(' ')
      case 'unreachable':
        return t('accounts.unreachable')
    }
  }
}
