import { useState } from 'react'
import type { AgreementTemplate, TemplateBody } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { templatePath, useChange } from './api.ts'
import styles from './Sharing.module.css'
import { duties, termsOf, type Use, uses, writeTerms } from './terms.ts'

const languages = ['fr', 'en'] as const

/** Writes terms in both languages, or the next version of them. */
export function TemplateDialog({
  template,
  onClose,
}: {
  template: AgreementTemplate | undefined
  onClose: () => void
}) {
  const { t } = useLanguage()
  const [title, setTitle] = useState(template?.title ?? { fr: '', en: '' })
  const [text, setText] = useState(template?.text ?? { fr: '', en: '' })
  const [terms, setTerms] = useState(() => termsOf(template?.odrl))
  const [termDays, setTermDays] = useState<number | null>(template ? template.termDays : 365)
  const [graceDays, setGraceDays] = useState(template?.graceDays ?? 0)
  const [clickThrough, setClickThrough] = useState(template?.clickThrough ?? true)
  const publish = useChange(
    (body: TemplateBody) => ask<AgreementTemplate>(templatePath(template?.id), { method: 'POST', body }),
    ['templates'],
  )
  const isWhole = languages.every((one) => title[one].trim() !== '' && text[one].trim() !== '')
  return (
    <Dialog
      title={t(template ? 'sharing.templates.next' : 'sharing.templates.write')}
      onClose={onClose}
      isWide
    >
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          const body = { title, text, odrl: writeTerms(terms), graceDays, termDays, clickThrough }
          publish.mutate(body, { onSuccess: onClose })
        }}
      >
        {languages.map((one) => (
          <fieldset key={one} className={styles.inLanguage} lang={one}>
            <legend>{t(`sharing.templates.in.${one}`)}</legend>
            <Field
              label={t('sharing.templates.name')}
              required
              maxLength={300}
              value={title[one]}
              onChange={({ target }) => setTitle({ ...title, [one]: target.value })}
            />
            <label className={form.field}>
              <span className={form.label}>{t('sharing.templates.text')}</span>
              <textarea
                className={form.area}
                required
                rows={5}
                value={text[one]}
                onChange={({ target }) => setText({ ...text, [one]: target.value })}
              />
            </label>
          </fieldset>
        ))}
        <div className={form.pair}>
          <label className={form.field}>
            <span className={form.label}>{t('sharing.templates.use')}</span>
            <select
              className={`${controls.select} ${form.select}`}
              value={terms.use}
              onChange={({ target }) => setTerms({ ...terms, use: target.value as Use })}
            >
              {uses.map((use) => (
                <option key={use} value={use}>
                  {t(`sharing.term.${use}`)}
                </option>
              ))}
            </select>
          </label>
          <Field
            label={t('sharing.templates.purpose')}
            hint={t('sharing.templates.declared')}
            value={terms.purpose}
            onChange={({ target }) => setTerms({ ...terms, purpose: target.value })}
          />
        </div>
        <fieldset className={form.choices}>
          <legend>{t('sharing.templates.duties')}</legend>
          {duties.map((duty) => (
            <label key={duty} className={form.choice}>
              <input
                type="checkbox"
                checked={terms.duties.includes(duty)}
                onChange={({ target }) =>
                  setTerms({
                    ...terms,
                    duties: duties.filter((one) =>
                      one === duty ? target.checked : terms.duties.includes(one),
                    ),
                  })
                }
              />
              <span>{t(`sharing.term.${duty}`)}</span>
            </label>
          ))}
        </fieldset>
        <div className={form.pair}>
          <Field
            label={t('sharing.templates.term')}
            type="number"
            min={1}
            max={36500}
            placeholder={t('sharing.none')}
            value={termDays ?? ''}
            onChange={({ target }) =>
              setTermDays(target.value === '' ? null : Math.round(target.valueAsNumber))
            }
          />
          <Field
            label={t('sharing.templates.grace')}
            hint={t('sharing.templates.graceHint')}
            type="number"
            min={0}
            max={365}
            required
            value={graceDays}
            onChange={({ target }) => setGraceDays(Math.max(0, Math.round(target.valueAsNumber || 0)))}
          />
        </div>
        <label className={form.choice}>
          <input
            type="checkbox"
            checked={clickThrough}
            onChange={({ target }) => setClickThrough(target.checked)}
          />
          <span>{t('sharing.templates.clickThrough')}</span>
          <small>{t('sharing.templates.clickThroughWhat')}</small>
        </label>
        {template && <p className={controls.note}>{t('sharing.templates.supersedes')}</p>}
        <Refused error={publish.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={!isWhole || publish.isPending}>
            {t('sharing.templates.publish')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
