/** Parts of the page of a profile, in the order of their list; the first has the plain address. */
export const profileSections = ['identity', 'security', 'sessions', 'keys', 'data'] as const
