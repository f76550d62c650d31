import type { OrganisationView } from '../../../src/organisations/schema.ts'

const nbsp = '\u00a0'

/** A SIRET as it is printed, `123 456 789 00012`. */
const siretText = (siret: string) =>
  siret.replace(/^(\d{3})(\d{3})(\d{3})(\d{5})$/, ['$1', '$2', '$3', '$4'].join(nbsp))

/** The identifiers an organisation has, each under its own name. */
export const identifiersOf = ({ siret, eori, lei }: Pick<OrganisationView, 'siret' | 'eori' | 'lei'>) =>
  [
    { label: 'SIRET', value: siret && siretText(siret) },
    { label: 'EORI', value: eori },
    { label: 'LEI', value: lei },
  ].filter((one): one is { label: string; value: string } => Boolean(one.value))
