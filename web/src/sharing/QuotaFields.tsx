import type { Quota } from '../../../src/sharing/schema.ts'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Sharing.module.css'

const mega = 1_000_000
const limits = [
  { name: 'requestsPerMinute', size: 1 },
  { name: 'rowsPerDay', size: 1 },
  { name: 'bytesPerDay', size: mega },
  { name: 'openStreams', size: 1 },
] as const

/** How much may be taken; empty for no limit. */
export function QuotaFields({ quota, change }: { quota: Quota; change: (quota: Quota) => void }) {
  const { t } = useLanguage()
  return (
    <fieldset className={form.choices}>
      <legend>{t('sharing.quota.title')}</legend>
      <div className={styles.quotas}>
        {limits.map(({ name, size }) => (
          <Field
            key={name}
            label={t(`sharing.quota.${name}`)}
            type="number"
            min={1}
            step={1}
            placeholder={t('sharing.none')}
            value={quota[name] === null ? '' : Math.max(1, Math.round(quota[name] / size))}
            onChange={({ target }) =>
              change({
                ...quota,
                [name]: target.value === '' ? null : Math.max(1, Math.round(target.valueAsNumber)) * size,
              })
            }
          />
        ))}
      </div>
    </fieldset>
  )
}
