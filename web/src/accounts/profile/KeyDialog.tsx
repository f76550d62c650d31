import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { CopyButton } from '../../datasets/CopyButton.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { Dialog } from '../form/Dialog.tsx'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { endAfterDays, type KeyScope, lifeDays, scopes, useMakeKey } from '../keys.ts'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { DatasetChoice } from './DatasetChoice.tsx'

/** Makes a key with no more than it needs, and shows it once. */
export function KeyDialog({
  organisationName,
  onClose,
}: {
  organisationName: string | undefined
  onClose: () => void
}) {
  const { t } = useLanguage()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly KeyScope[]>(['discover', 'preview', 'query'])
  const [datasets, setDatasets] = useState<readonly string[] | null>(null)
  const [cidrs, setCidrs] = useState('')
  const [days, setDays] = useState<number>(90)
  const make = useMakeKey()
  const isReady = chosen.length > 0 && (datasets === null || datasets.length > 0)

  if (make.data)
    return (
      <Dialog title={t('accounts.keys.made')} onClose={onClose} isWide>
        <p className={styles.about}>{t('accounts.keys.once')}</p>
        <code className={styles.secret}>{make.data.key}</code>
        <div className={form.actions}>
          <CopyButton text={make.data.key} label={t('accounts.keys.copy')} />
          <button type="button" className={controls.primary} onClick={onClose}>
            {t('accounts.keys.kept')}
          </button>
        </div>
        <p className={styles.about}>{t('accounts.keys.howTo')}</p>
        <code className={styles.secret}>
          {`curl -H 'Authorization: Apikey ${make.data.key}' ${location.origin}/api/explore/v2.1/catalog/datasets`}
        </code>
      </Dialog>
    )
  return (
    <Dialog title={t('accounts.keys.make')} onClose={onClose} isWide>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate({
            name,
            scopes: [...chosen],
            datasets: datasets && [...datasets],
            cidrs: cidrs.split(/[\s,;]+/).filter(Boolean),
            expiresAt: endAfterDays(days, Date.now()),
          })
        }}
      >
        <p className={styles.about}>
          {organisationName === undefined
            ? t('accounts.keys.forNobody')
            : t('accounts.keys.forOrganisation', { name: organisationName })}
        </p>
        <Field
          label={t('accounts.keys.name')}
          hint={t('accounts.keys.nameHint')}
          maxLength={200}
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <fieldset className={form.choices}>
          <legend>{t('accounts.keys.scopes')}</legend>
          <div className={form.columns}>
            {scopes.map((scope) => (
              <label key={scope} className={form.choice}>
                <input
                  type="checkbox"
                  checked={chosen.includes(scope)}
                  onChange={({ target }) =>
                    setChosen(scopes.filter((one) => (one === scope ? target.checked : chosen.includes(one))))
                  }
                />
                <span>{t(`accounts.scope.${scope}`)}</span>
                <small>{t(`accounts.scopeWhat.${scope}`)}</small>
              </label>
            ))}
          </div>
        </fieldset>
        <DatasetChoice chosen={datasets} change={setDatasets} />
        <div className={form.pair}>
          <Field
            label={t('accounts.keys.addresses')}
            hint={t('accounts.keys.addressesHint')}
            placeholder="192.0.2.0/24, 2001:db8::/32"
            spellCheck={false}
            value={cidrs}
            onChange={({ target }) => setCidrs(target.value)}
          />
          <label className={form.field}>
            <span className={form.label}>{t('accounts.keys.life')}</span>
            <select
              className={`${controls.select} ${form.select}`}
              value={days}
              onChange={({ target }) => setDays(Number(target.value))}
            >
              {lifeDays.map((count) => (
                <option key={count} value={count}>
                  {t('accounts.keys.days', { count })}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Refused error={make.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={!isReady || make.isPending}>
            {t('accounts.keys.makeNow')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
