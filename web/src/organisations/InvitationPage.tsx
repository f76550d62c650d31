import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Static } from 'typebox'
import type { SessionView } from '../../../src/accounts/schema.ts'
import type { InvitationOffer } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import entrance from '../accounts/entrance/Entrance.module.css'
import { Entrance } from '../accounts/entrance/Entrance.tsx'
import { NewPersonFields } from '../accounts/entrance/NewPersonFields.tsx'
import { Providers } from '../accounts/entrance/Providers.tsx'
import { SignInForm } from '../accounts/entrance/SignInForm.tsx'
import { useLinkToken } from '../accounts/entrance/use-link-token.ts'
import form from '../accounts/form/Form.module.css'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import { splitName } from '../accounts/names.ts'
import { Refused } from '../accounts/Refused.tsx'
import {
  forEverybody,
  useReadSessionAgain,
  useSession,
  useSignIn,
  useSignOut,
  useSwitch,
} from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'

type Offer = Static<typeof InvitationOffer>

/** Kept for the way to a provider and back; never longer than the tab. */
const keptToken = 'lacydon-invitation'

/** `/invitation#…`: joins an organisation, with a new account or the one there is. */
export function InvitationPage() {
  const { t } = useLanguage()
  const linked = useLinkToken()
  const [token] = useState(() => linked || sessionStorage.getItem(keptToken) || '')
  const { data: session } = useSession()
  const offer = useQuery({
    queryKey: ['offer', token],
    queryFn: ({ signal }) =>
      ask<Offer>('/api/v1/invitations/offer', { method: 'POST', body: { token }, signal }),
    enabled: token !== '',
    retry: false,
    meta: forEverybody,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (token === '' || offer.error)
    return (
      <Entrance title={t('organisations.join.title')}>
        {offer.error ? (
          <Refused error={offer.error} />
        ) : (
          <p className={controls.error} role="alert">
            {t('accounts.noToken')}
          </p>
        )}
      </Entrance>
    )
  if (!offer.data || !session)
    return <Entrance title={t('organisations.join.title')} lead={t('accounts.opening')} />
  const { organisationName } = offer.data
  return (
    <Entrance
      title={t('organisations.join.to', { name: splitName(organisationName).name })}
      lead={t('organisations.join.lead')}
    >
      <Terms offer={offer.data} />
      <Joining offer={offer.data} token={token} session={session} />
    </Entrance>
  )
}

function Terms({ offer }: { offer: Offer }) {
  const { t } = useLanguage()
  const { day } = useMoments()
  return (
    <p className={entrance.offer}>
      <strong>
        <Named name={offer.organisationName} />
      </strong>
      <span>{t('organisations.join.as', { role: t(`organisations.role.${offer.role}`) })}</span>
      <span className={entrance.foot}>
        {t(`organisations.roleWhat.${offer.role}`)} ·{' '}
        {t('organisations.invite.expires', { day: day(offer.expiresAt) })}
      </span>
    </p>
  )
}

function Joining({ offer, token, session }: { offer: Offer; token: string; session: SessionView }) {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const signIn = useSignIn()
  const signOut = useSignOut()
  const change = useSwitch()
  const readAgain = useReadSessionAgain()
  const [given, setGiven] = useState({ name: '', email: offer.email, password: '' })
  const before = new Set(session.memberships.map(({ organisation }) => organisation))

  const accept = useMutation({
    mutationFn: async (body: { name?: string; password?: string; locale?: 'fr' | 'en' }) => {
      await ask('/api/v1/invitations/accept', { method: 'POST', body: { token, ...body } })
      sessionStorage.removeItem(keptToken)
      const joined = body.password
        ? await signIn.mutateAsync({ email: offer.email, password: body.password })
        : await readAgain()
      const added = joined.memberships.find(({ organisation }) => !before.has(organisation))
      if (added && joined.organisation !== added.organisation) await change.mutateAsync(added.organisation)
      if (added)
        await navigate({
          to: '/organisations/$id',
          params: { id: added.organisation },
          search: (previous) => ({ lang: previous.lang }),
          hash: '',
          replace: true,
        })
      else await navigate({ to: '/profile', hash: '', replace: true })
    },
  })

  if (session.person && !isSame(session.person.email, offer.email))
    return (
      <>
        <p className={controls.error} role="alert">
          {t('organisations.join.other', { mine: session.person.email, invited: offer.email })}
        </p>
        <button
          type="button"
          className={`${controls.primary} ${form.whole}`}
          disabled={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          {t('organisations.join.signOut')}
        </button>
      </>
    )
  if (session.person)
    return (
      <>
        <Refused error={accept.error} />
        <button
          type="button"
          className={`${controls.primary} ${form.whole}`}
          disabled={accept.isPending}
          onClick={() => accept.mutate({})}
        >
          {t('organisations.join.accept')}
        </button>
      </>
    )
  return (
    <>
      {offer.hasAccount ? (
        <SignInForm email={offer.email} />
      ) : (
        <form
          className={form.form}
          onSubmit={(event) => {
            event.preventDefault()
            accept.mutate({ name: given.name, password: given.password, locale: language })
          }}
        >
          <NewPersonFields person={given} change={setGiven} isEmailFixed />
          <Refused error={accept.error} />
          <button type="submit" className={`${controls.primary} ${form.whole}`} disabled={accept.isPending}>
            {t('organisations.join.make')}
          </button>
        </form>
      )}
      {/* The fragment does not survive the way to a provider. */}
      <div onClickCapture={() => sessionStorage.setItem(keptToken, token)}>
        <Providers providers={session.providers} returnTo="/invitation" />
      </div>
    </>
  )
}

const isSame = (a: string, b: string) =>
  a.normalize('NFKC').trim().toLowerCase() === b.normalize('NFKC').trim().toLowerCase()
