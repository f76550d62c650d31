import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { OrganisationView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Dialog } from '../accounts/form/Dialog.tsx'
import form from '../accounts/form/Form.module.css'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import styles from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import { Section } from '../accounts/Section.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { useOrganisations } from './api.ts'
import { OrganisationFields, type OrganisationGiven } from './OrganisationFields.tsx'
import { StatusBadge } from './StatusBadge.tsx'

/** Organisations of the platform, for who admits them. */
export function OrganisationsPart() {
  const { t } = useLanguage()
  const { day } = useMoments()
  const organisations = useOrganisations()
  const [isMaking, setMaking] = useState(false)
  const make = (
    <button type="button" className={controls.primary} onClick={() => setMaking(true)}>
      {t('organisations.make')}
    </button>
  )
  return (
    <Section
      title={t('accounts.admin.organisations')}
      about={t('organisations.adminAbout')}
      action={organisations.data?.length ? make : undefined}
    >
      <Listed query={organisations}>
        {(all) =>
          all.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('organisations.none')}</strong>
              <p>{t('organisations.noneAdmin')}</p>
              {make}
            </div>
          ) : (
            <ul className={styles.list}>
              {all.map((one) => (
                <li key={one.id} className={styles.item}>
                  <div className={styles.what}>
                    <strong>
                      <Link
                        to="/organisations/$id"
                        params={{ id: one.id }}
                        search={(previous) => ({ lang: previous.lang, tab: 'members' as const })}
                      >
                        <Named name={one.name} isSimulated={one.isExample} />
                      </Link>
                      <StatusBadge status={one.status} />
                    </strong>
                    <span className={styles.sub}>
                      {t(`organisations.kindOne.${one.kind}`)} ·{' '}
                      {t('organisations.members.since', { day: day(one.createdAt) })}
                    </span>
                  </div>
                  <Link
                    to="/organisations/$id"
                    params={{ id: one.id }}
                    search={(previous) => ({ lang: previous.lang, tab: 'settings' as const })}
                    className={controls.button}
                  >
                    {t('organisations.tab.settings')}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Listed>
      {isMaking && <MakeDialog onClose={() => setMaking(false)} />}
    </Section>
  )
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [given, setGiven] = useState<OrganisationGiven>({
    name: '',
    kind: 'public',
    siret: '',
    eori: '',
    lei: '',
  })
  const make = useMutation({
    mutationFn: () =>
      ask<OrganisationView>('/api/v1/organisations', {
        method: 'POST',
        body: {
          name: given.name,
          kind: given.kind,
          identifiers: { siret: given.siret || null, eori: given.eori || null, lei: given.lei || null },
        },
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['organisations'] })
      // Its first administrator is invited next.
      await navigate({
        to: '/organisations/$id',
        params: { id },
        search: (previous) => ({ lang: previous.lang, tab: 'members' as const }),
      })
    },
  })
  return (
    <Dialog title={t('organisations.make')} onClose={onClose} isWide>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <p className={styles.about}>{t('organisations.makeNext')}</p>
        <OrganisationFields given={given} change={setGiven} />
        <Refused error={make.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="submit" className={controls.primary} disabled={make.isPending}>
            {t('organisations.form.make')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
