import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DescribedDataset } from '../../../../src/datasets/schema.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { platformPath, useDescribed } from '../api.ts'
import controls from '../Controls.module.css'
import { useNames } from '../names.ts'
import { Refusal, readJson } from '../requests.ts'
import sections from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import styles from './DescribeForm.module.css'
import { type Description, knownLicences, sectors, toChange, toForm } from './description.ts'

/** Says whose the data are, under which licence and what they are about; folded until it is asked for. */
export function DescribeForm({ id }: { id: string }) {
  const { t } = useLanguage()
  const said = useSaid()
  const [isOpen, setOpen] = useState(false)
  const { data, error } = useDescribed(isOpen ? id : undefined)
  if (!isOpen)
    return (
      <button type="button" className={controls.button} onClick={() => setOpen(true)}>
        {t('datasets.describe.open')}
      </button>
    )
  if (error)
    return (
      <p className={controls.error} role="alert">
        {said(error.message)}
      </p>
    )
  return data ? <Form id={id} described={data} onDone={() => setOpen(false)} /> : null
}

function Form({ id, described, onDone }: { id: string; described: DescribedDataset; onDone: () => void }) {
  const { t } = useLanguage()
  const said = useSaid()
  const names = useNames()
  const queries = useQueryClient()
  const [form, setForm] = useState(() => toForm(described))
  const [error, setError] = useState<Error>()
  const [isBusy, setBusy] = useState(false)
  const set = (patch: Partial<Description>) => setForm({ ...form, ...patch })
  const save = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await readJson(platformPath(id), { method: 'PATCH', body: toChange(form) })
      await queries.invalidateQueries()
      onDone()
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setBusy(false)
    }
  }
  const line = (
    key: Exclude<keyof Description, 'sector'>,
    more: { required?: boolean; list?: string; isLong?: boolean } = {},
  ) => {
    const { isLong, ...rest } = more
    const shared = {
      value: form[key],
      maxLength: isLong ? 10_000 : 500,
      onChange: ({ target }: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
        set({ [key]: target.value }),
    }
    return (
      // biome-ignore lint/a11y/noLabelWithoutControl: it holds one of the two below
      <label className={controls.label}>
        {t(`datasets.describe.${key}`)}
        {isLong ? (
          <textarea className={styles.long} rows={3} {...shared} />
        ) : (
          <input className={controls.input} {...shared} {...rest} />
        )}
      </label>
    )
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {line('titleFr', { required: true })}
      {line('titleEn')}
      {line('descriptionFr', { isLong: true })}
      {line('descriptionEn', { isLong: true })}
      {line('publisher')}
      {line('license', { list: 'licences' })}
      <datalist id="licences">
        {Object.keys(knownLicences).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {line('theme')}
      {line('keyword')}
      {line('territory')}
      {line('licenseUrl')}
      <fieldset className={styles.sectors}>
        <legend>{t('datasets.facet.sector')}</legend>
        {sectors.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={form.sector.includes(name)}
              onChange={() =>
                set({
                  sector: form.sector.includes(name)
                    ? form.sector.filter((other) => other !== name)
                    : [...form.sector, name],
                })
              }
            />
            {names.sector(name)}
          </label>
        ))}
      </fieldset>
      {error && (
        <p className={`${controls.error} ${styles.whole}`} role="alert">
          {said(error.message)} {error instanceof Refusal && error.help && said(error.help)}
        </p>
      )}
      <div className={`${sections.bar} ${styles.whole}`}>
        <button type="submit" className={controls.primary} disabled={isBusy}>
          {t('datasets.describe.save')}
        </button>
        <button type="button" className={controls.button} onClick={onDone}>
          {t('datasets.cancel')}
        </button>
      </div>
    </form>
  )
}
