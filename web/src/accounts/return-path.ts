/**
 * The page of this instance that an address asks to come back to, else undefined. Browsers take `//host` and `/\host`
 * for other sites, and drop tabs and line ends before they look.
 */
export function returnPathOf(asked: unknown): string | undefined {
  if (typeof asked !== 'string' || asked.length > 2000) return undefined
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes('\\')) return undefined
  const base = 'https://own.invalid'
  if (!URL.canParse(asked, base)) return undefined
  const url = new URL(asked, base)
  if (url.origin !== base || url.pathname.startsWith('//') || url.pathname.startsWith('/api/'))
    return undefined
  return `${url.pathname}${url.search}${url.hash}`
}
