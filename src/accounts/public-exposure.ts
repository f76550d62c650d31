/** What an instance that others can reach must not have: invented accounts, and secrets that everybody knows. */
import { isIP } from 'node:net'
import { invalidSetting, LacydonError } from '../errors.ts'
import { isKnownSecret } from './known-secrets.ts'

export interface Exposure {
  host: string
  publicUrl: string | undefined
  hasDemoAccounts: boolean
  smtpUrl: string | undefined
  databaseUrl: string | undefined
  clickhouseUrl: string | undefined
  natsUrl: string | undefined
}

export function isLoopbackHost(host: string): boolean {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(plain) === 4) return plain.startsWith('127.')
  return plain === 'localhost' || plain === '::1' || plain.startsWith('::ffff:127.')
}

/** Throws with one sentence that names the setting. Nothing of a secret is in it. */
export function checkExposure(given: Exposure): void {
  const isPublic =
    !isLoopbackHost(given.host) ||
    (given.publicUrl !== undefined && !isLoopbackHost(new URL(given.publicUrl).hostname))
  if (!isPublic) return
  if (given.hasDemoAccounts)
    throw new LacydonError(
      'invalid_setting',
      400,
      `DEMO_ACCOUNTS is “yes” and others can reach this address (${isLoopbackHost(given.host) ? 'PUBLIC_URL' : 'HOST'}): write DEMO_ACCOUNTS=no, or keep the demo on 127.0.0.1.`,
    )
  const addresses = {
    SMTP_URL: given.smtpUrl,
    DATABASE_URL: given.databaseUrl,
    CLICKHOUSE_URL: given.clickhouseUrl,
    NATS_URL: given.natsUrl,
  }
  for (const [name, address] of Object.entries(addresses)) {
    if (address === undefined) continue
    const { username, password, hostname } = new URL(address)
    if (username === '' && password === '') continue
    // A server on this machine that others do not reach is the operator's own affair.
    if (isLoopbackHost(hostname)) continue
    if (isKnownSecret(decodeURIComponent(password)))
      throw invalidSetting(name, '…', 'an address with a password that is not one everybody tries first')
  }
}
