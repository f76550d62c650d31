import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Static } from 'typebox'
import type { RecoveryCodes, TotpOffer } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { CopyButton } from '../../datasets/CopyButton.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Dialog } from '../form/Dialog.tsx'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { PasswordField } from '../form/PasswordField.tsx'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { useReadSessionAgain } from '../session.ts'

const path = '/api/v1/accounts/me/totp'

/** Turns the second factor on: the password, the picture and a first code, then the recovery codes, shown once. */
export function SecondFactorSteps({
  needsPassword,
  onClose,
}: {
  needsPassword: boolean
  onClose: () => void
}) {
  const { t } = useLanguage()
  const readAgain = useReadSessionAgain()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({
    mutationFn: () =>
      ask<Static<typeof TotpOffer>>(path, { method: 'POST', body: needsPassword ? { password } : {} }),
  })
  const confirm = useMutation({
    mutationFn: () =>
      ask<Static<typeof RecoveryCodes>>(`${path}/confirm`, { method: 'POST', body: { code: code.trim() } }),
    onError: () => setCode(''),
  })
  const offer = begin.data
  const codes = confirm.data?.codes
  const close = () => {
    if (codes) void readAgain()
    onClose()
  }

  if (codes)
    return (
      <Dialog title={t('accounts.totp.codesTitle')} onClose={close}>
        <p className={styles.about}>{t('accounts.totp.codesWhy')}</p>
        <ul className={styles.codes} aria-label={t('accounts.totp.codesTitle')}>
          {codes.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
        <div className={form.actions}>
          <CopyButton text={codes.join('\n')} label={t('accounts.form.copy')} />
          <a
            className={controls.button}
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`}
            download="lacydon-codes.txt"
          >
            {t('accounts.totp.download')}
          </a>
          <button type="button" className={controls.primary} onClick={close}>
            {t('accounts.totp.kept')}
          </button>
        </div>
      </Dialog>
    )
  return (
    <Dialog title={t('accounts.totp.add')} onClose={close}>
      {offer ? (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            confirm.mutate()
          }}
        >
          <div className={styles.qr}>
            <img src={offer.qr} alt={t('accounts.totp.picture')} />
            <ol className={styles.steps}>
              <li>{t('accounts.totp.scan')}</li>
              <li>
                {t('accounts.totp.orType')} <code className={styles.secret}>{offer.secret}</code>
              </li>
              <li>{t('accounts.totp.thenCode')}</li>
            </ol>
          </div>
          <Field
            key="code"
            label={t('accounts.totp.code')}
            autoComplete="one-time-code"
            inputMode="numeric"
            minLength={6}
            maxLength={10}
            required
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
          <Refused error={confirm.error} />
          <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={confirm.isPending}>
            {t('accounts.totp.confirm')}
          </button>
        </form>
      ) : (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            begin.mutate()
          }}
        >
          <p>{t(needsPassword ? 'accounts.totp.passwordFirst' : 'accounts.totp.begin')}</p>
          {needsPassword && (
            <PasswordField
              key="password"
              label={t('accounts.form.password')}
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
          <Refused error={begin.error} />
          <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={begin.isPending}>
            {t('accounts.form.continue')}
          </button>
        </form>
      )}
    </Dialog>
  )
}
