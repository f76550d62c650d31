/**
 * What the platform offers, in the order of the header. A slice adds its line here when it works: the header
 * never shows what does not answer yet.
 */
export const navigation = [
  { to: '/live', label: 'nav.live' },
  { to: '/datasets', label: 'nav.datasets' },
  { to: '/organisations', label: 'nav.organisations' },
  { to: '/requests', label: 'nav.sharing' },
] as const
