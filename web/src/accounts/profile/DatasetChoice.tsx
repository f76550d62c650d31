import { useState } from 'react'
import { useCatalogue } from '../../datasets/api.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { plain } from '../../vessels/rules.ts'
import form from '../form/Form.module.css'

const mostChosen = 100

/** Which datasets a key reaches: null for all that its person may. */
export function DatasetChoice({
  chosen,
  change,
}: {
  chosen: readonly string[] | null
  change: (chosen: readonly string[] | null) => void
}) {
  const { t } = useLanguage()
  const { data: entries = [] } = useCatalogue()
  const [text, setText] = useState('')
  const asked = plain(text)
  const shown = entries.filter(
    ({ dataset_id, title }) => plain(title ?? '').includes(asked) || dataset_id.includes(asked),
  )
  return (
    <fieldset className={form.choices}>
      <legend>{t('accounts.keys.datasets')}</legend>
      <label className={form.choice}>
        <input type="radio" name="reach" checked={chosen === null} onChange={() => change(null)} />
        <span>{t('accounts.keys.allDatasets')}</span>
      </label>
      <label className={form.choice}>
        <input type="radio" name="reach" checked={chosen !== null} onChange={() => change([])} />
        <span>{t('accounts.keys.someDatasets')}</span>
      </label>
      {chosen !== null && (
        <>
          <input
            type="search"
            className={controls.input}
            aria-label={t('accounts.keys.findDataset')}
            placeholder={t('accounts.keys.findDataset')}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <div className={form.scroll}>
            {shown.map(({ dataset_id, title }) => (
              <label key={dataset_id} className={form.choice}>
                <input
                  type="checkbox"
                  checked={chosen.includes(dataset_id)}
                  disabled={chosen.length >= mostChosen && !chosen.includes(dataset_id)}
                  onChange={({ target }) =>
                    change(
                      target.checked
                        ? [...chosen, dataset_id]
                        : chosen.filter((known) => known !== dataset_id),
                    )
                  }
                />
                <span>{title ?? dataset_id}</span>
                <small>{dataset_id}</small>
              </label>
            ))}
          </div>
        </>
      )}
    </fieldset>
  )
}
