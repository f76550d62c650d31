import { useLanguage } from '../../ui/use-language.ts'
import { Field } from '../form/Field.tsx'
import { PasswordField } from '../form/PasswordField.tsx'

export interface NewPerson {
  name: string
  email: string
  password: string
}

/** Who is new: name, address and password. An address that was invited stays as it is. */
export function NewPersonFields({
  person,
  change,
  isEmailFixed = false,
}: {
  person: NewPerson
  change: (person: NewPerson) => void
  isEmailFixed?: boolean
}) {
  const { t } = useLanguage()
  return (
    <>
      <Field
        label={t('accounts.form.name')}
        autoComplete="name"
        maxLength={200}
        required
        value={person.name}
        onChange={({ target }) => change({ ...person, name: target.value })}
      />
      <Field
        label={t('accounts.form.email')}
        type="email"
        autoComplete="username"
        maxLength={254}
        required
        readOnly={isEmailFixed}
        value={person.email}
        onChange={({ target }) => change({ ...person, email: target.value })}
      />
      <PasswordField
        isNew
        label={t('accounts.form.password')}
        value={person.password}
        onChange={({ target }) => change({ ...person, password: target.value })}
      />
    </>
  )
}
