import { isLanguage, type Language } from '../ui/language.ts'

export const narrowings = ['dataset', 'organisation', 'action', 'outcome'] as const
export type Narrowing = (typeof narrowings)[number]

export type JournalAddress = { lang?: Language } & Partial<Record<Narrowing | 'from' | 'to', string>>

const day = /^\d{4}-\d{2}-\d{2}$/

/** Reads an address; what cannot be understood is left out. */
export function readJournalAddress(raw: Record<string, unknown>): JournalAddress {
  const address: JournalAddress = isLanguage(raw.lang) ? { lang: raw.lang } : {}
  for (const name of narrowings) {
    const value = raw[name]
    if (typeof value === 'string' && value !== '' && value.length <= 100) address[name] = value
  }
  for (const name of ['from', 'to'] as const) {
    const value = raw[name]
    if (typeof value === 'string' && day.test(value)) address[name] = value
  }
  return address
}

const quoted = (text: string) => JSON.stringify(text)

/** Entries that end an access, under the conditions of an address, as ODSQL. `public` are those without an organisation. */
export function conditionOf(address: JournalAddress): string {
  const parts = ['(kind = "closed" or kind = "counted")']
  for (const name of narrowings) {
    const value = address[name]
    if (value === undefined) continue
    parts.push(
      name === 'organisation' && value === 'public' ? 'organisation is null' : `${name} = ${quoted(value)}`,
    )
  }
  if (address.from) parts.push(`at >= date'${address.from}'`)
  if (address.to) parts.push(`at < date'${nextDay(address.to)}'`)
  return parts.join(' and ')
}

const nextDay = (iso: string) => new Date(Date.parse(iso) + 86_400_000).toISOString().slice(0, 10)
