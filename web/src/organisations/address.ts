import { isLanguage, type Language } from '../ui/language.ts'

export const organisationTabs = ['contributions', 'members', 'keys', 'settings'] as const
export type OrganisationTab = (typeof organisationTabs)[number]

export interface OrganisationAddress {
  lang?: Language
  /** Absent: what it contributes. */
  tab?: OrganisationTab
  /** The figures as a table in place of the chart. */
  view?: 'table'
}

/** Reads an address; what cannot be understood is left out. */
export function readOrganisationAddress(raw: Record<string, unknown>): OrganisationAddress {
  const tab = organisationTabs.find((known) => known === raw.tab)
  return {
    ...(isLanguage(raw.lang) && { lang: raw.lang }),
    ...(tab && { tab }),
    ...(raw.view === 'table' && { view: 'table' as const }),
  }
}
