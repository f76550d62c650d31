import { useTranslation } from 'react-i18next'
import type { LoadResult } from '../../../../src/datasets/loading/schema.ts'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { ScrollBox } from '../ScrollBox.tsx'
import sections from '../Sections.module.css'

/** Which rule was broken how often, where first, and by what. */
export function RejectTable({ result }: { result: LoadResult }) {
  const { t, language } = useLanguage()
  const { i18n } = useTranslation()
  const ruleName = (rule: string) => {
    const key = `datasets.load.rule.${rule}`
    return i18n.exists(key) ? t(key as 'datasets.load.rule.type') : rule
  }
  const lines = [
    ...result.rules.map((rule) => ({ ...rule, isTaken: false })),
    ...result.violations.map((rule) => ({ ...rule, example: '', isTaken: true })),
  ]
  return (
    <ScrollBox className={sections.wide} label={t('datasets.load.report')}>
      <table className={sections.table}>
        <thead>
          <tr>
            <th scope="col">{t('datasets.info.field')}</th>
            <th scope="col">{t('datasets.load.reason')}</th>
            <th scope="col" data-right>
              {t('datasets.load.cells')}
            </th>
            <th scope="col" data-right>
              {t('datasets.load.firstLine')}
            </th>
            <th scope="col">{t('datasets.load.example')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ column, rule, count, firstLine, example, isTaken }) => (
            <tr key={`${column}-${rule}-${isTaken}`}>
              <th scope="row">{column ?? t('datasets.load.wholeRow')}</th>
              <td>
                {ruleName(rule)}
                {isTaken && ` (${t('datasets.load.taken')})`}
              </td>
              <td data-right>{formatNumber(count, language)}</td>
              <td data-right>{formatNumber(firstLine, language)}</td>
              <td className={sections.mono}>{example}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
