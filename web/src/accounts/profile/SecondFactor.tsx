import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Person } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Dialog } from '../form/Dialog.tsx'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { Section } from '../Section.tsx'
import { useReadSessionAgain } from '../session.ts'
import { SecondFactorSteps } from './SecondFactorSteps.tsx'

/** The second factor: on, with a code of an authenticator and recovery codes, or off. */
export function SecondFactor({ person }: { person: Person }) {
  const { t } = useLanguage()
  const [open, setOpen] = useState<'on' | 'off'>()
  const title = t('accounts.totp.title')
  return (
    <Section title={title} about={t('accounts.totp.about')}>
      <ul className={styles.list}>
        <li className={styles.item}>
          <div className={styles.what}>
            <strong>
              {t('accounts.totp.app')}
              <span className={`${controls.badge} ${person.hasTotp ? styles.good : ''}`}>
                {t(person.hasTotp ? 'accounts.totp.isOn' : 'accounts.totp.isOff')}
              </span>
            </strong>
            <span className={styles.sub}>
              {t(person.hasTotp ? 'accounts.totp.onWhy' : 'accounts.totp.offWhy')}
            </span>
          </div>
          {person.hasTotp ? (
            <button type="button" className={controls.button} onClick={() => setOpen('off')}>
              {t('accounts.totp.remove')}
            </button>
          ) : (
            <button type="button" className={controls.primary} onClick={() => setOpen('on')}>
              {t('accounts.totp.add')}
            </button>
          )}
        </li>
      </ul>
      {open === 'on' && (
        <SecondFactorSteps needsPassword={person.hasPassword} onClose={() => setOpen(undefined)} />
      )}
      {open === 'off' && <RemoveDialog onClose={() => setOpen(undefined)} />}
    </Section>
  )
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage()
  const readAgain = useReadSessionAgain()
  const [code, setCode] = useState('')
  const remove = useMutation({
    mutationFn: async () => {
      await ask('/api/v1/accounts/me/totp', { method: 'DELETE', body: { code: code.trim() } })
      await readAgain()
    },
    onSuccess: onClose,
    onError: () => setCode(''),
  })
  return (
    <Dialog title={t('accounts.totp.removeTitle')} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate()
        }}
      >
        <p>{t('accounts.totp.removeWhy')}</p>
        <Field
          label={t('accounts.signin.code')}
          hint={t('accounts.totp.codeOrRecovery')}
          autoComplete="one-time-code"
          minLength={6}
          maxLength={40}
          required
          value={code}
          onChange={({ target }) => setCode(target.value)}
        />
        <Refused error={remove.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.danger} disabled={remove.isPending}>
            {t('accounts.totp.remove')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
