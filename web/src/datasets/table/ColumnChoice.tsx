import { Flyout } from '../../ui/Flyout.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import type { Field } from '../explore-answers.ts'
import { joinList, toggleItem } from '../lists.ts'
import type { ChangeAddress } from '../use-address.ts'
import styles from './RecordTable.module.css'

/** Which columns the table shows; one always stays. */
export function ColumnChoice({
  fields,
  hidden,
  change,
}: {
  fields: readonly Field[]
  hidden: readonly string[]
  change: ChangeAddress
}) {
  const { t } = useLanguage()
  const shown = fields.filter(({ name }) => !hidden.includes(name))
  return (
    <Flyout
      title={t('datasets.table.columns')}
      align="end"
      className={controls.button}
      isMarked={hidden.length > 0}
      button={t('datasets.table.columnsOf', { shown: shown.length, total: fields.length })}
    >
      <div className={styles.choices}>
        {fields.map(({ name, label }) => (
          <label key={name} className={styles.choice}>
            <input
              type="checkbox"
              checked={!hidden.includes(name)}
              disabled={shown.length === 1 && shown[0]?.name === name}
              onChange={() => change({ hide: joinList(toggleItem(hidden, name)) }, true)}
            />
            {label}
          </label>
        ))}
      </div>
    </Flyout>
  )
}
