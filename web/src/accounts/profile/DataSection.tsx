import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Dialog } from '../form/Dialog.tsx'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { PasswordField } from '../form/PasswordField.tsx'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { useReadSessionAgain } from '../session.ts'

/** Everything that is known of me, as a file; and my going. */
export function DataSection({ session }: { session: PersonSession }) {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Section title={t('accounts.data.title')} about={t('accounts.data.about')}>
        <div className={styles.card}>
          <div>
            <a className={controls.button} href="/api/v1/accounts/me/data" download="lacydon-my-data.json">
              <Icon name="download" size={16} />
              {t('accounts.data.export')}
            </a>
          </div>
        </div>
      </Section>
      <Section title={t('accounts.erase.title')} about={t('accounts.erase.about')}>
        <div className={styles.card}>
          <Consequences />
          <div>
            <button type="button" className={controls.danger} onClick={() => setAsking(true)}>
              {t('accounts.erase.begin')}
            </button>
          </div>
        </div>
      </Section>
      {isAsking && <EraseDialog session={session} onClose={() => setAsking(false)} />}
    </>
  )
}

function Consequences() {
  const { t } = useLanguage()
  return (
    <ul className={styles.consequences}>
      <li>{t('accounts.erase.gone')}</li>
      <li>{t('accounts.erase.access')}</li>
      <li>{t('accounts.erase.logs')}</li>
      <li>{t('accounts.erase.data')}</li>
    </ul>
  )
}

function EraseDialog({ session: { person }, onClose }: { session: PersonSession; onClose: () => void }) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const readAgain = useReadSessionAgain()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const erase = useMutation({
    mutationFn: async () => {
      const body = { email: email.trim(), ...(person.hasPassword && { password }) }
      await ask('/api/v1/accounts/me/erase', { method: 'POST', body })
      await readAgain()
      await navigate({
        to: '/signin',
        search: (previous) => ({ lang: previous.lang, done: 'erased' as const }),
      })
    },
  })
  return (
    <Dialog title={t('accounts.erase.title')} onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          erase.mutate()
        }}
      >
        <p>{t('accounts.erase.sure')}</p>
        <Field
          label={t('accounts.erase.email')}
          hint={person.email}
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
        {person.hasPassword && (
          <PasswordField
            label={t('accounts.form.password')}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
        <Refused error={erase.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button
            type="submit"
            className={controls.danger}
            disabled={erase.isPending || email.trim().toLowerCase() !== person.email.toLowerCase()}
          >
            {t('accounts.erase.action')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
