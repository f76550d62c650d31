import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OrganisationView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Confirm } from '../accounts/form/Confirm.tsx'
import form from '../accounts/form/Form.module.css'
import { splitName } from '../accounts/names.ts'
import styles from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import { Section } from '../accounts/Section.tsx'
import { useReadSessionAgain } from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { organisationPath } from './api.ts'
import { OrganisationFields } from './OrganisationFields.tsx'
import type { OrganisationPartProps } from './OrganisationPage.tsx'

type NextStatus = 'active' | 'suspended' | 'left'

/** Name, kind and identifiers of an organisation; suspending it, leaving, coming back. */
export function SettingsTab({ organisation, standing }: OrganisationPartProps) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const [given, setGiven] = useState(() => fieldsOf(organisation))
  const save = useMutation({
    mutationFn: () =>
      ask<OrganisationView>(organisationPath(organisation.id), {
        method: 'PATCH',
        body: {
          name: given.name,
          kind: given.kind,
          identifiers: { siret: given.siret || null, eori: given.eori || null, lei: given.lei || null },
        },
      }),
    onSuccess: (changed) => {
      setGiven(fieldsOf(changed))
      queries.setQueryData(['organisation', organisation.id], changed)
      void queries.invalidateQueries({ queryKey: ['organisations'] })
    },
  })
  const isChanged = JSON.stringify(given) !== JSON.stringify(fieldsOf(organisation))
  return (
    <>
      <Section title={t('organisations.settings.title')}>
        <form
          className={`${styles.card} ${form.form}`}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <OrganisationFields given={given} change={setGiven} />
          <Refused error={save.error} />
          <div className={form.actions}>
            <button type="submit" className={controls.primary} disabled={!isChanged || save.isPending}>
              {t('accounts.form.save')}
            </button>
            <span role="status">{save.isSuccess && !isChanged ? t('accounts.form.saved') : ''}</span>
          </div>
        </form>
      </Section>
      <StatusSection organisation={organisation} mayDecide={standing.isPlatformAdmin} />
    </>
  )
}

const fieldsOf = ({ name, kind, siret, eori, lei }: OrganisationView) => ({
  name,
  kind,
  siret: siret ?? '',
  eori: eori ?? '',
  lei: lei ?? '',
})

/** Taking part or not: what follows is said before it is done. */
function StatusSection({ organisation, mayDecide }: { organisation: OrganisationView; mayDecide: boolean }) {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const readAgain = useReadSessionAgain()
  const [asked, setAsked] = useState<NextStatus>()
  const set = useMutation({
    mutationFn: (status: NextStatus) =>
      ask<OrganisationView>(`${organisationPath(organisation.id)}/status`, {
        method: 'PUT',
        body: { status },
      }),
    onSuccess: async (changed) => {
      setAsked(undefined)
      queries.setQueryData(['organisation', organisation.id], changed)
      await readAgain()
    },
  })
  const next: NextStatus[] = mayDecide
    ? organisation.status === 'active'
      ? ['suspended', 'left']
      : ['active']
    : organisation.status === 'active'
      ? ['left']
      : []
  if (next.length === 0) return null
  const { name } = splitName(organisation.name)
  return (
    <Section title={t('organisations.settings.part')} about={t('organisations.settings.partWhy')}>
      <div className={styles.card}>
        <div className={form.actions}>
          {next.map((status) => (
            <button
              key={status}
              type="button"
              className={status === 'active' ? controls.primary : controls.danger}
              onClick={() => setAsked(status)}
            >
              {t(`organisations.settings.to.${status}`)}
            </button>
          ))}
        </div>
      </div>
      {asked && (
        <Confirm
          title={`${t(`organisations.settings.to.${asked}`)} – ${name}`}
          action={t(`organisations.settings.to.${asked}`)}
          doing={set}
          onConfirm={() => set.mutate(asked)}
          onClose={() => setAsked(undefined)}
        >
          {t(`organisations.settings.why.${asked}`)}
        </Confirm>
      )}
    </Section>
  )
}
