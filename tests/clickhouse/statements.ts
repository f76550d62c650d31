/** What the test server does to a statement before chdb sees it. Pure. */

const backslashed: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' }

/** `param_x` values are tab-separated escapes; `\N` alone is NULL. */
function decodeParameter(value: string): string | null {
  if (value === '\\N') return null
  return value.replace(/\\(.)/gs, (_, c: string) => backslashed[c] ?? c)
}

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Tokens in which a placeholder is no placeholder, then the placeholders themselves. */
const tokens =
  /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|\{(\w+)\s*:\s*((?:[^{}'"]|'[^']*')+)\}/gs

/**
 * Puts the parameters into the text as typed literals: chdb's own binding is serial for the process, and `SET param_`
 * leaks into the next query of the session. Throws for a parameter that is missing.
 */
export function substituteParameters(sql: string, parameters: ReadonlyMap<string, string>): string {
  return sql.replace(tokens, (whole: string, name: string | undefined, type: string | undefined) => {
    if (name === undefined || type === undefined) return whole
    const value = parameters.get(name)
    if (value === undefined)
      throw new Error(
        `Code: 456. DB::Exception: Substitution \`${name}\` is not set. (UNKNOWN_QUERY_PARAMETER)`,
      )
    const decoded = /^Array\(/.test(type) ? value : decodeParameter(value)
    return decoded === null ? 'NULL' : `CAST(${quote(decoded)}, ${quote(type.trim())})`
  })
}

/** Splits the `FORMAT x` that the client appends. */
export function splitFormat(sql: string): { sql: string; format: string } {
  const match = /\s+FORMAT\s+(\w+)\s*;?\s*$/i.exec(sql)
  return match ? { sql: sql.slice(0, match.index), format: match[1]! } : { sql, format: 'TabSeparated' }
}

/** Parameters of the HTTP interface that are no settings of a query, and those chdb cannot honour. */
const notSettings = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
  'role',
  'wait_end_of_query',
  'enable_http_compression',
  'compress',
  'decompress',
  'readonly',
  'cancel_http_readonly_queries_on_client_close',
  'send_progress_in_http_headers',
])

export function settingsOf(search: URLSearchParams): string {
  const list: string[] = []
  for (const [name, value] of search)
    if (
      !notSettings.has(name) &&
      !name.startsWith('param_') &&
      !name.startsWith('http_') &&
      /^\w+$/.test(name)
    )
      list.push(`${name} = ${/^-?\d+$/.test(value) ? value : quote(value)}`)
  return list.length > 0 ? ` SETTINGS ${list.join(', ')}` : ''
}

/** `INSERT INTO t (…) FORMAT x` with the rows in a file: inline data would end at its first blank line. */
export function insertFromFile(query: string, search: URLSearchParams, path: string): string {
  const match = /^\s*(INSERT\s+INTO\s.+?)\s+FORMAT\s+(\w+)\s*$/is.exec(query)
  if (!match) throw new Error(`Code: 62. DB::Exception: Not an insert with a format: ${query} (SYNTAX_ERROR)`)
  return `${match[1]} FROM INFILE ${quote(path)}${settingsOf(search)} FORMAT ${match[2]}`
}

/** The code in chdb's message. */
export const exceptionCode = (message: string) => /Code: (\d+)\./.exec(message)?.[1] ?? '1002'
