import type { DatasetField } from '../../../src/datasets/schema.ts'
import { Refused } from '../accounts/Refused.tsx'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { type ChangeFor, type Extent, type ProposedChange, usePreview } from './api.ts'
import { readPrincipal } from './audience.ts'
import { ownFields } from './fields.ts'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'

/** What a change would give to whom, and take from whom, counted on the rows there are. */
export function Changes({
  dataset,
  fields,
  principals,
  change,
  parties,
}: {
  dataset: string
  fields: readonly DatasetField[]
  principals: readonly string[]
  change: ProposedChange | null
  parties: Parties
}) {
  const { t } = useLanguage()
  const preview = usePreview(dataset, principals, change)
  if (change === null) return null
  const touched = preview.data?.filter(({ before, after }) => !isSame(before, after)) ?? []
  return (
    <section className={styles.changes} aria-live="polite" aria-busy={preview.isFetching}>
      <h3>{t('sharing.changes.title')}</h3>
      {preview.error ? (
        <Refused error={preview.error} />
      ) : !preview.data ? (
        <p className={styles.quiet}>{t('sharing.changes.counting')}</p>
      ) : touched.length === 0 ? (
        <p className={styles.quiet}>{t('sharing.changes.nobody')}</p>
      ) : (
        <ul>
          {touched.map((one) => (
            <ChangeItem key={one.principal} change={one} fields={fields} parties={parties} />
          ))}
        </ul>
      )}
    </section>
  )
}

const isSame = (a: Extent, b: Extent): boolean => JSON.stringify(a) === JSON.stringify(b)

function ChangeItem({
  change: { principal, before, after },
  fields,
  parties,
}: {
  change: ChangeFor
  fields: readonly DatasetField[]
  parties: Parties
}) {
  const { t } = useLanguage()
  const extent = useExtent(fields)
  const { organisation, role } = readPrincipal(principal)
  const name = organisation === undefined ? t('sharing.who.public') : parties.nameOf(organisation)
  const gains = Number(after.allow) - Number(before.allow) || after.rowCount - before.rowCount
  return (
    <li data-way={gains > 0 ? 'more' : gains < 0 ? 'less' : 'other'}>
      <strong>
        {name}
        {role && ` · ${t(`organisations.role.${role as 'admin'}`)}`}
      </strong>
      <span className={styles.before}>{extent(before)}</span>
      <span aria-hidden="true">→</span>
      <span>
        <span className={styles.hiddenText}>{t('sharing.changes.then')} </span>
        {extent(after)}
      </span>
    </li>
  )
}

/** « 200 lignes, 6 champs sur 8, dont 1 modifié », or why nothing. */
export function useExtent(fields: readonly DatasetField[]) {
  const { t, language } = useLanguage()
  const own = new Set(ownFields(fields).map(({ name }) => name))
  return (extent: Extent): string => {
    if (!extent.allow) return t(`sharing.reason.${(extent.reason ?? 'hidden') as 'hidden'}`)
    const shown = extent.fields.filter((name) => own.has(name))
    const changed = extent.changed.filter((name) => own.has(name)).length
    const parts = [
      t('sharing.changes.rows', { count: extent.rowCount, rows: formatNumber(extent.rowCount, language) }),
      shown.length === own.size
        ? t('sharing.changes.allFields')
        : t('sharing.changes.fields', { count: shown.length, all: own.size }),
      ...(changed > 0 ? [t('sharing.changes.changed', { count: changed })] : []),
    ]
    return parts.join(', ')
  }
}
