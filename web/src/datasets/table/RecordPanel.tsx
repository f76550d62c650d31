import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { formatViewport } from '../../vessels/address.ts'
import controls from '../Controls.module.css'
import { cellTextWithUnit } from '../cell-text.ts'
import type { PartProps } from '../DatasetPage.tsx'
import type { DataRecord } from '../explore-answers.ts'
import type { ChangeAddress } from '../use-address.ts'
import { useCellStyle } from '../use-cell-style.ts'
import styles from './RecordTable.module.css'

export interface RecordPanelProps {
  dataset: PartProps['dataset']
  record: DataRecord
  index: number
  rowCount: number
  asked: PartProps['asked']
  change: ChangeAddress
  isSheet: boolean
}

/** Every value of one row, in words, with its way to the map. */
export function RecordPanel({ dataset, record, index, rowCount, change }: RecordPanelProps) {
  const { t } = useLanguage()
  const style = useCellStyle()
  const point = dataset.fields.find(({ type, name }) => type === 'geo_point_2d' && record[name])
  const place = point && (record[point.name] as { lat: number; lon: number })
  return (
    <aside className={styles.panel} aria-label={t('datasets.record.title', { number: index + 1 })}>
      <div className={styles.panelHead}>
        <h2>{t('datasets.record.title', { number: index + 1 })}</h2>
        {place && (
          <button
            type="button"
            className={controls.quiet}
            onClick={() =>
              change({ tab: 'map', row: undefined, map: formatViewport({ ...place, zoom: 15 }) })
            }
          >
            <Icon name="place" size={16} />
            {t('datasets.record.onMap')}
          </button>
        )}
        <button
          type="button"
          className={styles.icon}
          aria-label={t('datasets.record.previous')}
          disabled={index === 0}
          onClick={() => change({ row: index - 1 }, true)}
        >
          <Icon name="up" />
        </button>
        <button
          type="button"
          className={styles.icon}
          aria-label={t('datasets.record.next')}
          disabled={index >= rowCount - 1}
          onClick={() => change({ row: index + 1 }, true)}
        >
          <Icon name="down" />
        </button>
        <button
          type="button"
          className={styles.icon}
          aria-label={t('datasets.record.close')}
          onClick={() => change({ row: undefined })}
        >
          <Icon name="close" />
        </button>
      </div>
      <dl className={styles.values} tabIndex={0}>
        {dataset.fields
          .filter(({ name }) => name in record)
          .map((field) => (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd>{cellTextWithUnit(record[field.name], field, style) || '–'}</dd>
            </div>
          ))}
      </dl>
    </aside>
  )
}
