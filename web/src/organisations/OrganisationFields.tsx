import { Field } from '../accounts/form/Field.tsx'
import form from '../accounts/form/Form.module.css'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { kinds, type OrganisationKind } from './api.ts'

export interface OrganisationGiven {
  name: string
  kind: OrganisationKind
  siret: string
  eori: string
  lei: string
}

const identifiers = ['siret', 'eori', 'lei'] as const

/** Name, kind and identifiers; the server checks their digits. */
export function OrganisationFields({
  given,
  change,
}: {
  given: OrganisationGiven
  change: (given: OrganisationGiven) => void
}) {
  const { t } = useLanguage()
  return (
    <>
      <div className={form.pair}>
        <Field
          label={t('organisations.form.name')}
          autoComplete="off"
          maxLength={200}
          required
          value={given.name}
          onChange={({ target }) => change({ ...given, name: target.value })}
        />
        <label className={form.field}>
          <span className={form.label}>{t('organisations.kind')}</span>
          <select
            className={`${controls.select} ${form.select}`}
            value={given.kind}
            onChange={({ target }) => change({ ...given, kind: target.value as OrganisationKind })}
          >
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {t(`organisations.kindOne.${kind}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className={form.triple}>
        {identifiers.map((name) => (
          <Field
            key={name}
            label={name.toUpperCase()}
            hint={t(`organisations.form.${name}`)}
            autoComplete="off"
            spellCheck={false}
            maxLength={40}
            value={given[name]}
            onChange={({ target }) => change({ ...given, [name]: target.value })}
          />
        ))}
      </div>
    </>
  )
}
