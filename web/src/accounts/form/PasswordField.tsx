import { useState } from 'react'
import { useLanguage } from '../../ui/use-language.ts'
import { Field, type FieldProps } from './Field.tsx'
import styles from './Form.module.css'

const shortest = 12

/** A password that can be looked at while it is written; a new one says what it still lacks. */
export function PasswordField({
  isNew = false,
  ...props
}: Omit<FieldProps, 'after' | 'type'> & { isNew?: boolean }) {
  const { t } = useLanguage()
  const [isShown, setShown] = useState(false)
  const length = [...String(props.value ?? '')].length
  const hint = isNew
    ? length === 0 || length >= shortest
      ? t('accounts.form.passwordHint')
      : t('accounts.form.passwordLacks', { count: shortest - length })
    : props.hint
  return (
    <Field
      autoComplete={isNew ? 'new-password' : 'current-password'}
      maxLength={256}
      required
      {...props}
      type={isShown ? 'text' : 'password'}
      hint={hint}
      after={
        <button
          type="button"
          className={styles.reveal}
          aria-pressed={isShown}
          aria-label={t('accounts.form.showPassword')}
          onClick={() => setShown(!isShown)}
        >
          {t(isShown ? 'accounts.form.hide' : 'accounts.form.show')}
        </button>
      }
    />
  )
}
