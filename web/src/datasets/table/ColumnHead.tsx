import { Flyout } from '../../ui/Flyout.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import type { DatasetAddress } from '../address.ts'
import { unitOf } from '../explore-answers.ts'
import type { ChangeAddress } from '../use-address.ts'
import { ColumnMenu } from './ColumnMenu.tsx'
import type { Column } from './columns.ts'
import styles from './RecordTable.module.css'

export interface ColumnHeadProps {
  column: Column
  index: number
  leftPx: number
  sort: 'ascending' | 'descending' | undefined
  /** Near the right edge: the menu opens to the left. */
  isLast: boolean
  address: DatasetAddress
  change: ChangeAddress
}

/** Name and unit of a column; a press sorts, a second turns the order round, a third gives the order of the file. */
export function ColumnHead({ column, index, leftPx, sort, isLast, address, change }: ColumnHeadProps) {
  const { t } = useLanguage()
  const { field, widthPx, isRight } = column
  const unit = unitOf(field)
  const next = sort === undefined ? field.name : sort === 'ascending' ? `-${field.name}` : undefined
  return (
    // biome-ignore lint/a11y/useSemanticElements: columns out of sight are not in the document
    // biome-ignore lint/a11y/useFocusableInteractive: the buttons in it have the focus
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={sort}
      className={styles.columnHead}
      data-right={isRight || undefined}
      style={{ left: leftPx, width: widthPx }}
    >
      <button
        type="button"
        className={styles.sort}
        title={field.label}
        onClick={() => change({ sort: next, row: undefined })}
      >
        <span className={styles.label}>
          {field.label}
          {unit && <span className={styles.unit}> {unit}</span>}
        </span>
        {sort && <Icon name={sort === 'ascending' ? 'up' : 'down'} size={13} />}
      </button>
      <Flyout
        title={t('datasets.table.menu', { label: field.label })}
        label={t('datasets.table.menu', { label: field.label })}
        align={isLast ? 'end' : 'start'}
        className={styles.menuButton}
        button={<Icon name="filter" size={13} />}
      >
        {(close) => <ColumnMenu field={field} address={address} change={change} onDone={close} />}
      </Flyout>
    </div>
  )
}
