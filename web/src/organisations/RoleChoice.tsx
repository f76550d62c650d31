import form from '../accounts/form/Form.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { type OrganisationRole, roles } from './api.ts'

/** The roles of a member, each with what it may. */
export function RoleChoice({
  role,
  change,
}: {
  role: OrganisationRole
  change: (role: OrganisationRole) => void
}) {
  const { t } = useLanguage()
  return (
    <fieldset className={form.choices}>
      <legend>{t('organisations.form.role')}</legend>
      {roles.map((name) => (
        <label key={name} className={form.choice}>
          <input type="radio" name="role" checked={name === role} onChange={() => change(name)} />
          <span>{t(`organisations.role.${name}`)}</span>
          <small>{t(`organisations.roleWhat.${name}`)}</small>
        </label>
      ))}
    </fieldset>
  )
}
