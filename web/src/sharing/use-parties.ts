import type { ConsortiumView, OrganisationView } from '../../../src/organisations/schema.ts'
import type { Grantee } from '../../../src/sharing/schema.ts'
import { useConsortia, useOrganisations } from '../organisations/api.ts'
import { useLanguage } from '../ui/use-language.ts'

export interface Parties {
  organisations: readonly OrganisationView[]
  consortia: readonly ConsortiumView[]
  /** Of an organisation; its id as long as the name is not known. */
  nameOf: (organisation: string) => string
  granteeName: (grantee: Grantee) => string
}

/** Who data can be shared with, and what they are called. */
export function useParties(): Parties {
  const { t } = useLanguage()
  const { data: organisations = [] } = useOrganisations()
  const { data: consortia = [] } = useConsortia()
  const nameOf = (id: string) => organisations.find((one) => one.id === id)?.name ?? id
  return {
    organisations,
    consortia,
    nameOf,
    granteeName(grantee) {
      switch (grantee.kind) {
        case 'everyone':
        case 'authenticated':
          return t(`sharing.who.${grantee.kind}`)
        case 'consortium':
          return consortia.find(({ id }) => id === grantee.consortium)?.name ?? grantee.consortium
        case 'organisation':
          return nameOf(grantee.organisation)
        case 'role':
          return t('sharing.who.role', {
            name: nameOf(grantee.organisation),
            role: t(`organisations.role.${grantee.role}`),
          })
        case 'platform-role':
          return t(`sharing.who.${grantee.role}`)
        case 'person':
          return t('sharing.who.platform-admin')
      }
    },
  }
}
