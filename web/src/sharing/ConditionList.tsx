import { useId } from 'react'
import type { DatasetField } from '../../../src/datasets/schema.ts'
import controls from '../datasets/Controls.module.css'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import {
  attributes,
  type Condition,
  type ConditionOp,
  type Conditions,
  opsOf,
  valueCount,
} from './conditions.ts'
import { kindOfField } from './fields.ts'
import styles from './Sharing.module.css'
import type { Words } from './use-words.ts'

/** Which rows: a short list of conditions on fields, all of which or one of which have to hold. */
export function ConditionList({
  legend,
  fields,
  conditions,
  change,
  words,
}: {
  legend: string
  fields: readonly DatasetField[]
  conditions: Conditions
  change: (conditions: Conditions) => void
  words: Words
}) {
  const { t } = useLanguage()
  const id = useId()
  const { join, of } = conditions
  const put = (i: number, condition: Condition) =>
    change({ join, of: of.map((one, at) => (at === i ? condition : one)) })
  const first = fields[0]
  return (
    <fieldset className={styles.conditions} aria-describedby={id}>
      <legend>{legend}</legend>
      {of.length === 0 && (
        <p id={id} className={styles.quiet}>
          {t('sharing.filter.everyRow')}
        </p>
      )}
      {of.length > 1 && (
        <select
          className={controls.select}
          aria-label={t('sharing.filter.join')}
          value={join}
          onChange={({ target }) => change({ join: target.value as 'and' | 'or', of })}
        >
          <option value="and">{t('sharing.filter.joinAnd')}</option>
          <option value="or">{t('sharing.filter.joinOr')}</option>
        </select>
      )}
      {of.map((condition, i) => {
        const field = fields.find(({ name }) => name === condition.column)
        const kind = field ? kindOfField(field) : 'other'
        const name = words.fieldName(condition.column)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity than their place
          <div key={i} className={styles.condition}>
            <select
              className={controls.select}
              aria-label={t('sharing.filter.field')}
              value={condition.column}
              onChange={({ target }) => {
                const next = fields.find((one) => one.name === target.value)!
                put(i, freshCondition(next))
              }}
            >
              {fields.map((one) => (
                <option key={one.name} value={one.name}>
                  {words.fieldName(one.name)}
                </option>
              ))}
            </select>
            <select
              className={controls.select}
              aria-label={t('sharing.filter.op', { field: name })}
              value={condition.op}
              onChange={({ target }) => {
                const op = target.value as ConditionOp
                put(i, { ...condition, op, values: freshValues(op) })
              }}
            >
              {opsOf(kind).map((op) => (
                <option key={op} value={op}>
                  {t(`sharing.op.${op}`)}
                </option>
              ))}
            </select>
            <Values
              condition={condition}
              kind={kind}
              change={(values) => put(i, { ...condition, values })}
              name={name}
            />
            <button
              type="button"
              className={styles.remove}
              aria-label={t('sharing.filter.remove', { field: name })}
              onClick={() => change({ join, of: of.filter((_, at) => at !== i) })}
            >
              <Icon name="close" size={16} />
            </button>
          </div>
        )
      })}
      {first && (
        <div>
          <button
            type="button"
            className={controls.quiet}
            onClick={() => change({ join, of: [...of, freshCondition(first)] })}
          >
            {t('sharing.filter.add')}
          </button>
        </div>
      )}
    </fieldset>
  )
}

const freshValues = (op: ConditionOp): string[] =>
  op === 'mine' ? ['id'] : Array.from({ length: valueCount(op) ?? 1 }, () => '')

function freshCondition(field: DatasetField): Condition {
  const op = opsOf(kindOfField(field))[0]!
  return { column: field.name, op, values: freshValues(op) }
}

const boxSides = ['west', 'south', 'east', 'north'] as const

function Values({
  condition: { op, values },
  kind,
  name,
  change,
}: {
  condition: Condition
  kind: ReturnType<typeof kindOfField>
  name: string
  change: (values: string[]) => void
}) {
  const { t } = useLanguage()
  if (op === 'isNull' || op === 'isNotNull') return null
  if (op === 'mine')
    return (
      <select
        className={controls.select}
        aria-label={t('sharing.filter.attribute')}
        value={values[0]}
        onChange={({ target }) => change([target.value])}
      >
        {attributes.map((attribute) => (
          <option key={attribute} value={attribute}>
            {t(`sharing.attribute.${attribute}`)}
          </option>
        ))}
      </select>
    )
  if (kind === 'boolean')
    return (
      <select
        className={controls.select}
        aria-label={t('sharing.filter.value', { field: name })}
        value={values[0]}
        onChange={({ target }) => change([target.value])}
      >
        <option value="" />
        <option value="true">{t('sharing.filter.true')}</option>
        <option value="false">{t('sharing.filter.false')}</option>
      </select>
    )
  if (op === 'in' || op === 'notIn')
    return (
      <input
        className={controls.input}
        aria-label={t('sharing.filter.values', { field: name })}
        placeholder={t('sharing.filter.listHint')}
        required
        value={values.join(kind === 'number' ? ' ; ' : ', ')}
        onChange={({ target }) =>
          change(target.value.split(kind === 'number' ? ';' : ',').map((part) => part.trimStart()))
        }
      />
    )
  return values.map((value, i) => (
    <input
      // biome-ignore lint/suspicious/noArrayIndexKey: the place of a bound is what it is
      key={i}
      className={controls.input}
      type={kind === 'date' ? 'date' : kind === 'timestamp' ? 'datetime-local' : 'text'}
      inputMode={kind === 'number' || op === 'withinBox' ? 'decimal' : undefined}
      aria-label={
        op === 'withinBox'
          ? t(`sharing.filter.${boxSides[i]!}`)
          : t(
              op === 'between'
                ? i === 0
                  ? 'sharing.filter.from'
                  : 'sharing.filter.to'
                : 'sharing.filter.value',
              {
                field: name,
              },
            )
      }
      placeholder={op === 'withinBox' ? t(`sharing.filter.${boxSides[i]!}`) : undefined}
      required
      value={kind === 'timestamp' ? localInstant(value) : value}
      onChange={({ target }) =>
        change(
          values.map((one, at) =>
            at !== i ? one : kind === 'timestamp' ? isoInstant(target.value) : target.value,
          ),
        )
      }
    />
  ))
}

/** As `datetime-local` writes an instant in the reader's zone. */
function localInstant(iso: string): string {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return ''
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
const isoInstant = (local: string): string => {
  const ms = Date.parse(local)
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString()
}
