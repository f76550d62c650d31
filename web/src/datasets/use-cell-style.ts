import { useMemo } from 'react'
import { useLanguage } from '../ui/use-language.ts'
import type { CellStyle } from './cell-text.ts'

export function useCellStyle(): CellStyle {
  const { t, language } = useLanguage()
  return useMemo(() => ({ language, words: { yes: t('datasets.yes'), no: t('datasets.no') } }), [t, language])
}
