/** Parts of the page of the platform, in the order of their list, with the roles that see each. */
export const administrationSections = {
  people: ['platform-admin', 'auditor'],
  organisations: ['platform-admin'],
  outbox: ['platform-admin'],
  events: ['auditor'],
} as const
export type AdministrationSection = keyof typeof administrationSections

const sectionNames = Object.keys(administrationSections) as AdministrationSection[]

/** What somebody with these roles of the platform may open. */
export const sectionsOf = (roles: readonly string[]): AdministrationSection[] =>
  sectionNames.filter((name) => administrationSections[name].some((role) => roles.includes(role)))
