import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { type Language, languages } from '../../ui/language.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { useMoments } from '../moments.ts'
import { Named } from '../Named.tsx'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { useReadSessionAgain } from '../session.ts'

const names: Record<Language, string> = { fr: 'Français', en: 'English' }

/** My name and language, and the organisations I act for. */
export function IdentitySection({
  session: { person, memberships, organisation },
}: {
  session: PersonSession
}) {
  const { t } = useLanguage()
  const { lastDay } = useMoments()
  const navigate = useNavigate()
  const readAgain = useReadSessionAgain()
  const [name, setName] = useState(person.name)
  const [locale, setLocale] = useState(person.locale)
  const save = useMutation({
    mutationFn: async () => {
      await ask('/api/v1/accounts/me', { method: 'PATCH', body: { name, locale } })
      await readAgain()
      // The address says the language too: it follows the choice.
      await navigate({ to: '.', search: (previous) => ({ ...previous, lang: locale }), replace: true })
    },
  })
  const isChanged = name !== person.name || locale !== person.locale
  return (
    <>
      <Section title={t('accounts.profile.identity')} about={t('accounts.identity.about')}>
        <form
          className={`${styles.card} ${form.form}`}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <div className={form.pair}>
            <Field
              label={t('accounts.form.name')}
              autoComplete="name"
              maxLength={200}
              required
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
            <Field
              label={t('accounts.form.email')}
              hint={t('accounts.identity.emailHint')}
              type="email"
              readOnly
              value={person.email}
            />
          </div>
          <fieldset className={form.choices}>
            <legend>{t('accounts.identity.language')}</legend>
            {languages.map((code) => (
              <label key={code} className={form.choice}>
                <input
                  type="radio"
                  name="locale"
                  checked={locale === code}
                  onChange={() => setLocale(code)}
                />
                <span lang={code}>{names[code]}</span>
              </label>
            ))}
          </fieldset>
          <Refused error={save.error} />
          <div className={form.actions}>
            <button type="submit" className={controls.primary} disabled={!isChanged || save.isPending}>
              {t('accounts.form.save')}
            </button>
            <span role="status">{save.isSuccess && !isChanged ? t('accounts.form.saved') : ''}</span>
          </div>
        </form>
      </Section>
      <Section title={t('accounts.identity.organisations')}>
        {memberships.length === 0 ? (
          <div className={styles.empty}>
            <strong>{t('accounts.identity.none')}</strong>
            <p>{t('accounts.identity.noneWhy')}</p>
            <Link
              to="/organisations"
              search={(previous) => ({ lang: previous.lang })}
              className={controls.button}
            >
              {t('accounts.identity.seeOrganisations')}
            </Link>
          </div>
        ) : (
          <ul className={styles.list}>
            {memberships.map((membership) => (
              <li key={membership.organisation} className={styles.item}>
                <div className={styles.what}>
                  <strong>
                    <Link
                      to="/organisations/$id"
                      params={{ id: membership.organisation }}
                      search={(previous) => ({ lang: previous.lang })}
                    >
                      <Named name={membership.organisationName} />
                    </Link>
                    {membership.organisation === organisation && (
                      <span className={controls.badge}>{t('accounts.corner.acting')}</span>
                    )}
                  </strong>
                  <span className={styles.sub}>
                    {t(`organisations.role.${membership.role}`)}
                    {membership.until &&
                      ` · ${t('organisations.members.until', { day: lastDay(membership.until) })}`}
                  </span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}
