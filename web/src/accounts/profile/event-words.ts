import type { TFunction } from 'i18next'

const kinds = [
  'account-made',
  'account-disabled',
  'account-enabled',
  'account-erased',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'sessions-ended',
  'password-changed',
  'second-factor-on',
  'second-factor-off',
  'link-made',
  'roles-changed',
  'key-made',
  'key-revoked',
  'organisation-switched',
] as const

/** What happened to an account, in words; a kind that is not known as it is written. */
export function eventWordsOf(kind: string, t: TFunction): string {
  const known = kinds.find((name) => name === kind)
  return known ? t(`accounts.event.${known}`) : kind
}
