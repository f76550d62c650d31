import { useQuery } from '@tanstack/react-query'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { platformPath } from '../api.ts'
import controls from '../Controls.module.css'
import { cellText } from '../cell-text.ts'
import type { Dataset } from '../explore-answers.ts'
import { refusalOf } from '../requests.ts'
import { ScrollBox } from '../ScrollBox.tsx'
import styles from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import { isTabular } from '../table/columns.ts'
import { useCellStyle } from '../use-cell-style.ts'
import { bodyChunks, emptySummary, summarize } from './diff-lines.ts'
import own from './VersionsTab.module.css'

const most = 100_000
const shown = 50
const ops = ['insert', 'update', 'delete'] as const

/** What changed from one version to the next: how many rows, and the first of them. */
export function DiffView({ dataset, from, to }: { dataset: Dataset; from: number; to: number }) {
  const { t, language } = useLanguage()
  const said = useSaid()
  const style = useCellStyle()
  const path = `${platformPath(dataset.dataset_id)}/diff?from=v${from}&to=v${to}`
  const { data, error } = useQuery({
    queryKey: ['diff', dataset.dataset_id, from, to],
    queryFn: async ({ signal }) => {
      const response = await fetch(path, { signal })
      if (!response.ok)
        throw refusalOf(response.status, response.statusText, await response.json().catch(() => ({})))
      return response.body ? summarize(bodyChunks(response.body), { most, shown }) : emptySummary()
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (error)
    return (
      <p className={controls.error} role="alert">
        {said(error.message)}
      </p>
    )
  if (!data) return <p className={styles.dim}>{t('datasets.versions.comparing')}</p>
  const fields = dataset.fields.filter(isTabular)
  const isEqual = ops.every((op) => data.counts[op] === 0)
  return (
    <div className={own.diff}>
      <p className={own.counts}>
        {isEqual
          ? t('datasets.versions.equal')
          : ops.map((op) => (
              <span key={op} className={own.op} data-op={op}>
                {t(`datasets.versions.${op}`, {
                  shown: formatNumber(data.counts[op], language) + (data.isCut ? '+' : ''),
                  count: data.counts[op],
                })}
              </span>
            ))}
      </p>
      {!isEqual && (
        <>
          <ScrollBox className={styles.wide} label={t('datasets.versions.changes')}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('datasets.versions.change')}</th>
                  {fields.map(({ name, label }) => (
                    <th key={name} scope="col">
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.first.map(({ op, row, changed }, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
                  <tr key={i}>
                    <th scope="row" className={own.op} data-op={op}>
                      {t(`datasets.versions.op.${op}`)}
                    </th>
                    {fields.map((field) => (
                      <td
                        key={field.name}
                        className={changed?.includes(field.name) ? own.changed : undefined}
                      >
                        {cellText(row[field.name], field, style)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
          <p>
            <a className={controls.button} href={`${path}&format=csv`} download>
              {t('datasets.versions.download')}
            </a>
          </p>
        </>
      )}
    </div>
  )
}
