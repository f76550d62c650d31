import type { PlanField } from '../../../../src/datasets/loading/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import { useSaid } from '../said/use-said.ts'
import styles from './LoadPage.module.css'
import { type ReadingKind, readingsFor, typesFor, withReading, withType } from './plan-edit.ts'
import { RulesEditor } from './RulesEditor.tsx'

export interface FieldRowProps {
  field: PlanField
  /** As the file was understood. */
  found: PlanField
  samples: (string | null)[]
  fault: 'name' | 'twice' | undefined
  onChange: (field: PlanField) => void
  onToggleId: () => void
  onToggleFacet: () => void
}

/** One column of the file: kept or not, named, typed, with what is in it and why it was understood so. */
export function FieldRow({
  field,
  found,
  samples,
  fault,
  onChange,
  onToggleId,
  onToggleFacet,
}: FieldRowProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const { label, name, reading } = field
  const kinds = readingsFor(field)
  const of = (what: string) => `${what}, ${found.label}`
  return (
    <tr data-left-out={!field.included || undefined} className={styles.fieldRow}>
      <td>
        <input
          type="checkbox"
          aria-label={of(t('datasets.load.keep'))}
          checked={field.included}
          onChange={() => onChange({ ...field, included: !field.included })}
        />
      </td>
      <th scope="row">
        <input
          className={controls.input}
          aria-label={of(t('datasets.info.field'))}
          value={label}
          maxLength={1000}
          onChange={({ target }) => onChange({ ...field, label: target.value })}
        />
        <input
          className={styles.nameInput}
          aria-label={of(t('datasets.info.name'))}
          aria-invalid={fault ? true : undefined}
          value={name}
          maxLength={64}
          spellCheck={false}
          onChange={({ target }) => onChange({ ...field, name: target.value })}
        />
        {fault && <p className={styles.fault}>{t(`datasets.load.fault.${fault}`)}</p>}
      </th>
      <td>
        <select
          className={controls.select}
          aria-label={of(t('datasets.info.type'))}
          value={field.type}
          onChange={({ target }) => onChange(withType(field, target.value as PlanField['type'], found))}
        >
          {typesFor(found).map((type) => (
            <option key={type} value={type}>
              {t(`datasets.load.type.${type}`)}
            </option>
          ))}
        </select>
        {kinds.length > 1 && (
          <select
            className={controls.select}
            aria-label={of(t('datasets.load.reading'))}
            value={reading.kind}
            onChange={({ target }) => onChange(withReading(field, target.value as ReadingKind))}
          >
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {t(`datasets.load.readings.${kind}`)}
              </option>
            ))}
          </select>
        )}
        {reading.kind === 'pattern' && (
          <input
            className={controls.input}
            aria-label={of(t('datasets.load.pattern'))}
            value={reading.patterns.join(' | ')}
            spellCheck={false}
            onChange={({ target }) =>
              onChange({
                ...field,
                reading: { ...reading, patterns: target.value.split(' | ').map((one) => one || ' ') },
              })
            }
          />
        )}
        {reading.kind === 'pattern' && field.type === 'timestamp' && (
          <input
            className={controls.input}
            aria-label={of(t('datasets.load.zone'))}
            placeholder={t('datasets.load.zoneHint')}
            value={reading.zone ?? ''}
            spellCheck={false}
            onChange={({ target }) =>
              onChange({ ...field, reading: { ...reading, zone: target.value || undefined } })
            }
          />
        )}
        <RulesEditor field={field} name={found.label} onChange={onChange} />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={of(t('datasets.load.facet'))}
          checked={field.annotations?.facet === true}
          onChange={onToggleFacet}
        />
      </td>
      <td>
        <input
          className={styles.unitInput}
          aria-label={of(t('datasets.info.unit'))}
          value={field.unit ?? ''}
          maxLength={40}
          onChange={({ target }) => onChange({ ...field, unit: target.value || undefined })}
        />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={of(t('datasets.load.identifies'))}
          checked={field.annotations?.id === true}
          onChange={onToggleId}
        />
      </td>
      <td className={styles.samples}>
        {samples.slice(0, 3).map((text, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of the file, in their order
          <span key={i}>{text ?? '–'}</span>
        ))}
      </td>
      <td className={styles.why}>
        {field.type === found.type ? said(found.reason) : t('datasets.load.changed')}
        {field.doubt && field.type === found.type && (
          <span className={styles.doubt}>{said(field.doubt)}</span>
        )}
      </td>
    </tr>
  )
}
