import { useState } from 'react'
import type { DataRequest } from '../../../src/sharing/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import form from '../accounts/form/Form.module.css'
import { Refused } from '../accounts/Refused.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type ActionName, actionNames, requestPath, useChange } from './api.ts'
import styles from './Sharing.module.css'

const periods = [30, 90, 365, null] as const
const offered = actionNames.filter((name) => name !== 'discover' && name !== 'preview')

/** Asks the owner of a dataset for access: what for, how long, to do what. */
export function RequestDialog({
  dataset,
  title,
  onClose,
}: {
  dataset: string
  title: string
  onClose: () => void
}) {
  const { t } = useLanguage()
  const [purpose, setPurpose] = useState('')
  const [question, setQuestion] = useState('')
  const [days, setDays] = useState<number | null>(90)
  const [actions, setActions] = useState<readonly ActionName[]>(['query'])
  const send = useChange(async () => {
    const draft = await ask<DataRequest>(requestPath(), {
      method: 'POST',
      body: {
        dataset,
        subject: '',
        purpose: purpose.trim(),
        durationDays: days,
        actions: actionNames.filter(
          (name) => name === 'discover' || name === 'preview' || actions.includes(name),
        ),
      },
    })
    return ask<DataRequest>(requestPath(draft.id), {
      method: 'POST',
      body: { to: 'submitted', text: question.trim() },
    })
  }, ['requests'])
  return (
    <Dialog title={t('sharing.ask.title', { title })} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <label className={form.field}>
          <span className={form.label}>{t('sharing.ask.purpose')}</span>
          <textarea
            className={form.area}
            required
            maxLength={5000}
            placeholder={t('sharing.ask.purposeHint')}
            value={purpose}
            onChange={({ target }) => setPurpose(target.value)}
          />
        </label>
        <fieldset className={form.choices}>
          <legend>{t('sharing.ask.actions')}</legend>
          <div className={form.columns}>
            {offered.map((name) => (
              <label key={name} className={form.choice}>
                <input
                  type="checkbox"
                  checked={actions.includes(name)}
                  onChange={({ target }) =>
                    setActions(
                      offered.filter((one) => (one === name ? target.checked : actions.includes(one))),
                    )
                  }
                />
                <span>{t(`sharing.action.${name}`)}</span>
                <small>{t(`sharing.actionWhat.${name}`)}</small>
              </label>
            ))}
          </div>
        </fieldset>
        <label className={form.field}>
          <span className={form.label}>{t('sharing.ask.duration')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            value={days ?? ''}
            onChange={({ target }) => setDays(target.value === '' ? null : Number(target.value))}
          >
            {periods.map((count) => (
              <option key={count ?? 'none'} value={count ?? ''}>
                {count === null ? t('sharing.requests.noEnd') : t('sharing.requests.days', { count })}
              </option>
            ))}
          </select>
        </label>
        <label className={form.field}>
          <span className={form.label}>{t('sharing.ask.question')}</span>
          <textarea
            className={form.area}
            maxLength={5000}
            value={question}
            onChange={({ target }) => setQuestion(target.value)}
          />
        </label>
        <p className={styles.quiet}>{t('sharing.ask.seen')}</p>
        <Refused error={send.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button
            type="submit"
            className={controls.primary}
            disabled={purpose.trim() === '' || actions.length === 0 || send.isPending}
          >
            {t('sharing.requests.send')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
