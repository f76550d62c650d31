/** Where a portal is, from any address somebody copied from it. Pure. */
import { invalidInput } from '../../errors.ts'

/** Throws `invalid_input` for what is no web address. */
export function readAddress(text: string): URL {
  const written = /^[a-z][a-z0-9+.-]*:/i.test(text.trim()) ? text.trim() : `https://${text.trim()}`
  if (!URL.canParse(written))
    throw invalidInput(
      `“${text.slice(0, 200)}” is no address of a portal.`,
      'Write one such as https://data.example.org.',
    )
  const url = new URL(written)
  url.hash = ''
  return url
}

/** The address up to a part of its path, without a slash at the end: what all addresses of the API begin with. */
export function baseBefore(url: URL, ...parts: readonly string[]): string {
  const at =
    parts.map((part) => url.pathname.indexOf(part)).find((place) => place >= 0) ?? url.pathname.length
  return url.origin + url.pathname.slice(0, at).replace(/\/+$/, '')
}

/** The question of an address without what pages use themselves. */
export function questionOf(url: URL, ...paging: readonly string[]): URLSearchParams {
  const kept = new URLSearchParams(url.search)
  for (const name of paging) kept.delete(name)
  return kept
}
