import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import controls from '../../datasets/Controls.module.css'
import { NotFound } from '../../shell/NotFound.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { Field } from '../form/Field.tsx'
import form from '../form/Form.module.css'
import { Refused } from '../Refused.tsx'
import { useSession, useSignIn } from '../session.ts'
import { Entrance } from './Entrance.tsx'
import { NewPersonFields } from './NewPersonFields.tsx'
import { useLinkToken } from './use-link-token.ts'

/** `/setup#…`: makes the administrator with the token of the terminal, once; then there is no such page. */
export function SetupPage() {
  const { t, language } = useLanguage()
  const { data: session } = useSession()
  const signIn = useSignIn()
  const navigate = useNavigate()
  const linked = useLinkToken()
  const [typed, setTyped] = useState('')
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const setUp = useMutation({
    mutationFn: async () => {
      const body = { ...person, email: person.email.trim(), token: linked || typed.trim(), locale: language }
      await ask('/api/v1/setup', { method: 'POST', body })
      return signIn.mutateAsync({ email: body.email, password: person.password })
    },
    onSuccess: () => navigate({ to: '/administration', hash: '', replace: true }),
  })
  if (session && !session.needsSetup && !setUp.isPending && !setUp.isSuccess) return <NotFound />
  return (
    <Entrance title={t('accounts.setup.title')} lead={t('accounts.setup.lead')}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          setUp.mutate()
        }}
      >
        {linked === '' && (
          <Field
            label={t('accounts.setup.token')}
            hint={t('accounts.setup.tokenHint')}
            autoComplete="off"
            spellCheck={false}
            minLength={20}
            maxLength={200}
            required
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
        <NewPersonFields person={person} change={setPerson} />
        <Refused error={setUp.error} />
        <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={setUp.isPending}>
          {t('accounts.setup.make')}
        </button>
      </form>
    </Entrance>
  )
}
