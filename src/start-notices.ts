import type { Identity } from './identity.ts'

/** What a start tells once: the link for the administrator, or how to sign in to the demo. */
export function noticesOf(
  { setupToken, demoAccounts }: Pick<Identity, 'setupToken' | 'demoAccounts'>,
  address: string,
): string[] {
  // In the fragment: it reaches neither a server nor a log.
  if (setupToken !== undefined)
    return [`Make the administrator, once: ${address.replace(/\/$/, '')}/setup#${setupToken}`]
  if (demoAccounts.length === 0) return []
  const width = Math.max(...demoAccounts.map(({ email }) => email.length))
  return [
    'Invented accounts of the demo, for this start and this machine:',
    ...demoAccounts.map(({ email, password, role }) => `  ${email.padEnd(width)}  ${password}  ${role}`),
  ]
}
