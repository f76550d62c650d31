/** Answers of catalogues as JSON, whatever they really hold. */
import { unavailable } from '../../errors.ts'
import type { Reading } from '../contract.ts'

const catalogueBytes = 64 * 1024 ** 2

/** Throws `unavailable` with the reason for an error, `outbound_failed` for a web page where JSON should be. */
export async function askJson(
  { outbound, signal }: Pick<Reading<unknown>, 'outbound' | 'signal'>,
  address: string,
): Promise<unknown> {
  const answer = await outbound.request(address, {
    signal,
    headers: { accept: 'application/json' },
    maxBytes: catalogueBytes,
  })
  if (answer.ok) return answer.json()
  await answer.discard()
  throw unavailable(sayStatus(answer.url, answer.status))
}

/** A status as a sentence. */
export function sayStatus(address: string, status: number): string {
  const { host, pathname } = new URL(address)
  if (status === 401 || status === 403) return `${host} does not let us read ${pathname} (${status}).`
  if (status === 404 || status === 410) return `${host} has nothing at ${pathname} (${status}).`
  if (status === 429) return `${host} asks us to come back later (429).`
  return `${host} answered ${status} to ${pathname}.`
}

/** The members of an object; none for anything else. */
export const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
