import type { Grantee } from '../../../src/sharing/schema.ts'
import form from '../accounts/form/Form.module.css'
import controls from '../datasets/Controls.module.css'
import { roles } from '../organisations/api.ts'
import { useLanguage } from '../ui/use-language.ts'
import type { Parties } from './use-parties.ts'

/** Whom a grant is for: anybody, a consortium, an organisation, or one role in it. */
export function GranteeChoice({
  grantee,
  change,
  parties,
  owner,
}: {
  grantee: Grantee | null
  change: (grantee: Grantee | null) => void
  parties: Parties
  owner: string | null
}) {
  const { t } = useLanguage()
  const organisation = grantee && 'organisation' in grantee ? grantee.organisation : undefined
  const value =
    grantee === null
      ? ''
      : grantee.kind === 'consortium'
        ? `consortium:${grantee.consortium}`
        : organisation !== undefined
          ? `organisation:${organisation}`
          : grantee.kind
  return (
    <div className={form.pair}>
      <label className={form.field}>
        <span className={form.label}>{t('sharing.grant.who')}</span>
        <select
          className={`${controls.select} ${form.select}`}
          required
          value={value}
          onChange={({ target }) => change(readGrantee(target.value))}
        >
          <option value="">{t('sharing.grant.choose')}</option>
          <optgroup label={t('sharing.grant.organisations')}>
            {parties.organisations
              .filter(({ id, status }) => id !== owner && (status === 'active' || id === organisation))
              .map(({ id, name }) => (
                <option key={id} value={`organisation:${id}`}>
                  {name}
                </option>
              ))}
          </optgroup>
          {parties.consortia.length > 0 && (
            <optgroup label={t('sharing.grant.consortia')}>
              {parties.consortia.map(({ id, name }) => (
                <option key={id} value={`consortium:${id}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={t('sharing.grant.anybody')}>
            <option value="authenticated">{t('sharing.who.authenticated')}</option>
            <option value="everyone">{t('sharing.who.everyone')}</option>
          </optgroup>
        </select>
      </label>
      {organisation !== undefined && (
        <label className={form.field}>
          <span className={form.label}>{t('sharing.grant.role')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            value={grantee?.kind === 'role' ? grantee.role : ''}
            onChange={({ target }) => {
              const role = roles.find((name) => name === target.value)
              change(role ? { kind: 'role', organisation, role } : { kind: 'organisation', organisation })
            }}
          >
            <option value="">{t('sharing.grant.everyRole')}</option>
            {roles.map((role) => (
              <option key={role} value={role}>
                {t(`organisations.role.${role}`)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  )
}

function readGrantee(value: string): Grantee | null {
  if (value === 'everyone' || value === 'authenticated') return { kind: value }
  const [kind, ...rest] = value.split(':')
  const id = rest.join(':')
  if (kind === 'consortium') return { kind, consortium: id }
  return kind === 'organisation' ? { kind, organisation: id } : null
}
