import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { CharterView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import styles from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { languages } from '../ui/language.ts'
import { useLanguage } from '../ui/use-language.ts'
import { charterPath } from './api.ts'

/** Publishes the next version of a charter in both languages. */
export function CharterDialog({
  consortium,
  newest,
  onClose,
}: {
  consortium: string | undefined
  newest: CharterView | undefined
  onClose: () => void
}) {
  const { t } = useLanguage()
  const id = useId()
  const queries = useQueryClient()
  const [text, setText] = useState(newest?.text ?? { fr: '', en: '' })
  const [required, setRequired] = useState('')
  const publish = useMutation({
    mutationFn: () =>
      ask<{ versions: CharterView[] }>(charterPath(consortium), {
        method: 'POST',
        body: { text, ...(required && { requiredAt: new Date(`${required}T00:00`).toISOString() }) },
      }),
    onSuccess: ({ versions }) => {
      queries.setQueryData(['charter', consortium ?? ''], versions)
      for (const key of ['consortium', 'consortia', 'organisation', 'organisations'])
        void queries.invalidateQueries({ queryKey: [key] })
      onClose()
    },
  })
  return (
    <Dialog
      title={t(newest ? 'organisations.charter.next' : 'organisations.charter.first')}
      onClose={onClose}
      isWide
    >
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          publish.mutate()
        }}
      >
        <p className={styles.about}>{t('organisations.charter.publishWhy')}</p>
        {languages.map((language) => (
          <div key={language} className={form.field}>
            <label className={form.label} htmlFor={`${id}-${language}`}>
              {t(`organisations.charter.text.${language}`)}
            </label>
            <textarea
              id={`${id}-${language}`}
              className={form.area}
              lang={language}
              rows={8}
              maxLength={100_000}
              required
              value={text[language]}
              onChange={({ target }) => setText({ ...text, [language]: target.value })}
            />
          </div>
        ))}
        {newest && (
          <Field
            label={t('organisations.charter.requiredFrom')}
            hint={t('organisations.charter.requiredHint')}
            type="date"
            value={required}
            onChange={({ target }) => setRequired(target.value)}
          />
        )}
        <Refused error={publish.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={publish.isPending}>
            {t('organisations.charter.publish')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
